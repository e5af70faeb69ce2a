/* Which sink a name means. */
#include "producer/sink.h"
#include "base/error.h"

#define LOCAL "local:"

fiat_status fiat__sink_open(fiat__sink **out, const char *spec, const fiat__sink_opts *opts,
                            fiat_error *err) {
    *out = NULL;
    if (!spec) spec = "";
    if (strcmp(spec, "firehose") == 0) return fiat__sink_firehose_new(out, opts, err);
    if (strcmp(spec, "stdout") == 0) return fiat__sink_stdout_new(out, opts, err);
    if (strncmp(spec, LOCAL, strlen(LOCAL)) == 0 && spec[strlen(LOCAL)] != '\0')
        return fiat__sink_local_new(out, spec + strlen(LOCAL), opts, err);
    return fiat__err_set(err, FIAT_E_ARG,
                         "sink '%.80s' is not known: use \"firehose\", \"local:DIR\" (files below "
                         "DIR, as Firehose writes them to S3) or \"stdout\"",
                         spec);
}
