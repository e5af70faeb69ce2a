/* A logger over a sink that keeps what it is given, and the streams of one test in a folder. One
 * logger at a time. */
#ifndef FIAT_TESTS_LOGGER_FAKE_H
#define FIAT_TESTS_LOGGER_FAKE_H

#include "base/buf.h"
#include "logger/logger_internal.h"
#include "support/test.h"

/* Set by fake_new_sink() and used by the sink alone, on the sender's thread, until close. */
typedef struct fake_sink {
    fiat__sink sink;
    fiat__buf kept;         /* the data of all records that were taken */
    bool discard;           /* count them alone */
    unsigned lines;         /* events that were taken */
    unsigned batches;       /* that arrived */
    unsigned refuse_first;  /* so many batches get `refusal` and are to be sent again */
    fiat__record_fate fate; /* of those; FIAT__FATE_RETRY when 0 */
    const char *refusal;
} fake_sink;

extern fiat_error fake_err;
extern fake_sink fake_kept;
extern fiat_logger *fake_logger;
extern const char *fake_dir;

/* Fixture: a folder with the stream `Plain` (n: integer up to 9; s: string; deep: anything). */
void fake_setup(void);
void fake_teardown(void);

/* Write DIR/NAME/json_schema.json and, unless NULL, stream.json. */
void fake_stream(const char *name, const char *schema, const char *stream);
/* A file DIR/NAME/FILE of the stream. */
void fake_file(const char *name, const char *file, const char *text);

/* Forget what the last sink kept. */
void fake_new_sink(void);
/* Settings for these streams: app, host and tags are set, email is not. */
fiat_config *fake_config(void);
/* fake_new_sink() and a logger with fake_config(). */
fiat_status fake_open(void);
void fake_open_ok(void);
/* What the sink was given; borrowed until the next logger. */
const char *fake_close_and_read(void);

#endif
