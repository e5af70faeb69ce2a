/* The streams of a logger: every folder below `schemas.dir` that has a json_schema.json, and those
 * that are built in. Read once when the logger is opened; never changes after. */
#ifndef FIAT_LOGGER_REGISTRY_H
#define FIAT_LOGGER_REGISTRY_H

#include "logger/stream.h"

typedef struct fiat__registry fiat__registry;

/* Every fault of a stream's files is an error here, not at the first event. */
fiat_status fiat__registry_load(fiat__registry **out, const fiat_config *config, fiat_error *err);
/* The same for whoever reads what was delivered, stamps and all; Audit's rows are of one kind. Two
 * streams that are delivered under one name are an error: whose is an event? */
fiat_status fiat__registry_load_delivered(fiat__registry **out, const fiat_config *config,
                                          fiat_error *err);
void fiat__registry_free(fiat__registry *registry);

/* NULL with FIAT_E_STREAM_UNKNOWN in err when there is no such stream. */
fiat__stream *fiat__registry_find(const fiat__registry *registry, const char *name,
                                  fiat_error *err);

/* By the name of the delivery stream instead. */
fiat__stream *fiat__registry_find_delivered(const fiat__registry *registry, const char *name,
                                            fiat_error *err);

/* The streams by name; NULL past the end, and of a registry that is not loaded yet (NULL). */
const fiat__stream *fiat__registry_at(const fiat__registry *registry, size_t index);

/* The stream that fiat_audit_log_output() writes to: `Audit`, with `output` required. */
fiat__stream *fiat__registry_audit_output(const fiat__registry *registry);

#endif
