/* Progress for people: [=======>      ]  53 %  123456 read, 120000 delivered, 3 refused */
#include "progress.h"

#include "base/clock.h"
#include "base/mem.h"
#include "terminal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define STEP_MS    100
#define BAR_LENGTH 24

struct progress {
    FILE *out;
    uint64_t total_bytes, done_bytes, file_bytes;
    int64_t shown_ms;
    bool visible;
};

progress *progress_new(FILE *out, uint64_t total_bytes) {
    if (!out || !terminal_is(out)) return NULL;
    progress *bar = fiat__calloc(1, sizeof *bar);
    if (!bar) return NULL;
    bar->out = out;
    bar->total_bytes = total_bytes;
    return bar;
}

void progress_free(progress *bar) {
    progress_clear(bar);
    fiat__free(bar);
}

static int write_bar(const progress *bar, char *out, size_t out_size) {
    char filled_part[BAR_LENGTH + 1];
    uint64_t done = bar->done_bytes + bar->file_bytes;
    if (done > bar->total_bytes) done = bar->total_bytes;
    unsigned filled = (unsigned)(BAR_LENGTH * (double)done / (double)bar->total_bytes);
    for (unsigned i = 0; i < BAR_LENGTH; i++)
        filled_part[i] = i < filled ? '=' : i == filled ? '>' : ' ';
    filled_part[BAR_LENGTH] = '\0';
    return snprintf(out, out_size, "[%s] %3u %%  ", filled_part,
                    (unsigned)(100 * (double)done / (double)bar->total_bytes));
}

void progress_show(progress *bar, uint64_t bytes, uint64_t read, uint64_t delivered,
                   uint64_t refused) {
    if (!bar) return;
    if (bytes) bar->file_bytes = bytes;
    int64_t now_ms = fiat__mono_ms(&fiat__clock_system);
    if (bar->visible && now_ms - bar->shown_ms < STEP_MS) return;
    char text[160], counts[100];
    int len =
        snprintf(counts, sizeof counts, "%" PRIu64 " read, %" PRIu64 " delivered", read, delivered);
    if (refused)
        snprintf(counts + len, sizeof counts - (size_t)len, ", %" PRIu64 " refused", refused);
    size_t room = terminal_columns(bar->out) - 1;
    len = bar->total_bytes && room >= strlen(counts) + BAR_LENGTH + sizeof "[] 100 %  "
              ? write_bar(bar, text, sizeof text)
              : 0;
    snprintf(text + len, sizeof text - (size_t)len, "%s", counts);
    terminal_line(bar->out, "%s", text);
    bar->shown_ms = now_ms;
    bar->visible = true;
}

void progress_next_file(progress *bar, uint64_t bytes) {
    if (!bar) return;
    bar->done_bytes += bytes;
    bar->file_bytes = 0;
}

void progress_clear(progress *bar) {
    if (!bar || !bar->visible) return;
    terminal_clear(bar->out);
    bar->visible = false;
}
