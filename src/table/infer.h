/* A JSON Schema out of samples: every sample is valid under the schema that is proposed.
 *
 * Memory is bounded however many samples there are: of each place in a sample only counts, the
 * names of members, and a few different strings are kept, and past a limit nothing new is followed
 * (the schema then says less, never too much). The same samples in the same order give the same
 * text. One thread. */
#ifndef FIAT_TABLE_INFER_H
#define FIAT_TABLE_INFER_H

#include "base/buf.h"
#include <fiat/error.h>

#include <stdint.h>

typedef struct fiat__infer_opts {
    /* An enum is proposed for strings that were at most so many different ones (0: never) ... */
    uint32_t enum_max;
    /* ... in at least so many samples of them, each at least ten times on average. */
    uint32_t enum_samples;
    /* An object with more different names than this, of which a sample has fewer than half, is a
     * map: its members become additionalProperties. Never the root. */
    uint32_t map_names;
    bool no_formats;  /* propose no "format" */
    bool closed;      /* "additionalProperties": false at the root */
    size_t max_bytes; /* memory for what is known of the samples, without the one at hand */
} fiat__infer_opts;

#define FIAT__INFER_OPTS_INIT                                                                      \
    { .enum_max = 16, .enum_samples = 100, .map_names = 32, .max_bytes = (size_t)256 * 1024 * 1024 }

/* Most names of one object that are told apart; beyond it is a map, or at the root not followed. */
#define FIAT__INFER_NAMES_MAX 1000

typedef struct fiat__infer fiat__infer;

fiat_status fiat__infer_new(fiat__infer **out, const fiat__infer_opts *opts, fiat_error *err);
void fiat__infer_free(fiat__infer *infer);

/* Learn from one JSON value. Of a text that is refused (FIAT_E_JSON_*, FIAT_E_LIMIT) nothing is
 * learnt; after FIAT_E_NOMEM the object is good for nothing but fiat__infer_free(). */
fiat_status fiat__infer_add(fiat__infer *infer, fiat__str text, fiat_error *err);

uint64_t fiat__infer_count(const fiat__infer *infer);   /* samples learnt from */
uint64_t fiat__infer_objects(const fiat__infer *infer); /* of them objects */

/* Something that was guessed: `place` such as "items[].price", "" for the sample itself. The
 * strings are borrowed for the call. */
typedef void fiat__infer_note(const char *place, const char *message, void *user);

/* Append the schema (2020-12), ended by a newline; once, after the last sample. */
fiat_status fiat__infer_write(fiat__infer *infer, fiat__buf *out, fiat__infer_note *note,
                              void *user, fiat_error *err);

#endif
