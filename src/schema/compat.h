/* Are two versions of a JSON Schema compatible?
 *
 * Schema registries ask it of what is read and written (Confluent, "Schema Evolution and
 * Compatibility for Schema Registry"; AWS Glue developer guide, "AWS Glue Schema Registry", schema
 * versioning and compatibility):
 *   BACKWARD  a reader with the new schema reads what was written with the old one: every value
 *             that is valid under the old schema is valid under the new one.
 *   FORWARD   a reader with the old schema reads what is written with the new one.
 *   FULL      both. *_ALL (Confluent: *_TRANSITIVE): against every earlier version, not the last.
 * Confluent decides by a table of rules for differences of keywords, among them that a property
 * which is added to an open object breaks BACKWARD (PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL): old data
 * may have a member of that name and any type. Glue knows JSON Schema up to draft-07 alone, has the
 * mode DISABLED (no new versions at all), and describes its modes in terms of fields that are
 * added and deleted. Here the definition itself is decided: is the one set of values contained in
 * the other, under every draft?
 *
 * The answer is never a wrong "holds": what cannot be proved is "may break". "breaks" comes with a
 * value that the engine itself has found valid under the one schema and not under the other.
 * Formats, references and drafts count as the schemas were compiled. Work and depth are bounded
 * whatever the schemas; beyond the bounds the answer is "may break", and says so. */
#ifndef FIAT_SCHEMA_COMPAT_H
#define FIAT_SCHEMA_COMPAT_H

#include "schema/schema.h"

typedef enum fiat__compat_effect {
    FIAT__COMPAT_HOLDS = 0,
    FIAT__COMPAT_MAY_BREAK, /* no proof, and no value that shows it */
    FIAT__COMPAT_BREAKS
} fiat__compat_effect;

/* One way to look at the two: from the old schema's data to the new reader, or back. */
typedef enum fiat__compat_way {
    FIAT__COMPAT_BACKWARD = 0,
    FIAT__COMPAT_FORWARD = 1
} fiat__compat_way;

/* A difference. The strings belong to the report; they are never NULL but for the samples. */
typedef struct fiat__compat_difference {
    const char *path;     /* JSON Pointer to the values it is about; "*" is any item or member */
    const char *keyword;  /* "maxLength"; "" when it is about the schema as a whole */
    const char *message;  /* one sentence without a full stop */
    const char *place[2]; /* JSON Pointers into the old schema and the new one */
    fiat__compat_effect effect[2]; /* by fiat__compat_way */
    const char *sample[2];         /* BREAKS: JSON text that one schema takes, the other not */
} fiat__compat_difference;

typedef struct fiat__compat_report {
    fiat__compat_effect effect[2];              /* the worst of all differences */
    const fiat__compat_difference *differences; /* in the order of the schemas */
    size_t count;
} fiat__compat_report;

/* Compare. The schemas were compiled without `provided` and `reserved`; they are borrowed for the
 * call. FIAT_E_NOMEM. Free the report with fiat__compat_free(). One thread a call. */
fiat_status fiat__compat_compare(fiat__compat_report **out, const fiat_schema *older,
                                 const fiat_schema *newer, fiat_error *err);
void fiat__compat_free(fiat__compat_report *report);

#endif
