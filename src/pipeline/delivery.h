/* The settings of a delivery stream: "delivery" of stream.json, flags, defaults; what AWS makes of
 * them is in delivery_request.h, what they need of IAM in delivery_policy.h.
 *
 *   fiat__delivery_init(&settings, "Orders");
 *   fiat__delivery_read(&settings, layers, ...);                  what the files say
 *   fiat__delivery_set(&settings, FIAT__DELIVERY_BUCKET, "b", "--bucket", ...);
 *   fiat__delivery_finish(&settings, ...);
 *
 * What is set later beats what was set before, member by member. Each value knows where it was
 * said, so that a refusal can name the place. */
#ifndef FIAT_PIPELINE_DELIVERY_H
#define FIAT_PIPELINE_DELIVERY_H

#include "base/arena.h"
#include "pipeline/delivery_members.h"
#include "table/layers.h"

typedef enum fiat__delivery_key {
#define XX(id, ...) FIAT__DELIVERY_##id,
    FIAT__DELIVERY_MAP(XX)
#undef XX
        FIAT__DELIVERY_KEYS
} fiat__delivery_key;

typedef struct fiat__delivery_value {
    const char *text; /* NULL: not given and no default */
    const char *from; /* where it was said; NULL: the default */
} fiat__delivery_value;

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html: Tags */
#define FIAT__DELIVERY_TAGS_MAX 50

typedef struct fiat__delivery_tag {
    const char *key, *value;
} fiat__delivery_tag;

typedef struct fiat__delivery {
    const char *stream; /* name of the delivery stream */
    fiat__delivery_value values[FIAT__DELIVERY_KEYS];
    fiat__delivery_tag tags[FIAT__DELIVERY_TAGS_MAX];
    size_t tag_count;
    fiat__arena arena; /* of all texts */
} fiat__delivery;

/* A fault: `place` is a file or a flag, "" when nobody said anything. Borrowed for the call. */
typedef void fiat__delivery_fault(const char *place, const char *message, void *user);

/* FIAT_E_ARG: no name of a delivery stream; 1 to 64 of letters, digits, _ . - */
fiat_status fiat__delivery_init(fiat__delivery *settings, const char *stream, fiat_error *err);
void fiat__delivery_deinit(fiat__delivery *settings);

/* All members of "delivery", for fiat__layers_init(). NULL at the end. */
extern const char *const fiat__delivery_names[];

/* The member "delivery" of a stream's files. Every fault goes to `each` (may be NULL), and what is
 * right is kept all the same. FIAT_E_CONFIG with the first fault in err. Everything is copied. */
fiat_status fiat__delivery_read(fiat__delivery *settings, const fiat__layers *layers,
                                fiat__delivery_fault *each, void *user, fiat_error *err);

/* One setting, as text: a flag. */
fiat_status fiat__delivery_set(fiat__delivery *settings, fiat__delivery_key key, const char *text,
                               const char *from, fiat_error *err);
/* "KEY=VALUE" */
fiat_status fiat__delivery_set_tag(fiat__delivery *settings, const char *text, const char *from,
                                   fiat_error *err);

/* Fill in the defaults, then hold the settings against each other. To be called once, before
 * anything is made of them. */
fiat_status fiat__delivery_finish(fiat__delivery *settings, fiat__delivery_fault *each, void *user,
                                  fiat_error *err);

/* After finish. */
const char *fiat__delivery_get(const fiat__delivery *settings, fiat__delivery_key key);
bool fiat__delivery_is_on(const fiat__delivery *settings, fiat__delivery_key key);
bool fiat__delivery_from_kinesis(const fiat__delivery *settings);
bool fiat__delivery_partitions(const fiat__delivery *settings);
bool fiat__delivery_to_parquet(const fiat__delivery *settings);
/* Are the times in prefixes UTC? Before finish as well. */
bool fiat__delivery_in_utc(const fiat__delivery *settings);

/* "buffer_mb" */
const char *fiat__delivery_member(fiat__delivery_key key);

#endif
