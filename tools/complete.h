/* What a shell may put in the place of the word that is being typed. */
#ifndef FIAT_TOOLS_COMPLETE_H
#define FIAT_TOOLS_COMPLETE_H

#include "cmd.h"

#include "base/buf.h"

/* What may be completed beside the words. */
typedef enum complete_paths { COMPLETE_NO_PATHS, COMPLETE_FILES, COMPLETE_DIRS } complete_paths;

typedef struct complete_answer {
    complete_paths paths;
    fiat__buf words; /* lines "WORD\tWHAT IT MEANS", each word whole */
} complete_answer;

/* words[0..count): what stands behind "fiat" up to the word being typed, which is the last and may
 * be "". deinit `out->words` in any case. */
void complete_find(complete_answer *out, int count, char **words);

#endif
