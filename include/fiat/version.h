#ifndef FIAT_VERSION_H
#define FIAT_VERSION_H

#include <fiat/types.h>

/** Version of the headers that a program was compiled with. */
#define FIAT_VERSION_MAJOR 0
#define FIAT_VERSION_MINOR 1
#define FIAT_VERSION_PATCH 0
#define FIAT_VERSION       "0.1.0"

FIAT_BEGIN_DECLS

/** Version of the library that is running, for example "0.1.0".
 *  @return borrowed for ever.
 *  @threads any. */
FIAT_API const char *fiat_version(void);

FIAT_END_DECLS
#endif
