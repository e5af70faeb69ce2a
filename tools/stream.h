/* What the commands `fiat stream ...` share: a stream of the project as a delivery stream, with its
 * settings, and the calls about it. */
#ifndef FIAT_TOOLS_STREAM_H
#define FIAT_TOOLS_STREAM_H

#include "aws.h"
#include "cmd.h"
#include "pipeline/delivery_compare.h"
#include "pipeline/delivery_policy.h"

#define STREAM_JSON_MAX_BYTES (256 * 1024)

/* Flags of all of these commands: where the schemas are, and where AWS is. */
extern const char *stream_schemas;
extern struct aws_flags stream_aws;

/* One flag for each setting, and --tag. */
extern const char *stream_values[FIAT__DELIVERY_KEYS];
extern struct opt_list stream_tags;

/* clang-format off */
#define STREAM_PLACE_ROWS                                                                          \
    {"schemas", 0, OPT_STRING, &stream_schemas, "DIR", "Folder of the streams' schemas", 0, 0},    \
    AWS_OPTIONS(stream_aws),
#define STREAM_SETTING_ROW(id, member, flag, kind, fallback, min, max, form, arg, help)            \
    {flag, 0, OPT_STRING, &stream_values[FIAT__DELIVERY_##id], arg, help, 0, 0},
#define STREAM_SETTING_ROWS                                                                        \
    FIAT__DELIVERY_MAP(STREAM_SETTING_ROW)                                                         \
    {"tag", 0, OPT_LIST, &stream_tags, "KEY=VALUE", "Tag of the delivery stream; may be repeated", \
     0, 0},
/* clang-format on */

typedef struct stream_context {
    const char *stream;  /* as the user calls it */
    bool known;          /* it is one of the project; else the name is that of a delivery stream */
    fiat_config *config; /* owned */
    fiat__service *firehose;                     /* owned; NULL: not opened */
    fiat__delivery settings;                     /* finished, when `known` */
    char region[64], account[16], partition[16]; /* account "": not asked for yet */
    fiat__delivery_place place;                  /* of these three */
} stream_context;

/* Read the settings of a stream and open Firehose. `must_exist`: the stream must be one of the
 * project, with settings that are right. Returns an exit code, with messages; close in any case. */
int stream_open(stream_context *c, const char *stream, bool must_exist);
void stream_close(stream_context *c);

/* Find the account: the role's, or that of the credentials. `call`: ask AWS when there is no other
 * way; else it is "ACCOUNT". */
fiat_status stream_find_account(stream_context *c, bool call, fiat_error *err);

/* *out: the DeliveryStreamDescription, inside *reply, which is to be freed. FIAT_E_AWS_NOT_FOUND */
fiat_status stream_describe(const stream_context *c, fiat__doc **reply, const fiat__doc **out,
                            fiat_error *err);
/* "ACTIVE"; "" when the description does not say. Borrowed. */
const char *stream_state(const fiat__doc *description);
/* "TYPE: DETAILS" of why it failed; "" for none. */
void stream_write_failure(fiat__buf *out, const fiat__doc *description);

/* Wait until it is ACTIVE, or with `gone` until there is none, and say on a terminal how it stands.
 * Returns an exit code, with messages. */
int stream_wait(const stream_context *c, bool gone, uint64_t timeout_s);

/* Differences between a live stream and its settings, with those of its tags. */
fiat_status stream_compare(const stream_context *c, const fiat__doc *description,
                           fiat__delivery_differs *each, void *user, size_t *count,
                           fiat_error *err);

/* Ask on a terminal, when `yes` is not given. Returns an exit code, with a message. */
int stream_agree(bool yes, const char *question);

/* Sleep. */
void stream_pause(int64_t ms);

#endif
