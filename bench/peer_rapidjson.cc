#include "peers.h"

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/schema.h>

namespace {

struct compiled {
    rapidjson::Document text;
    rapidjson::SchemaDocument schema;
    rapidjson::SchemaValidator validator;
    explicit compiled(rapidjson::Document &&document)
        : text(std::move(document)), schema(text), validator(schema) {}
};

bool is_valid(compiled *c, const char *text, size_t len) {
    rapidjson::MemoryStream stream(text, len);
    rapidjson::Reader reader;
    c->validator.Reset();
    return reader.Parse<rapidjson::kParseValidateEncodingFlag>(stream, c->validator) &&
           c->validator.IsValid();
}

} // namespace

void *bench_rapidjson_compile(const char *schema, size_t len) {
    rapidjson::Document document;
    document.Parse(schema, len);
    if (document.HasParseError()) return nullptr;
    return new compiled(std::move(document));
}

void bench_rapidjson_free(void *c) {
    delete static_cast<compiled *>(c);
}

size_t bench_rapidjson_validate(void *c, const char *const *texts, const size_t *lengths,
                                size_t count, unsigned char *verdicts) {
    size_t valid = 0;
    for (size_t i = 0; i < count; i++) {
        bool ok = is_valid(static_cast<compiled *>(c), texts[i], lengths[i]);
        valid += ok;
        if (verdicts) verdicts[i] = ok;
    }
    return valid;
}
