/* Differences between two tables, for people. */
#include "table.h"

#include <stdio.h>

static void print_values(const fiat__change *change) {
    if (*change->live && *change->wanted)
        printf("%s is %s, should be %s", change->what, change->live, change->wanted);
    else if (*change->live)
        printf("%s is %s, should not be there", change->what, change->live);
    else
        printf("%s is missing: %s", change->what, change->wanted);
}

void table_print_changes(const fiat__changes *changes) {
    static const char *const kinds[] = {[FIAT__CHANGE_ADD] = "new",
                                        [FIAT__CHANGE_WIDEN] = "wider",
                                        [FIAT__CHANGE_SERDE] = "serde",
                                        [FIAT__CHANGE_PROPERTY] = "property",
                                        [FIAT__CHANGE_BREAKS] = "breaks"};
    for (size_t i = 0; i < changes->count; i++) {
        const fiat__change *change = &changes->items[i];
        printf("%s: ", kinds[change->kind]);
        print_values(change);
        if (change->kind == FIAT__CHANGE_BREAKS) printf(" (%s)", change->remedy);
        putchar('\n');
    }
    fflush(stdout); /* before what is said of them on stderr */
}
