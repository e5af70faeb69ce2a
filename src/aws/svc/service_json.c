/* JSON 1.1, the query protocol, and pages. */
#include "aws/svc/service.h"
#include "aws/svc/service_private.h"
#include "aws/xml.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "json/writer.h"

#define BODY_MAX_BYTES  (1024 * 1024)
#define TOKEN_MAX_BYTES (64 * 1024)

/* "AmazonAthena.StartQueryExecution" -> "StartQueryExecution" */
static const char *operation_of(const char *target) {
    const char *dot = strrchr(target, '.');
    return dot ? dot + 1 : target;
}

static bool reads(const char *operation) {
    static const char *const begins[] = {"Get", "List", "Describe", "BatchGet", "Simulate"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(operation, begins[i], strlen(begins[i])) == 0) return true;
    return false;
}

static fiat_status bad_reply(const fiat__service *service, const char *operation, const char *what,
                             fiat_error *err) {
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "%s %s: the reply of %s is no %s; check the endpoint and the proxy",
                         service->name, operation, service->base.host_header, what);
}

static fiat_status read_object(const fiat__service *service, const char *operation,
                               const fiat__service_reply *reply, fiat__doc **doc, fiat_error *err) {
    fiat__str text = reply->body.len ? fiat__buf_str(&reply->body) : fiat__str_c("{}");
    fiat_status status = fiat__doc_parse(doc, text, err);
    if (status == FIAT_E_NOMEM) return status;
    if (status == FIAT_OK && fiat__doc_kind_of(*doc) == FIAT__DOC_OBJECT) return FIAT_OK;
    if (status == FIAT_OK) fiat__doc_free(*doc);
    *doc = NULL;
    return bad_reply(service, operation, "JSON object", err);
}

static fiat_status json(fiat__service *service, const char *target, const char *body,
                        bool repeatable, fiat__doc **out, fiat_error *err) {
    const char *operation = operation_of(target);
    const fiat__service_request request = {.operation = operation,
                                           .repeatable = repeatable || reads(operation),
                                           .target = target,
                                           .content_type = "application/x-amz-json-1.1",
                                           .body = fiat__str_c(body)};
    fiat__service_reply reply;
    fiat__doc *doc = NULL;
    if (out) *out = NULL;
    fiat_status status = fiat__service_call(service, &request, &reply, err);
    if (status == FIAT_OK) status = read_object(service, operation, &reply, &doc, err);
    fiat__service_reply_deinit(&reply);
    if (out)
        *out = doc;
    else
        fiat__doc_free(doc);
    return status;
}

fiat_status fiat__service_json(fiat__service *service, const char *target, const char *body,
                               fiat__doc **doc, fiat_error *err) {
    return json(service, target, body, false, doc, err);
}

fiat_status fiat__service_json_repeatable(fiat__service *service, const char *target,
                                          const char *body, fiat__doc **doc, fiat_error *err) {
    return json(service, target, body, true, doc, err);
}

bool fiat__service_param(fiat__buf *params, const char *name, const char *value) {
    fiat__buf_append_char(params, '&');
    fiat__buf_append_c(params, name);
    fiat__buf_append_char(params, '=');
    /* A space as forms have it, and AWS's SDKs: moto puts the body together anew to verify it. */
    for (const char *space; (space = strchr(value, ' ')); value = space + 1) {
        fiat__service_encode(params, fiat__str_of(value, (size_t)(space - value)), false);
        fiat__buf_append_char(params, '+');
    }
    return fiat__service_encode(params, fiat__str_c(value), false);
}

/* The one version that each of these has ever had. */
static const char *version_of(const char *service) {
    return strcmp(service, "iam") == 0 ? "2010-05-08" : "2011-06-15";
}

fiat_status fiat__service_query(fiat__service *service, const char *action, const char *params,
                                fiat__service_reply *reply, fiat_error *err) {
    fiat__buf body;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_printf(&body, "Action=%s&Version=%s", action, version_of(service->name));
    fiat__buf_append_c(&body, params);
    memset(reply, 0, sizeof *reply);
    fiat_status status = fiat__buf_status(&body, err);
    if (status == FIAT_OK) {
        const fiat__service_request request = {
            .operation = action,
            .repeatable = reads(action),
            .content_type = "application/x-www-form-urlencoded; charset=utf-8",
            .body = fiat__buf_str(&body)};
        status = fiat__service_call(service, &request, reply, err);
    }
    fiat__buf_deinit(&body);
    if (status == FIAT_OK && !fiat__xml_is_whole(fiat__buf_str(&reply->body)))
        status = bad_reply(service, action, "XML", err);
    return status;
}

