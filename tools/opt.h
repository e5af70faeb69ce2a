/* Options of a subcommand: parsing from its table, and the nearest name for a typing error. */
#ifndef FIAT_TOOLS_OPT_H
#define FIAT_TOOLS_OPT_H

#include "base/str.h"
#include "cmd.h"

/* Read the options of argv[0..argc) into their destinations and move the operands, in their order,
 * to the front. An option may stand anywhere before "--"; "-" alone is an operand; -h and --help
 * are always known and set *help. Returns the number of operands, or -1 with a message. */
int opt_parse(const struct opt *options, int argc, char **argv, bool *help, char *message,
              size_t message_size);

/* Word number `index` of "table|csv|json"; empty past the last. */
fiat__str opt_choice(const char *arg, size_t index);

/* Of the names that `next` gives until it gives NULL, the index of the one that `word` was most
 * likely meant to be; -1 when none is near. */
int opt_nearest(const char *word, const char *(*next)(size_t index, const void *ctx),
                const void *ctx);

#endif
