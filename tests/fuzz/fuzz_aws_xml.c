/* A reply of STS: the pieces are views into it, elements open and close in turn, and credentials
 * that come of it can stand in a header. */
#include "aws/sts.h"
#include "aws/xml.h"
#include "fuzz/fuzz.h"

static void check_view(fiat__str view, fiat__str text) {
    if (view.len == 0) return;
    FUZZ_CHECK(view.ptr >= text.ptr && view.ptr + view.len <= text.ptr + text.len);
}

/* Decoding never makes text longer, as no reference is shorter than what it stands for. */
static void check_text(fiat__str raw) {
    fiat__buf plain;
    fiat__buf_init(&plain, raw.len + 1);
    if (fiat__xml_decode(&plain, raw)) FUZZ_CHECK(plain.len <= raw.len);
    fiat__buf_deinit(&plain);
}

static void check_pieces(fiat__str text) {
    fiat__xml xml;
    size_t depth = 0;
    fiat__xml_init(&xml, text);
    for (;;) {
        fiat__str piece = fiat__str_of("", 0);
        const fiat__xml_event event = fiat__xml_next(&xml, &piece);
        if (event == FIAT__XML_BAD) return;
        if (event == FIAT__XML_END) break;
        check_view(piece, text);
        if (event == FIAT__XML_OPEN) depth++;
        if (event == FIAT__XML_CLOSE) depth--;
        if (event == FIAT__XML_TEXT) check_text(piece);
        FUZZ_CHECK(xml.depth == depth && depth <= FIAT__XML_MAX_DEPTH);
        for (size_t i = 0; i < depth; i++)
            check_view(xml.names[i], text);
    }
    FUZZ_CHECK(depth == 0 && xml.seen_root);
}

/* What a path leads to are views, too. */
static void check_walk(fiat__str text, const char *path) {
    fiat__xml_walk walk;
    fiat__str content;
    fiat__xml_walk_init(&walk, text, path);
    while (fiat__xml_walk_next(&walk, &content))
        check_view(content, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fiat__str text = fiat__str_of((const char *)data, size);
    fiat__aws_credentials found;
    fiat_error err = FIAT_ERROR_INIT;
    memset(&found, 0, sizeof found);
    check_pieces(text);
    check_walk(text, "ErrorResponse/Error/Code");
    check_walk(text, "Error");
    if (fiat__sts_read_reply(text, &found, &err) == FIAT_OK) {
        FUZZ_CHECK(*found.access_key_id && *found.secret_access_key && *found.session_token);
        FUZZ_CHECK(fiat__aws_is_header_text(fiat__str_c(found.session_token), ""));
    } else {
        FUZZ_CHECK(err.status == FIAT_E_AWS_REPLY || err.status == FIAT_E_AWS_CREDENTIALS);
    }
    fiat__aws_credentials_deinit(&found);
    return 0;
}
