/* A text against every format, encoding and media type: no check reads past its end, and what is
 * valid stays so under the changes that its RFC allows. */
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "json/recognize.h"
#include "json/tape.h"
#include "schema/content.h"
#include "schema/format.h"

#define TEXT_MAX_BYTES 4096

static bool check_with(fiat__format format, fiat__str text, const char *suffix) {
    static char copy[TEXT_MAX_BYTES + 16];
    size_t len = strlen(suffix);
    memcpy(copy, text.ptr, text.len);
    memcpy(copy + text.len, suffix, len);
    return fiat__format_check(format, fiat__str_of(copy, text.len + len));
}

static bool has_dashes(fiat__str text) {
    for (size_t i = 1; i < text.len; i++)
        if (text.ptr[i - 1] == '-' && text.ptr[i] == '-') return true;
    return false;
}

/* Two parsers of JSON: the recognizer lets only names through that occur twice, and lone
 * surrogates, which must be escaped. */
static void check_json(fiat__str text) {
    bool json =
        fiat__content_check(FIAT__ENCODING_NONE, FIAT__MEDIA_JSON, text) == FIAT__CONTENT_OK;
    fiat_status status = fiat__tape_check(text, FIAT__RECOGNIZE_DEPTH, NULL);
    FUZZ_CHECK(status != FIAT_OK || json);
    FUZZ_CHECK(!json || status == FIAT_OK || status == FIAT_E_JSON_DUPLICATE_KEY ||
               memchr(text.ptr, '\\', text.len));
    for (int i = FIAT__ENCODING_NONE; i <= FIAT__ENCODING_UNKNOWN; i++)
        (void)fiat__content_check((fiat__encoding)i, FIAT__MEDIA_JSON, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str text = fiat__str_of((const char *)data, size);
    if (size == 0 || size > TEXT_MAX_BYTES || fiat__utf8_check(text.ptr, size) != size) return 0;
    for (int i = FIAT__FORMAT_NONE + 1; fiat__format_wanted((fiat__format)i); i++) {
        fiat__format format = (fiat__format)i;
        bool any_char = format == FIAT__FORMAT_JSON_POINTER || format == FIAT__FORMAT_REGEX ||
                        format == FIAT__FORMAT_RELATIVE_JSON_POINTER;
        if (!fiat__format_check(format, text) || any_char) continue;
        FUZZ_CHECK(!memchr(text.ptr, '\n', text.len) && !memchr(text.ptr, '\0', text.len));
        FUZZ_CHECK(!check_with(format, text, "\n"));
    }
    bool uri = fiat__format_check(FIAT__FORMAT_URI, text);
    FUZZ_CHECK(!uri || fiat__format_check(FIAT__FORMAT_URI_REFERENCE, text));
    FUZZ_CHECK(!uri || fiat__format_check(FIAT__FORMAT_IRI, text));
    /* Of labels that look like A-labels only idn-email says that they must be some. */
    FUZZ_CHECK(!fiat__format_check(FIAT__FORMAT_EMAIL, text) ||
               fiat__format_check(FIAT__FORMAT_IDN_EMAIL, text) || has_dashes(text));
    /* A date is the front of a date-time, and a time its back. */
    FUZZ_CHECK(fiat__format_check(FIAT__FORMAT_DATE, text) ==
               check_with(FIAT__FORMAT_DATE_TIME, text, "T00:00:00Z"));
    if (fiat__format_check(FIAT__FORMAT_DATE_TIME, text))
        FUZZ_CHECK(fiat__format_check(FIAT__FORMAT_TIME, fiat__str_of(text.ptr + 11, size - 11)));
    check_json(text);
    return 0;
}
