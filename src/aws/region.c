/* Which region to use when nothing names one. */
#include "aws/credentials.h"
#include "aws/profile.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdlib.h>

fiat_status fiat__aws_region_find(fiat__buf *out, fiat_error *err) {
    static const char *const names[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value) continue;
        fiat__buf_append_c(out, value);
        return fiat__buf_status(out, err);
    }
    fiat__aws_profile profile;
    fiat_status status = fiat__aws_profile_load(&profile, err);
    const char *region = status == FIAT_OK ? profile.values[FIAT__PROFILE_REGION] : NULL;
    if (region) {
        fiat__buf_append_c(out, region);
        status = fiat__buf_status(out, err);
    }
    fiat__aws_profile_deinit(&profile);
    return status;
}
