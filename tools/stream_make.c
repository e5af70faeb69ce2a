/* Bucket, role and log group; see stream_make.h. */
#include "stream_make.h"

#include "base/error.h"
#include "json/writer.h"
#include "pretty.h"

#include <stdio.h>
#include <string.h>

static const char *get(const stream_context *c, fiat__delivery_key key) {
    return fiat__delivery_get(&c->settings, key);
}

/* The name within an ARN of a role. */
static const char *role_name(const stream_context *c) {
    const char *role = get(c, FIAT__DELIVERY_ROLE), *slash = strrchr(role, '/');
    return slash ? slash + 1 : role;
}

/* "/team/" of arn:aws:iam::ACCOUNT:role/team/NAME; "/" of a name alone. */
static void write_role_path(const stream_context *c, char *out, size_t size) {
    const char *path = strchr(get(c, FIAT__DELIVERY_ROLE), '/');
    snprintf(out, size, "%.*s", path ? (int)(role_name(c) - path) : 1, path ? path : "/");
}

static void write_policy_name(const stream_context *c, char *out, size_t size) {
    snprintf(out, size, "fiat-%s", c->settings.stream);
}

/* --- bodies ----------------------------------------------------------------------------------- */

static void write_bucket(fiat__buf *out, const stream_context *c) {
    fiat__buf_append_c(out, "{\"Bucket\":");
    fiat__json_write_string_c(out, get(c, FIAT__DELIVERY_BUCKET));
    if (strcmp(c->region, "us-east-1") != 0) {
        fiat__buf_append_c(out, ",\"CreateBucketConfiguration\":{\"LocationConstraint\":");
        fiat__json_write_string_c(out, c->region);
        fiat__buf_append_char(out, '}');
    }
    fiat__buf_append_char(out, '}');
}

/* PolicyDocument and the like are JSON in a string, for IAM; here they are shown as they are. */
static void write_role(fiat__buf *out, const stream_context *c) {
    char path[600];
    write_role_path(c, path, sizeof path);
    fiat__buf_append_c(out, "{\"Path\":");
    fiat__json_write_string_c(out, path);
    fiat__buf_append_c(out, ",\"RoleName\":");
    fiat__json_write_string_c(out, role_name(c));
    fiat__buf_append_c(out, ",\"AssumeRolePolicyDocument\":");
    fiat__delivery_write_trust(out, &c->place);
    fiat__buf_append_char(out, '}');
}

static void write_role_policy(fiat__buf *out, const stream_context *c) {
    char name[128];
    write_policy_name(c, name, sizeof name);
    fiat__buf_append_c(out, "{\"RoleName\":");
    fiat__json_write_string_c(out, role_name(c));
    fiat__buf_append_c(out, ",\"PolicyName\":");
    fiat__json_write_string_c(out, name);
    fiat__buf_append_c(out, ",\"PolicyDocument\":");
    fiat__delivery_write_policy(out, &c->settings, &c->place);
    fiat__buf_append_char(out, '}');
}

static void write_log_group(fiat__buf *out, const stream_context *c) {
    fiat__buf_append_c(out, "{\"logGroupName\":");
    fiat__json_write_string_c(out, get(c, FIAT__DELIVERY_LOG_GROUP));
    fiat__buf_append_char(out, '}');
}

static void write_log_stream(fiat__buf *out, const stream_context *c) {
    fiat__buf_append_c(out, "{\"logGroupName\":");
    fiat__json_write_string_c(out, get(c, FIAT__DELIVERY_LOG_GROUP));
    fiat__buf_append_c(out, ",\"logStreamName\":");
    fiat__json_write_string_c(out, get(c, FIAT__DELIVERY_LOG_STREAM));
    fiat__buf_append_char(out, '}');
}

static void write_create(fiat__buf *out, const stream_context *c) {
    fiat__delivery_write_create(out, &c->settings, &c->place);
}

/* --- the plan --------------------------------------------------------------------------------- */

typedef struct plan_output {
    fiat__buf text;
    bool json, first;
} plan_output;

static void add(plan_output *out, const char *service, const char *operation,
                const fiat__buf *body) {
    if (out->json)
        fiat__buf_printf(&out->text, "%s{\"service\":\"%s\",\"operation\":\"%s\",\"input\":%s}",
                         out->first ? "[" : ",\n ", service, operation, fiat__buf_cstr(body));
    else {
        fiat__buf_printf(&out->text, "%s# %s %s\n", out->first ? "" : "\n", service, operation);
        pretty_append_text(&out->text, fiat__buf_cstr(body));
        fiat__buf_append_char(&out->text, '\n');
    }
    out->first = false;
}

