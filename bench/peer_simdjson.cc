#include "peers.h"

#include <simdjson.h>

size_t bench_simdjson_parse(const char *const *texts, const size_t *lengths, size_t count) {
    static thread_local simdjson::dom::parser parser;
    size_t accepted = 0;
    for (size_t i = 0; i < count; i++) {
        simdjson::dom::element element;
        accepted += parser.parse(texts[i], lengths[i], false).get(element) == simdjson::SUCCESS;
    }
    return accepted;
}
