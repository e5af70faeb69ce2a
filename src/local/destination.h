/* Where a stream's records go: (Extended)S3DestinationConfiguration, read, checked and written.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
 * What S3 and this engine cannot do alike is refused, never accepted and ignored. */
#ifndef FIAT_LOCAL_DESTINATION_H
#define FIAT_LOCAL_DESTINATION_H

#include "local/reply.h"

typedef struct fiat__destination {
    /* As given; NULL when they were not. */
    char *role_arn, *bucket_arn, *prefix, *error_prefix, *file_extension, *time_zone;
    char *log_group, *log_stream;
    bool gzip;
    bool logging;         /* CloudWatchLoggingOptions.Enabled: shown, without effect here */
    bool append_newline;  /* a processor AppendDelimiterToRecord... */
    bool delimiter_given; /* ...with its Delimiter named; it can only be "\\n" */
    int64_t size_mb, interval_s;
} fiat__destination;

/* AWS's defaults and bounds of BufferingHints. */
#define FIAT__BUFFER_SIZE_MB    5
#define FIAT__BUFFER_INTERVAL_S 300

/* Read a configuration, from a request or from our own state. `extended`: which of the two. Adds
 * what is wrong to `check`; what the checks cannot express is answered in `reply` at once. The
 * result is to be used only when check and reply are clean, and is always to be freed. */
void fiat__destination_read(fiat__destination *out, const fiat__doc *doc, bool extended,
                            fiat__check *check, fiat__reply *reply);
void fiat__destination_deinit(fiat__destination *destination);

/* Append its members, as a description and a configuration both have them: `"RoleARN":...`. */
void fiat__destination_write(fiat__buf *out, const fiat__destination *destination, bool extended);

/* The bucket's name within the ARN. Borrowed. */
const char *fiat__destination_bucket(const fiat__destination *destination);
/* ".gz", FileExtension or "". Borrowed. */
const char *fiat__destination_extension(const fiat__destination *destination);
/* What is put after each record. Static. */
fiat__str fiat__destination_delimiter(const fiat__destination *destination);

#endif
