/* Tags: TagDeliveryStream, UntagDeliveryStream, ListTagsForDeliveryStream.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_Tag.html */
#include "base/error.h"
#include "json/writer.h"
#include "local/firehose.h"

#include <stdio.h>

#define LIST_MAX 50

/* Letters, spaces and digits of any script and _.:/=+-@%; ASCII is told apart exactly, everything
 * above it is let through. */
static bool is_tag_text(fiat__str text) {
    for (size_t i = 0; i < text.len; i++) {
        const fiat__str one = {text.ptr + i, 1};
        if ((unsigned char)text.ptr[i] < 0x80 && !fiat__text_only(one, " _.:/=+-@%")) return false;
    }
    return true;
}

static bool is_tag_key(fiat__str text) {
    return is_tag_text(text) && !fiat__str_starts(text, fiat__str_c("aws:"));
}

static const fiat__string_rule s_key_rule = {
    "Key",
    "tags.member.key",
    true,
    1,
    128,
    is_tag_key,
    "regular expression pattern: ^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$"};
static const fiat__string_rule s_value_rule = {
    "Value",
    "tags.member.value",
    false,
    0,
    256,
    is_tag_text,
    "regular expression pattern: ^[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$"};

/* A list of 1 to 50, or NULL. */
static const fiat__doc *check_list(fiat__check *check, const fiat__doc *input, const char *name,
                                   const char *path, bool required) {
    const fiat__doc *list = fiat__check_member(check, input, name, FIAT__DOC_ARRAY, path);
    const size_t count = fiat__doc_count(list);
    char shown[32];
    snprintf(shown, sizeof shown, "[%zu members]", count);
    if (!list && required && !check->wrong_type)
        fiat__check_add(check, NULL, path, "Member must not be null");
    if (list && count < 1)
        fiat__check_add(check, "[]", path, "Member must have length greater than or equal to 1");
    if (count > FIAT__STREAM_TAGS_MAX)
        fiat__check_add(check, shown, path, "Member must have length less than or equal to %d",
                        FIAT__STREAM_TAGS_MAX);
    return list;
}

static const fiat__doc *check_tags(fiat__check *check, const fiat__doc *input, bool required) {
    const fiat__doc *list = check_list(check, input, "Tags", "tags", required);
    for (const fiat__doc *tag = fiat__doc_first(list); tag; tag = fiat__doc_next(tag)) {
        if (fiat__doc_kind_of(tag) != FIAT__DOC_OBJECT) check->wrong_type = "tags.member";
        fiat__check_string(check, tag, &s_key_rule);
        fiat__check_string(check, tag, &s_value_rule);
    }
    return list;
}

/* @locks stream->lock held, or nobody else knows the stream */
static bool set_tags(fiat__firehose_request *request, fiat__stream *stream, const fiat__doc *list) {
    fiat_error err = FIAT_ERROR_INIT;
    for (list = fiat__doc_first(list); list; list = fiat__doc_next(list)) {
        const char *key = NULL, *value = NULL;
        fiat__doc_string(fiat__doc_get(list, "Key"), &key);
        fiat__doc_string(fiat__doc_get(list, "Value"), &value);
        fiat_status status = fiat__stream_set_tag(stream, key, value, &err);
        if (status == FIAT_E_LIMIT)
            fiat__reply_error(request->reply, 400, "LimitExceededException",
                              "A Firehose can have at most %d tags.", FIAT__STREAM_TAGS_MAX);
        else if (status != FIAT_OK)
            fiat__reply_failure(request->reply, &err);
        if (status != FIAT_OK) return false;
    }
    return true;
}

bool fiat__firehose_read_tags(fiat__firehose_request *request, fiat__stream *stream) {
    fiat__check check;
    fiat__check_init(&check);
    const fiat__doc *list = check_tags(&check, request->input, false);
    return fiat__check_done(&check, request->reply) && set_tags(request, stream, list);
}

/* Save after a change, unlock and let go; answer "{}" or why not. */
static void finish_change(fiat__firehose_request *request, fiat__stream *stream, bool good) {
    fiat_error err = FIAT_ERROR_INIT;
    if (good && fiat__stream_save(request->registry, stream, &err) != FIAT_OK) {
        fiat__reply_failure(request->reply, &err);
        good = false;
    }
    fiat__mutex_unlock(&stream->lock);
    fiat__registry_release(request->registry, stream);
    if (!good) return;
    fiat__buf_append_c(&request->reply->body, "{}");
    fiat__firehose_done(request);
}

