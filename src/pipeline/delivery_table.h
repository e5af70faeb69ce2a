/* The table of settings, for the files of this part alone. */
#ifndef FIAT_PIPELINE_DELIVERY_TABLE_H
#define FIAT_PIPELINE_DELIVERY_TABLE_H

#include "pipeline/delivery.h"

enum fiat__delivery_kind {
    FIAT__DELIVERY_TEXT,
    FIAT__DELIVERY_INTEGER,
    FIAT__DELIVERY_DECIMAL,
    FIAT__DELIVERY_FLAG,
    FIAT__DELIVERY_CHOICE
};

typedef struct fiat__delivery_row {
    const char *member;
    enum fiat__delivery_kind kind;
    const char *fallback; /* NULL: none, or made by fiat__delivery_finish() */
    int64_t min, max;
    const char *form;
} fiat__delivery_row;

extern const fiat__delivery_row fiat__delivery_rows[FIAT__DELIVERY_KEYS];

/* Collects faults: tells each, keeps the first. */
typedef struct fiat__delivery_faults {
    fiat__delivery_fault *each;
    void *user;
    fiat_error *err;
    fiat_status status; /* of the first */
} fiat__delivery_faults;

void fiat__delivery_add_fault(fiat__delivery_faults *faults, const char *place, const char *format,
                              ...) FIAT_PRINTF(3, 4);

void fiat__delivery_no_memory(fiat__delivery_faults *faults);

/* Hold the settings, whose defaults are filled in, against each other. */
void fiat__delivery_check(const fiat__delivery *settings, fiat__delivery_faults *faults);

#endif
