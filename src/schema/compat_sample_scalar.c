/* Numbers and strings that a set may take. */
#include "schema/compat_parts.h"

#include "json/number.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdio.h>

#define TEXT_MOST 2000u

bool fiat__compat_fits(fiat__compat *c, const fiat__compat_set *set, fiat__buf *out, size_t from) {
    fiat__str text = fiat__str_of(out->ptr + from, out->len - from);
    if (c->samples == 0) return false;
    c->samples--;
    return !out->failed && fiat__compat_judge_set(c, set, text) == 1;
}

/* ---- Numbers. ---- */

/* Texts around a bound. */
static void around(fiat__buf *out, fiat__str bound, unsigned i) {
    static const int steps[] = {0, 1, -1};
    int64_t value;
    if (i == 0)
        fiat__buf_append(out, bound.ptr, bound.len);
    else if (i < 3 && fiat__number_to_int64(bound, &value) && value < INT64_MAX - 2 &&
             value > INT64_MIN + 2)
        fiat__buf_printf(out, "%" PRId64, value + steps[i]);
    else if (i >= 3 && fiat__number_to_int64(bound, &value) && value > INT32_MIN &&
             value < INT32_MAX)
        fiat__buf_printf(out, "%.1f", (double)value + (i == 3 ? 0.5 : -0.5));
    else
        fiat__buf_append_char(out, '0');
}

bool fiat__compat_number_near(fiat__compat_ref at, unsigned i, fiat__buf *out) {
    const fiat__number_rule *rule =
        &fiat__compat_program(at.side)->numbers[fiat__compat_node(at)->number];
    const fiat__tape *tape = &at.side->schema->tape;
    const uint32_t bounds[] = {rule->minimum, rule->maximum, rule->above, rule->below,
                               rule->multiple_of};
    if (!fiat__compat_node(at)->number || i >= 25) return false;
    fiat__buf_clear(out);
    if (bounds[i / 5]) around(out, fiat__tape_text(tape, bounds[i / 5]), i % 5);
    return true;
}

bool fiat__compat_sample_number(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                                fiat__buf *out) {
    static const char *const common[] = {"0",   "1",   "2",  "3.5", "-1",  "0.5", "10",
                                         "100", "1.0", "-7", "5",   "1e3", "0.01"};
    enum { COMMON = sizeof common / sizeof common[0] };
    size_t from = out->len;
    fiat__buf near;
    bool ok = false;
    fiat__buf_init(&near, TEXT_MOST);
    for (unsigned i = 0; i < COMMON && !ok; i++) {
        fiat__buf_truncate(out, from);
        fiat__buf_append_c(out, common[(i + variant) % COMMON]);
        ok = fiat__compat_fits(c, set, out, from);
    }
    for (uint32_t n = 0; n < set->node_count && !ok; n++)
        for (unsigned i = 0; !ok && fiat__compat_number_near(
                                        (fiat__compat_ref){set->side, set->nodes[n]}, i, &near);
             i++) {
            if (near.len == 0) continue;
            fiat__buf_truncate(out, from);
            fiat__buf_append(out, near.ptr, near.len);
            ok = fiat__compat_fits(c, set, out, from);
        }
    fiat__buf_deinit(&near);
    return ok;
}

/* ---- Strings. ---- */

static void write_plain(fiat__buf *out, uint32_t count) {
    fiat__buf_append_char(out, '"');
    for (uint32_t i = 0; i < count && i < TEXT_MOST; i++)
        fiat__buf_append_char(out, 'a');
    fiat__buf_append_char(out, '"');
}

static void lengths(const fiat__compat_set *set, uint32_t *min, uint32_t *max) {
    const fiat__program *p = fiat__compat_program(set->side);
    *min = 0;
    *max = FIAT__UNLIMITED;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__string_rule *rule = &p->strings[p->nodes[set->nodes[i]].string];
        if (!p->nodes[set->nodes[i]].string) continue;
        if (rule->min > *min) *min = rule->min;
        if (rule->max < *max) *max = rule->max;
    }
}

static bool write_pattern(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                          fiat__buf *out) {
    size_t from = out->len;
    fiat__buf text;
    bool ok = false;
    fiat__buf_init(&text, TEXT_MOST);
    for (uint32_t n = 0; n < set->node_count && !ok; n++) {
        fiat__str pattern = fiat__compat_pattern((fiat__compat_ref){set->side, set->nodes[n]});
        for (unsigned i = 0; pattern.ptr && i < 6 && !ok; i++) {
            fiat__buf_clear(&text);
            if (!fiat__compat_sample_pattern(pattern, variant + i, &text)) continue;
            fiat__buf_truncate(out, from);
            fiat__json_write_string(out, fiat__buf_str(&text));
            ok = fiat__compat_fits(c, set, out, from);
        }
    }
    fiat__buf_deinit(&text);
    return ok;
}

bool fiat__compat_sample_string(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                                fiat__buf *out) {
    static const char *const common[] = {"\"2026-01-02T03:04:05Z\"",
                                         "\"2026-01-02\"",
                                         "\"03:04:05Z\"",
                                         "\"a@example.org\"",
                                         "\"0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e07\"",
                                         "\"https://example.org/\"",
                                         "\"192.0.2.1\"",
                                         "\"2001:db8::1\"",
                                         "\"P1D\"",
                                         "\"example.org\"",
                                         "\"/a\"",
                                         "\"0\"",
                                         "\"AA\"",
                                         "\"A-1\"",
                                         "\"x-1\"",
                                         "\"e30=\"",
                                         "\"{}\""};
    uint32_t min, max;
    size_t from = out->len;
    lengths(set, &min, &max);
    if (min > TEXT_MOST) return false;
    uint32_t count = min + (variant % 4 == 0 ? 0 : variant % 4);
    if (variant % 4 == 3 && max < TEXT_MOST) count = max;
    write_plain(out, count > max ? max : count);
    if (fiat__compat_fits(c, set, out, from)) return true;
    fiat__buf_truncate(out, from);
    if (write_pattern(c, set, variant, out)) return true;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        fiat__buf_truncate(out, from);
        fiat__buf_append_c(out, common[i]);
        if (fiat__compat_fits(c, set, out, from)) return true;
    }
    return false;
}
