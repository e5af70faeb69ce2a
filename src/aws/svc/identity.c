/* GetCallerIdentity's XML. */
#include "aws/svc/identity.h"
#include "aws/xml.h"
#include "base/error.h"

static bool read_text(char *out, size_t size, fiat__str xml, const char *path) {
    fiat__buf text;
    fiat__buf_init(&text, size - 1);
    bool found = fiat__xml_value(&text, xml, path) && text.len;
    if (found) fiat__err_copy(out, size, text.ptr, text.len);
    fiat__buf_deinit(&text);
    return found;
}

fiat_status fiat__identity_read(fiat__identity *out, const fiat__service_reply *reply,
                                fiat_error *err) {
    static const char in[][64] = {"GetCallerIdentityResponse/GetCallerIdentityResult/Account",
                                  "GetCallerIdentityResponse/GetCallerIdentityResult/Arn"};
    fiat__str xml = fiat__buf_str(&reply->body);
    *out = (fiat__identity){0};
    if (read_text(out->account, sizeof out->account, xml, in[0]) &&
        strspn(out->account, "0123456789") == 12 && strlen(out->account) == 12 &&
        read_text(out->arn, sizeof out->arn, xml, in[1]))
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "sts GetCallerIdentity: the reply names no account or no ARN");
}
