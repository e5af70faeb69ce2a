/* Differences of two schemas as text and as JSON. */
#include "differences.h"

#include "base/buf.h"
#include "json/writer.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Samples are cut in text; JSON has all of them. */
#define SAMPLE_SHOWN 200

static const char *const s_ways[] = {"BACKWARD", "FORWARD"};

static const diff_mode s_modes[] = {
    {"BACKWARD", MODE_BACKWARD},
    {"BACKWARD_ALL", MODE_BACKWARD | MODE_ALL},
    {"FORWARD", MODE_FORWARD},
    {"FORWARD_ALL", MODE_FORWARD | MODE_ALL},
    {"FULL", MODE_BACKWARD | MODE_FORWARD},
    {"FULL_ALL", MODE_BACKWARD | MODE_FORWARD | MODE_ALL},
    {"NONE", 0},
};
#define MODES_COUNT (sizeof s_modes / sizeof s_modes[0])

const diff_mode *mode_at(size_t index) {
    return index < MODES_COUNT ? &s_modes[index] : NULL;
}

const diff_mode *mode_find(const char *name) {
    static const char transitive[] = "_TRANSITIVE";
    size_t len = strlen(name), end = strlen(transitive);
    bool all = len > end && strcasecmp(name + len - end, transitive) == 0;
    if (all) len -= end;
    for (size_t i = 0; i < MODES_COUNT; i++) {
        bool same = strncasecmp(s_modes[i].name, name, len) == 0;
        const char *rest = same ? s_modes[i].name + len : NULL;
        if (rest && strcmp(rest, all ? "_ALL" : "") == 0) return &s_modes[i];
    }
    return NULL;
}

fiat__compat_effect mode_judge(const diff_mode *mode, const fiat__compat_report *report) {
    fiat__compat_effect worst = FIAT__COMPAT_HOLDS;
    for (unsigned way = 0; way < 2; way++)
        if (mode->ways >> way & 1 && report->effect[way] > worst) worst = report->effect[way];
    return worst;
}

const char *mode_verdict(fiat__compat_effect effect) {
    static const char *const names[] = {"compatible", "undecided", "breaking"};
    return names[effect];
}

/* Does it say anything of these ways? What breaks neither is told whoever asks. */
static bool is_about(const fiat__compat_difference *at, unsigned ways) {
    if (at->effect[0] == FIAT__COMPAT_HOLDS && at->effect[1] == FIAT__COMPAT_HOLDS) return true;
    for (unsigned way = 0; way < 2; way++)
        if (ways >> way & 1 && at->effect[way] != FIAT__COMPAT_HOLDS) return true;
    return false;
}

/* ---- Text. ---- */

static void print_effects(const fiat__compat_difference *at) {
    static const char *const words[] = {"", "may break", "breaks"};
    if (at->effect[0] == at->effect[1] && at->effect[0])
        printf("%s BACKWARD and FORWARD", words[at->effect[0]]);
    else if (at->effect[0] && at->effect[1])
        printf("%s BACKWARD, %s FORWARD", words[at->effect[0]], words[at->effect[1]]);
    else if (at->effect[0] || at->effect[1])
        printf("%s %s", words[at->effect[at->effect[0] ? 0 : 1]], s_ways[at->effect[0] ? 0 : 1]);
    else
        fputs("compatible", stdout);
}

static void print_sample(const char *sample, unsigned way) {
    char shown[SAMPLE_SHOWN + 4];
    size_t len = strlen(sample);
    if (len > SAMPLE_SHOWN) {
        for (len = SAMPLE_SHOWN; ((unsigned char)sample[len] & 0xC0) == 0x80;)
            len--;
        memcpy(shown, sample, len);
        memcpy(shown + len, "...", 4);
        sample = shown;
    }
    printf("  the %s schema takes, and the %s one refuses: ", way ? "new" : "old",
           way ? "old" : "new");
    text_print(stdout, sample);
    putchar('\n');
}

void differences_print(const fiat__compat_report *report, unsigned ways) {
    for (size_t i = 0; i < report->count; i++) {
        const fiat__compat_difference *at = &report->differences[i];
        if (!is_about(at, ways)) continue;
        text_print(stdout, *at->path ? at->path : "/");
        fputs(": ", stdout);
        text_print(stdout, at->message);
        fputs(": ", stdout);
        print_effects(at);
        putchar('\n');
        for (unsigned way = 0; way < 2; way++)
            if (at->sample[way] && ways >> way & 1) print_sample(at->sample[way], way);
    }
}

/* ---- JSON. ---- */

static void write_string(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__buf valid;
    fiat__buf_init(&valid, SIZE_MAX);
    text_make_valid(&valid, fiat__str_c(value));
    fiat__json_write_key(out, first, name);
    fiat__json_write_string(out, fiat__buf_str(&valid));
    fiat__buf_deinit(&valid);
}

static bool print_line(fiat__buf *line) {
    fiat__buf_append_c(line, "}\n");
    bool ok = !line->failed;
    if (ok) fwrite(line->ptr, 1, line->len, stdout);
    fiat__buf_deinit(line);
    return ok;
}

static void start_line(fiat__buf *line, bool *first, const char *older) {
    *first = true;
    fiat__buf_init(line, SIZE_MAX);
    fiat__buf_append_char(line, '{');
    write_string(line, first, "old", older);
}

static bool print_difference(const fiat__compat_difference *at, const char *older) {
    static const char *const names[] = {"backward", "forward"};
    static const char *const samples[] = {"backward_sample", "forward_sample"};
    fiat__buf line;
    bool first;
    start_line(&line, &first, older);
    write_string(&line, &first, "path", at->path);
    write_string(&line, &first, "keyword", at->keyword);
    write_string(&line, &first, "message", at->message);
    write_string(&line, &first, "old_schema_path", at->place[0]);
    write_string(&line, &first, "new_schema_path", at->place[1]);
    for (unsigned way = 0; way < 2; way++)
        write_string(&line, &first, names[way], mode_verdict(at->effect[way]));
    for (unsigned way = 0; way < 2; way++) {
        if (!at->sample[way]) continue;
        fiat__json_write_key(&line, &first, samples[way]);
        fiat__buf_append_c(&line, at->sample[way]);
    }
    return print_line(&line);
}

bool differences_print_json(const fiat__compat_report *report, unsigned ways, const char *older) {
    bool ok = true;
    for (size_t i = 0; i < report->count && ok; i++)
        if (is_about(&report->differences[i], ways))
            ok = print_difference(&report->differences[i], older);
    return ok;
}

bool differences_print_verdict(const diff_mode *mode, fiat__compat_effect effect,
                               const char *older) {
    fiat__buf line;
    bool first;
    start_line(&line, &first, older);
    write_string(&line, &first, "mode", mode->name);
    write_string(&line, &first, "verdict", mode_verdict(effect));
    return print_line(&line);
}