int stream_print_plan(const stream_context *c, const stream_plan *plan) {
    const bool logs = !plan->update && fiat__delivery_is_on(&c->settings, FIAT__DELIVERY_LOGGING);
    const struct {
        bool on;
        const char *service, *operation;
        void (*write)(fiat__buf *out, const stream_context *c);
    } rows[] = {
        {plan->bucket, "s3", "CreateBucket", write_bucket},
        {plan->role, "iam", "CreateRole", write_role},
        {plan->role, "iam", "PutRolePolicy", write_role_policy},
        {logs, "logs", "CreateLogGroup", write_log_group},
        {logs, "logs", "CreateLogStream", write_log_stream},
        {!plan->update, "firehose", "CreateDeliveryStream", write_create},
    };
    plan_output out = {.json = plan->json, .first = true};
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&out.text, STREAM_JSON_MAX_BYTES);
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].on) continue;
        fiat__buf_clear(&body);
        rows[i].write(&body, c);
        add(&out, rows[i].service, rows[i].operation, &body);
    }
    if (plan->update) {
        fiat__buf_clear(&body);
        fiat__delivery_write_update(&body, &c->settings, &c->place, plan->update);
        add(&out, "firehose", "UpdateDestination", &body);
    }
    if (plan->json) fiat__buf_append_c(&out.text, "]\n");
    const bool good = !body.failed && fiat__buf_status(&out.text, &err) == FIAT_OK;
    if (good) fputs(fiat__buf_cstr(&out.text), stdout);
    fiat__buf_deinit(&body);
    fiat__buf_deinit(&out.text);
    return good ? EXIT_DONE : cmd_fail(EXIT_FAILED, "out of memory");
}

/* --- S3 --------------------------------------------------------------------------------------- */

static fiat_status call_s3(fiat__service *s3, const stream_context *c, const char *method,
                           const char *operation, const char *query, const char *body,
                           fiat_error *err) {
    fiat__service_reply reply;
    const fiat__service_request request = {
        .operation = operation,
        .action = strcmp(operation, "HeadBucket") == 0 ? "ListBucket" : NULL,
        .repeatable = true,
        .content_type = *body ? "application/xml" : NULL,
        .body = fiat__str_c(body),
        .method = method,
        .path = "/",
        .query = query,
        .bucket = get(c, FIAT__DELIVERY_BUCKET)};
    fiat_status status = fiat__service_call(s3, &request, &reply, err);
    fiat__service_reply_deinit(&reply);
    return status;
}

/* Nothing of it may be public, and what has no key of the stream's is encrypted with S3's own. */
static fiat_status close_bucket(fiat__service *s3, const stream_context *c, fiat_error *err) {
    static const char block[] =
        "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
        "<BlockPublicPolicy>true</BlockPublicPolicy>"
        "<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    static const char encryption[] =
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
        "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    fiat_status status =
        call_s3(s3, c, "PUT", "PutPublicAccessBlock", "publicAccessBlock=", block, err);
    if (status == FIAT_OK)
        status = call_s3(s3, c, "PUT", "PutBucketEncryption", "encryption=", encryption, err);
    return status;
}

static fiat_status create_bucket(fiat__service *s3, const stream_context *c, fiat_error *err) {
    char body[256] = "";
    if (strcmp(c->region, "us-east-1") != 0)
        snprintf(body, sizeof body,
                 "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                 "<LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>",
                 c->region);
    fiat_status status = call_s3(s3, c, "PUT", "CreateBucket", NULL, body, err);
    if (status == FIAT_OK) status = close_bucket(s3, c, err);
    return status;
}