/* How many tags the stream would have. All or none of a request's tags are set. */
static bool has_room(fiat__firehose_request *request, const fiat__stream *stream,
                     const fiat__doc *list) {
    size_t count = stream->tag_count;
    for (list = fiat__doc_first(list); list; list = fiat__doc_next(list)) {
        const char *key = "";
        bool known = false;
        fiat__doc_string(fiat__doc_get(list, "Key"), &key);
        for (size_t i = 0; i < stream->tag_count && !known; i++)
            known = strcmp(stream->tags[i].key, key) == 0;
        count += !known;
    }
    if (count <= FIAT__STREAM_TAGS_MAX) return true;
    fiat__reply_error(request->reply, 400, "LimitExceededException",
                      "A Firehose can have at most %d tags.", FIAT__STREAM_TAGS_MAX);
    return false;
}

void fiat__firehose_tag(fiat__firehose_request *request) {
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__put_name_rule);
    const fiat__doc *list = check_tags(&check, request->input, true);
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream *stream = fiat__firehose_find(request, name);
    if (!stream) return;
    fiat__mutex_lock(&stream->lock);
    const bool good = has_room(request, stream, list) && set_tags(request, stream, list);
    finish_change(request, stream, good);
}

void fiat__firehose_untag(fiat__firehose_request *request) {
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__put_name_rule);
    const fiat__doc *list = check_list(&check, request->input, "TagKeys", "tagKeys", true);
    for (const fiat__doc *each = fiat__doc_first(list); each; each = fiat__doc_next(each)) {
        const char *key;
        fiat__string_rule rule = s_key_rule;
        rule.path = "tagKeys.member";
        if (fiat__doc_string(each, &key))
            fiat__check_text(&check, key, &rule);
        else
            check.wrong_type = rule.path;
    }
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream *stream = fiat__firehose_find(request, name);
    if (!stream) return;
    fiat__mutex_lock(&stream->lock);
    for (const fiat__doc *each = fiat__doc_first(list); each; each = fiat__doc_next(each)) {
        const char *key = NULL;
        if (fiat__doc_string(each, &key)) fiat__stream_drop_tag(stream, key);
    }
    finish_change(request, stream, true);
}

static void write_tags(fiat__buf *out, const fiat__stream *stream, const char *start,
                       int64_t limit) {
    size_t at = 0;
    while (start && at < stream->tag_count && strcmp(stream->tags[at].key, start) <= 0)
        at++;
    fiat__buf_append_c(out, "{\"Tags\":[");
    for (int64_t shown = 0; at < stream->tag_count && shown < limit; at++, shown++) {
        bool first = true;
        fiat__buf_append_c(out, shown ? ",{" : "{");
        fiat__json_write_key(out, &first, "Key");
        fiat__json_write_string_c(out, stream->tags[at].key);
        if (stream->tags[at].value) {
            fiat__json_write_key(out, &first, "Value");
            fiat__json_write_string_c(out, stream->tags[at].value);
        }
        fiat__buf_append_char(out, '}');
    }
    fiat__buf_printf(out, "],\"HasMoreTags\":%s}", at < stream->tag_count ? "true" : "false");
}

void fiat__firehose_list_tags(fiat__firehose_request *request) {
    fiat__string_rule start_rule = s_key_rule;
    start_rule.member = "ExclusiveStartTagKey";
    start_rule.path = "exclusiveStartTagKey";
    start_rule.required = false;
    int64_t limit = LIST_MAX;
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__put_name_rule);
    const char *start = fiat__check_string(&check, request->input, &start_rule);
    fiat__check_integer(&check, request->input, "Limit", "limit", 1, LIST_MAX, &limit);
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream *stream = fiat__firehose_find(request, name);
    if (!stream) return;
    fiat__mutex_lock(&stream->lock);
    write_tags(&request->reply->body, stream, start, limit);
    fiat__mutex_unlock(&stream->lock);
    fiat__registry_release(request->registry, stream);
    fiat__firehose_done(request);
}
