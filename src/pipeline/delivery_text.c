/* Forms of texts, from the patterns of Firehose's service model; see delivery_text.h. */
#include "pipeline/delivery_text.h"

#define DIGITS  "0123456789"
#define LOWER   "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool only(const char *text, const char *characters) {
    return *text && strspn(text, characters) == strlen(text);
}

static bool only_str(fiat__str text, const char *characters) {
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || !strchr(characters, text.ptr[i])) return false;
    return text.len > 0;
}

/* Up to the next ':', which is taken too. */
static bool take(const char **at, fiat__str *out) {
    const char *colon = strchr(*at, ':');
    if (!colon) return false;
    *out = fiat__str_of(*at, (size_t)(colon - *at));
    *at = colon + 1;
    return true;
}

bool fiat__arn_parse(fiat__arn *out, const char *text) {
    fiat__str arn;
    if (!take(&text, &arn) || !fiat__str_eq_c(arn, "arn")) return false;
    if (!take(&text, &out->partition) || !take(&text, &out->service) ||
        !take(&text, &out->region) || !take(&text, &out->account))
        return false;
    out->resource = fiat__str_c(text);
    return out->partition.len > 0 && out->resource.len > 0;
}

static bool is_account(fiat__str text) {
    return text.len == 12 && only_str(text, DIGITS);
}

/* An ARN of that service whose resource is KIND, then a name of these characters. */
static bool is_arn_of(const char *text, const char *service, const char *kind,
                      const char *characters) {
    fiat__arn arn;
    if (!fiat__arn_parse(&arn, text) || !fiat__str_eq_c(arn.service, service)) return false;
    if (!is_account(arn.account) || !fiat__str_starts(arn.resource, fiat__str_c(kind)))
        return false;
    if ((strcmp(service, "iam") == 0) != (arn.region.len == 0)) return false;
    return only(arn.resource.ptr + strlen(kind), characters);
}

/* https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
static bool is_bucket(const char *text) {
    const size_t len = strlen(text);
    return only(text, LOWER DIGITS ".-") && strchr(".-", text[0]) == NULL &&
           strchr(".-", text[len - 1]) == NULL && !strstr(text, "..");
}

static bool is_role(const char *text) {
    if (strncmp(text, "arn:", 4) == 0)
        return is_arn_of(text, "iam", "role/", LETTERS DIGITS "_+=,.@-/");
    /* https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html: RoleName */
    return only(text, LETTERS DIGITS "_+=,.@-") && strlen(text) <= 64;
}

static bool is_kms_key(const char *text) {
    return is_arn_of(text, "kms", "key/", LETTERS DIGITS "_+=,.@-/") ||
           is_arn_of(text, "kms", "alias/", LETTERS DIGITS "_+=,.@-/");
}

static bool is_lambda(const char *text) {
    return is_arn_of(text, "lambda", "function:", LETTERS DIGITS "-_:$");
}

static bool is_kinesis(const char *text) {
    return is_arn_of(text, "kinesis", "stream/", LETTERS DIGITS "_.-");
}

static bool is_extension(const char *text) {
    return !*text || (text[0] == '.' && only(text + 1, LOWER DIGITS "!-_.*'()"));
}

static bool is_zone(const char *text) {
    return !*text || only(text, LETTERS "/_");
}

static bool is_log_group(const char *text) {
    return only(text, LETTERS DIGITS ".-_/#");
}

static bool is_log_stream(const char *text) {
    return strpbrk(text, ":*") == NULL;
}

static bool is_word(const char *text) {
    return strpbrk(text, " \t\r\n\v\f") == NULL;
}

static const struct {
    const char *form;
    bool (*is)(const char *text);
    const char *must_be;
} s_forms[] = {
    {"bucket", is_bucket,
     "must be a bucket's name: lower-case letters, digits, '.' and '-', no ARN and no s3://"},
    {"role", is_role, "must be a role's name or its ARN, arn:aws:iam::ACCOUNT:role/NAME"},
    {"kms_key", is_kms_key,
     "must be the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID or "
     "...:alias/NAME"},
    {"lambda", is_lambda,
     "must be a function's ARN, arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION]"},
    {"kinesis", is_kinesis, "must be a stream's ARN, arn:aws:kinesis:REGION:ACCOUNT:stream/NAME"},
    {"extension", is_extension,
     "must begin with '.' and be of lower-case letters, digits and !-_.*'()"},
    {"zone", is_zone, "must be a time zone's name as Europe/Vienna: letters, / and _"},
    {"log_group", is_log_group, "must be of letters, digits and .-_/#"},
    {"log_stream", is_log_stream, "must not contain ':' nor '*'"},
    {"word", is_word, "must not contain spaces"},
};

const char *fiat__delivery_text_fault(const char *form, const char *text) {
    for (size_t i = 0; form && i < sizeof s_forms / sizeof *s_forms; i++)
        if (strcmp(form, s_forms[i].form) == 0)
            return s_forms[i].is(text) ? NULL : s_forms[i].must_be;
    return NULL;
}

bool fiat__delivery_is_choice(const char *choices, const char *word) {
    const size_t len = strlen(word);
    for (const char *at = choices; *at; at += strspn(at, " ")) {
        const size_t size = strcspn(at, " ");
        if (size == len && memcmp(at, word, len) == 0) return true;
        at += size;
    }
    return false;
}
