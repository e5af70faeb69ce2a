/* Settings by name, and their values as they may be shown. */
#ifndef FIAT_TOOLS_SETTINGS_H
#define FIAT_TOOLS_SETTINGS_H

#include "base/buf.h"
#include <fiat/config.h>

/* false when there is none of that name. */
bool settings_find(const char *name, fiat_setting *out);

/* Say on stderr that there is none of that name, and which was perhaps meant. EXIT_USAGE. */
int settings_unknown(const char *name);

/* Append the value with *** in place of what may be a password: in "scheme://user:password@host",
 * and in a secret setting also without the scheme. */
void settings_show(fiat__buf *out, const fiat_setting *setting, const char *value);

#endif