int stream_make_bucket(const stream_context *c) {
    const char *bucket = get(c, FIAT__DELIVERY_BUCKET);
    fiat__service *s3;
    fiat_error err = FIAT_ERROR_INIT;
    if (aws_open(&s3, "s3", c->config, &stream_aws, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    int code = EXIT_DONE;
    fiat_status status = call_s3(s3, c, "HEAD", "HeadBucket", NULL, "", &err);
    if (status == FIAT_OK) {
        fprintf(stderr, "bucket %s: is there\n", bucket);
    } else if (status == FIAT_E_AWS_NOT_FOUND || err.http_status == 404) {
        if (create_bucket(s3, c, &err) == FIAT_OK)
            fprintf(stderr, "bucket %s: made, private and encrypted\n", bucket);
        else
            code = cmd_fail_error("--create-bucket", &err);
    } else {
        code = cmd_fail_error("--create-bucket", &err);
    }
    fiat__service_free(s3);
    return code;
}

/* --- IAM -------------------------------------------------------------------------------------- */

static fiat_status create_role(fiat__service *iam, const stream_context *c, bool *made,
                               fiat_error *err) {
    char path[600];
    fiat__buf params, trust;
    fiat__service_reply reply;
    write_role_path(c, path, sizeof path);
    fiat__buf_init(&params, STREAM_JSON_MAX_BYTES);
    fiat__buf_init(&trust, STREAM_JSON_MAX_BYTES);
    fiat__delivery_write_trust(&trust, &c->place);
    fiat__service_param(&params, "Path", path);
    fiat__service_param(&params, "RoleName", role_name(c));
    fiat__service_param(&params, "AssumeRolePolicyDocument", fiat__buf_cstr(&trust));
    fiat__service_param(&params, "Description", "Delivers streams of Fiat to S3");
    fiat_status status =
        fiat__service_query(iam, "CreateRole", fiat__buf_cstr(&params), &reply, err);
    *made = status == FIAT_OK;
    if (status != FIAT_OK && strcmp(err->aws_code, "EntityAlreadyExists") == 0) status = FIAT_OK;
    fiat__service_reply_deinit(&reply);
    fiat__buf_deinit(&trust);
    fiat__buf_deinit(&params);
    return status;
}

static fiat_status put_policy(fiat__service *iam, const stream_context *c, const fiat__buf *policy,
                              fiat_error *err) {
    char name[128];
    fiat__buf params;
    fiat__service_reply reply;
    write_policy_name(c, name, sizeof name);
    fiat__buf_init(&params, STREAM_JSON_MAX_BYTES);
    fiat__service_param(&params, "RoleName", role_name(c));
    fiat__service_param(&params, "PolicyName", name);
    fiat__service_param(&params, "PolicyDocument", fiat__buf_cstr(policy));
    fiat_status status =
        fiat__service_query(iam, "PutRolePolicy", fiat__buf_cstr(&params), &reply, err);
    fiat__service_reply_deinit(&reply);
    fiat__buf_deinit(&params);
    return status;
}

static void show_policy(const stream_context *c, const fiat__buf *policy) {
    fiat__buf text;
    fiat__buf_init(&text, STREAM_JSON_MAX_BYTES);
    pretty_append_text(&text, fiat__buf_cstr(policy));
    fprintf(stderr, "role %s will be allowed:\n%s\n", role_name(c), fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
}

int stream_make_role(const stream_context *c, bool yes, bool *made) {
    fiat__service *iam;
    fiat__buf policy;
    fiat_error err = FIAT_ERROR_INIT;
    int code = EXIT_DONE;
    *made = false;
    fiat__buf_init(&policy, STREAM_JSON_MAX_BYTES);
    fiat__delivery_write_policy(&policy, &c->settings, &c->place);
    show_policy(c, &policy);
    code = stream_agree(yes, "Give it to the role, and make the role if there is none?");
    if (code == EXIT_DONE && aws_open(&iam, "iam", c->config, &stream_aws, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    if (code != EXIT_DONE) {
        fiat__buf_deinit(&policy);
        return code;
    }
    if (create_role(iam, c, made, &err) != FIAT_OK || put_policy(iam, c, &policy, &err) != FIAT_OK)
        code = cmd_fail_error("--create-role", &err);
    else
        fprintf(stderr, "role %s: %s, with the policy fiat-%s\n", role_name(c),
                *made ? "made" : "is there", c->settings.stream);
    fiat__service_free(iam);
    fiat__buf_deinit(&policy);
    return code;
}

/* --- CloudWatch Logs -------------------------------------------------------------------------- */

static fiat_status call_logs(fiat__service *logs, const char *target, const fiat__buf *body,
                             fiat_error *err) {
    fiat_status status =
        fiat__service_json_repeatable(logs, target, fiat__buf_cstr(body), NULL, err);
    if (strcmp(err->aws_code, "ResourceAlreadyExistsException") == 0) return FIAT_OK;
    return status;
}

void stream_make_logs(const stream_context *c) {
    fiat__service *logs = NULL;
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    if (!fiat__delivery_is_on(&c->settings, FIAT__DELIVERY_LOGGING)) return;
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    write_log_group(&body, c);
    fiat_status status = aws_open(&logs, "logs", c->config, &stream_aws, &err);
    if (status == FIAT_OK) status = call_logs(logs, "Logs_20140328.CreateLogGroup", &body, &err);
    fiat__buf_clear(&body);
    write_log_stream(&body, c);
    if (status == FIAT_OK) status = call_logs(logs, "Logs_20140328.CreateLogStream", &body, &err);
    if (status != FIAT_OK && !aws_is_not_offered(&err))
        cmd_fail(EXIT_DONE, "log group %s is not made, so failed deliveries are not logged: %s",
                 get(c, FIAT__DELIVERY_LOG_GROUP), err.message);
    fiat__service_free(logs);
    fiat__buf_deinit(&body);
}
