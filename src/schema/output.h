/* Private to the files that write standard output. */
#ifndef FIAT_SCHEMA_OUTPUT_H
#define FIAT_SCHEMA_OUTPUT_H

#include "schema/annotations.h"

typedef struct fiat__output {
    fiat__run *run;
    bool valid;
    fiat__buf text;          /* what was not handed on yet */
    fiat__buf way, instance; /* JSON Pointers to the place that is written */
    fiat__buf location, lines;
    bool (*write)(const char *bytes, size_t len, void *user);
    void *user;
    bool stopped;       /* write() wants no more */
    fiat_status status; /* FIAT_E_SCHEMA_LIMIT: a location is too long; FIAT_E_NOMEM */
    uint32_t leaves;    /* "detailed": how many there are */
} fiat__output;

/* output.c: hand on what there is when it is much. False when there is no use in going on. */
bool fiat__output_flush(fiat__output *o, bool all);

/* Faults of one place: they are sorted by place. */
typedef struct fiat__fault_range {
    uint32_t first, end;
} fiat__fault_range;
fiat__fault_range fiat__output_faults(const fiat__output *o, uint32_t place);

/* output_unit.c: let `way` and `instance` be those of a place whose parent was the last but for
 * places inside that. */
void fiat__output_enter(fiat__output *o, uint32_t place);

/* Names that the locations have. */
typedef enum fiat__output_words { FIAT__WORDS_2020, FIAT__WORDS_NEXT } fiat__output_words;

/* `{"valid":...,` and the locations of a place, or of a keyword in it unless that is empty, and of
 * the fault's value if it is another's (NULL: it is the place's). The object stays open. */
void fiat__output_open(fiat__output *o, fiat__output_words words, bool valid, uint32_t place,
                       fiat__str keyword, const fiat__fault *fault);

/* The message of a fault, borrowed until the next; and the same as a JSON string. */
fiat__str fiat__output_line(fiat__output *o, const fiat__fault *fault);
void fiat__output_message(fiat__output *o, const fiat__fault *fault);

/* A unit of "basic" and "detailed", when the output stands at its place. */
void fiat__output_error(fiat__output *o, const fiat__fault *fault);
void fiat__output_annotation(fiat__output *o, const fiat__annotation *annotation);

/* The formats. */
void fiat__output_basic(fiat__output *o);
void fiat__output_detailed(fiat__output *o);
void fiat__output_list(fiat__output *o);
void fiat__output_hierarchical(fiat__output *o);

#endif
