/* Reading what is put; see put_input.h. */
#include "local/put_input.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "json/writer.h"

#include <stdio.h>

static bool is_name(fiat__str text) {
    return fiat__text_only(text, "_.-");
}

const fiat__string_rule fiat__put_name_rule = {
    .member = "DeliveryStreamName",
    .path = "deliveryStreamName",
    .required = true,
    .min = 1,
    .max = FIAT__STREAM_NAME_BYTES,
    .valid = is_name,
    .pattern = "regular expression pattern: [a-zA-Z0-9_.-]+",
};

fiat__put_input *fiat__put_input_new(fiat__reply *reply) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__put_input *input = fiat__calloc(1, sizeof *input);
    if (input) {
        fiat__buf_init(&input->data, FIAT__PUT_BATCH_MAX_BYTES + 3);
    } else {
        fiat__err_nomem(&err);
        fiat__reply_failure(reply, &err);
    }
    return input;
}

void fiat__put_input_free(fiat__put_input *input) {
    if (input) fiat__buf_deinit(&input->data);
    fiat__free(input);
}

fiat__doc *fiat__put_body_parse(fiat__str body, fiat__reply *reply) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__doc *doc = NULL;
    if (fiat__doc_parse(&doc, body, &err) != FIAT_OK) {
        fiat__reply_error(reply, 400, "SerializationException", "%s", err.message);
        return NULL;
    }
    if (fiat__doc_kind_of(doc) == FIAT__DOC_OBJECT) return doc;
    fiat__reply_error(reply, 400, "SerializationException",
                      "The body must be a JSON object, not %s.", fiat__doc_kind_name(doc));
    fiat__doc_free(doc);
    return NULL;
}

/* Bytes that base64 text stands for; exact when the text is valid. */
static size_t decoded_len(fiat__str text) {
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
        padding++;
    return text.len / 4 * 3 - (text.len >= 4 ? padding : 0);
}

/* Add the record's Data to `out`. */
static void check_record(fiat__put_input *out, fiat__check *check, const fiat__doc *record,
                         const char *path) {
    char data_path[64], shown[96];
    const char *text = NULL;
    snprintf(data_path, sizeof data_path, "%s.data", path);
    if (!record || fiat__doc_kind_of(record) == FIAT__DOC_NULL) {
        fiat__check_add(check, NULL, path, "Member must not be null");
        return;
    }
    const fiat__doc *data =
        fiat__check_member(check, record, "Data", FIAT__DOC_STRING, "record.data");
    if (fiat__doc_kind_of(record) != FIAT__DOC_OBJECT) check->wrong_type = "record";
    if (check->wrong_type) return;
    if (!fiat__doc_string(data, &text)) {
        fiat__check_add(check, NULL, data_path, "Member must not be null");
        return;
    }
    const fiat__str encoded = fiat__str_c(text);
    const size_t len = decoded_len(encoded);
    if (len > FIAT__PUT_RECORD_MAX_BYTES) {
        snprintf(shown, sizeof shown, "java.nio.HeapByteBuffer[pos=0 lim=%zu cap=%zu]", len, len);
        fiat__check_add(check, shown, data_path, "Member must have length less than or equal to %d",
                        FIAT__PUT_RECORD_MAX_BYTES);
    }
    out->total_bytes += len;
    out->encoded[out->count++] = encoded;
}

static void check_batch(fiat__put_input *input, fiat__check *check, const fiat__doc *list) {
    char text[64];
    const size_t count = fiat__doc_count(list);
    snprintf(text, sizeof text, "[%zu records]", count);
    if (!list && !check->wrong_type)
        fiat__check_add(check, NULL, "records", "Member must not be null");
    else if (list && count == 0)
        fiat__check_add(check, "[]", "records",
                        "Member must have length greater than or equal to 1");
    else if (count > FIAT__PUT_BATCH_MAX_RECORDS)
        fiat__check_add(check, text, "records", "Member must have length less than or equal to %d",
                        FIAT__PUT_BATCH_MAX_RECORDS);
    if (count > FIAT__PUT_BATCH_MAX_RECORDS) return;
    size_t number = 0;
    for (list = fiat__doc_first(list); list; list = fiat__doc_next(list)) {
        snprintf(text, sizeof text, "records.%zu.member", ++number);
        check_record(input, check, list, text);
    }
}

/* true: within the limits of the whole. */
static bool check_total(const fiat__put_input *input, fiat__reply *reply) {
    if (input->total_bytes <= FIAT__PUT_BATCH_MAX_BYTES) return true;
    fiat__reply_error(reply, 400, "InvalidArgumentException", "Records size exceeds 4 MB limit");
    return false;
}

const char *fiat__put_input_read(fiat__put_input *input, const fiat__doc *body, bool batch,
                                 fiat__reply *reply) {
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, body, &fiat__put_name_rule);
    if (batch)
        check_batch(input, &check,
                    fiat__check_member(&check, body, "Records", FIAT__DOC_ARRAY, "records"));
    else
        check_record(input, &check, fiat__doc_get(body, "Record"), "record");
    return fiat__check_done(&check, reply) && check_total(input, reply) ? name : NULL;
}

bool fiat__put_input_decode(fiat__put_input *input, fiat__reply *reply) {
    fiat_error err = FIAT_ERROR_INIT;
    /* The buffer must not move while views into it are made. */
    if (!fiat__buf_reserve(&input->data, input->total_bytes + 3)) {
        fiat__buf_status(&input->data, &err);
        fiat__reply_failure(reply, &err);
        return false;
    }
    for (size_t i = 0; i < input->count; i++) {
        const size_t at = input->data.len;
        if (fiat__base64_decode(&input->data, input->encoded[i], &err) != FIAT_OK) {
            fiat__reply_error(reply, 400, "SerializationException", "Data of record %zu: %s", i + 1,
                              err.message);
            return false;
        }
        input->decoded[i] = fiat__str_of(input->data.ptr + at, input->data.len - at);
    }
    return true;
}

void fiat__put_write_id(fiat__buf *out, int64_t wall_ms, char id[FIAT__PUT_ID_LEN + 1]) {
    char text[FIAT__UUID_LEN + 1] = "";
    const fiat__uuid uuid = fiat__uuid7(wall_ms);
    fiat__uuid_write(text, &uuid);
    fiat__buf_append_c(out, "{\"RecordId\":");
    fiat__json_write_string(out, fiat__str_of(text, FIAT__UUID_LEN));
    if (id) memcpy(id, text, sizeof text);
}
