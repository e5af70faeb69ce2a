/* What `fiat schema diff` prints of two schemas. */
#ifndef FIAT_TOOLS_DIFFERENCES_H
#define FIAT_TOOLS_DIFFERENCES_H

#include "schema/compat.h"

/* How versions must go together: bits. */
#define MODE_BACKWARD 1u
#define MODE_FORWARD  2u
#define MODE_ALL      4u /* against every earlier version */

typedef struct diff_mode {
    const char *name;
    unsigned ways;
} diff_mode;

/* A mode by its name, in any case, also with Confluent's _TRANSITIVE; NULL: there is none. */
const diff_mode *mode_find(const char *name);
/* Each of them; NULL past the last. */
const diff_mode *mode_at(size_t index);

/* The worst effect on the ways of the mode. */
fiat__compat_effect mode_judge(const diff_mode *mode, const fiat__compat_report *report);

/* "compatible", "breaking" or "undecided". */
const char *mode_verdict(fiat__compat_effect effect);

/* Print the differences that are about `ways`, as text or as a JSON object a line with the file of
 * the old schema. false: out of memory. */
void differences_print(const fiat__compat_report *report, unsigned ways);
bool differences_print_json(const fiat__compat_report *report, unsigned ways, const char *older);
/* The last object: what it comes to. */
bool differences_print_verdict(const diff_mode *mode, fiat__compat_effect effect,
                               const char *older);

#endif