void fiat__service_tokens_init(fiat__service_tokens *tokens) {
    memset(tokens, 0, sizeof *tokens);
    fiat__buf_init(&tokens->token, TOKEN_MAX_BYTES);
    tokens->seed = fiat__random_u64();
}

void fiat__service_tokens_deinit(fiat__service_tokens *tokens) {
    fiat__buf_deinit(&tokens->token);
    fiat__free(tokens->seen);
}

static fiat_status remember(fiat__service_tokens *tokens, uint64_t hash, fiat_error *err) {
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->seen[i] == hash)
            return fiat__err_set(err, FIAT_E_AWS_REPLY,
                                 "page %zu leads back to a page before: the list has no end",
                                 tokens->count + 1);
    if (tokens->count == FIAT__SERVICE_MAX_PAGES)
        return fiat__err_set(err, FIAT_E_AWS_REPLY, "more than %d pages", FIAT__SERVICE_MAX_PAGES);
    if ((tokens->count & (tokens->count - 1)) == 0) {
        size_t room = tokens->count ? 2 * tokens->count : 1;
        uint64_t *longer = fiat__realloc_array(tokens->seen, room, sizeof *longer);
        if (!longer) return fiat__err_nomem(err);
        tokens->seen = longer;
    }
    tokens->seen[tokens->count++] = hash;
    return FIAT_OK;
}

fiat_status fiat__service_tokens_step(fiat__service_tokens *tokens, const char *token,
                                      fiat_error *err) {
    fiat__buf_clear(&tokens->token);
    if (!token || !*token) return FIAT_OK;
    fiat_status status = remember(tokens, fiat__str_hash(tokens->seed, fiat__str_c(token)), err);
    if (status != FIAT_OK) return status;
    fiat__buf_append_c(&tokens->token, token);
    return fiat__buf_status(&tokens->token, err);
}

void fiat__service_pages_init(fiat__service_pages *pages, fiat__service *service,
                              const char *target, const char *body, const char *token_name) {
    *pages = (fiat__service_pages){
        .service = service, .target = target, .body = body, .token_name = token_name};
    fiat__service_tokens_init(&pages->tokens);
}

void fiat__service_pages_deinit(fiat__service_pages *pages) {
    fiat__doc_free(pages->page);
    fiat__service_tokens_deinit(&pages->tokens);
}

/* The body with the token as its first member. */
static fiat_status write_body(fiat__buf *out, const fiat__service_pages *pages, fiat_error *err) {
    const char *body = pages->body;
    if (pages->tokens.token.len) {
        body += strspn(body, " \t\r\n{");
        fiat__buf_append_char(out, '{');
        fiat__json_write_string_c(out, pages->token_name);
        fiat__buf_append_char(out, ':');
        fiat__json_write_string(out, fiat__buf_str(&pages->tokens.token));
        body += strspn(body, " \t\r\n");
        if (*body != '}') fiat__buf_append_char(out, ',');
    }
    fiat__buf_append_c(out, body);
    return fiat__buf_status(out, err);
}

fiat_status fiat__service_pages_next(fiat__service_pages *pages, const fiat__doc **page,
                                     fiat_error *err) {
    *page = NULL;
    if (pages->begun && !pages->tokens.token.len) return FIAT_OK;
    fiat__buf body;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__doc_free(pages->page);
    pages->page = NULL;
    pages->begun = true;
    fiat_status status = write_body(&body, pages, err);
    if (status == FIAT_OK)
        status =
            json(pages->service, pages->target, fiat__buf_cstr(&body), false, &pages->page, err);
    fiat__buf_deinit(&body);
    if (status != FIAT_OK) return status;
    const char *token = NULL;
    (void)fiat__doc_string(fiat__doc_get(pages->page, pages->token_name), &token);
    status = fiat__service_tokens_step(&pages->tokens, token, err);
    if (status != FIAT_OK)
        return fiat__err_wrap(err, status, "%s %s", pages->service->name,
                              operation_of(pages->target));
    *page = pages->page;
    return FIAT_OK;
}
