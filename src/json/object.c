#include "json/object.h"
#include "base/error.h"

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

fiat__str fiat__json_trim(fiat__str text) {
    while (text.len && is_space(text.ptr[0]))
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

fiat_status fiat__json_check_object(fiat__str text, fiat_error *err) {
    if (text.len == 0) return fiat__err_set(err, FIAT_E_JSON_SYNTAX, "event is empty");
    if (text.ptr[0] == '{' || !text.ptr[0] || !strchr("[\"tfn-0123456789", text.ptr[0]))
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_JSON_NOT_OBJECT,
                         "event is not a JSON object: it starts with '%c'", text.ptr[0]);
}
