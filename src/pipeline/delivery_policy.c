/* Documents of an IAM role; see delivery_policy.h. Pure functions. */
#include "pipeline/delivery_policy.h"
#include "json/writer.h"
#include "pipeline/delivery_text.h"

#include <stdarg.h>
#include <stdio.h>

#define GET(key)     (settings->values[FIAT__DELIVERY_##key].text)
#define VERSION_HEAD "{\"Version\":\"2012-10-17\",\"Statement\":["

/* A policy that is being written. */
typedef struct policy {
    fiat__buf *out;
    bool first_statement, first_resource;
} policy;

/* `actions`: apart by a space. Resources follow, then end(). */
static void begin(policy *p, const char *sid, const char *actions) {
    fiat__buf_printf(p->out, "%s{\"Sid\":\"%s\",\"Effect\":\"Allow\",\"Action\":[",
                     p->first_statement ? "" : ",", sid);
    for (const char *at = actions; *at; at += strspn(at, " ")) {
        const size_t len = strcspn(at, " ");
        fiat__buf_printf(p->out, "%s\"%.*s\"", at == actions ? "" : ",", (int)len, at);
        at += len;
    }
    fiat__buf_append_c(p->out, "],\"Resource\":[");
    p->first_statement = false;
    p->first_resource = true;
}

static void resource(policy *p, const char *format, ...) FIAT_PRINTF(2, 3);
static void resource(policy *p, const char *format, ...) {
    char text[2400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!p->first_resource) fiat__buf_append_char(p->out, ',');
    fiat__json_write_string_c(p->out, text);
    p->first_resource = false;
}

/* `condition`: a JSON object, or NULL. */
static void end(policy *p, const char *condition) {
    fiat__buf_append_char(p->out, ']');
    if (condition) fiat__buf_printf(p->out, ",\"Condition\":%s", condition);
    fiat__buf_append_char(p->out, '}');
}

/* CloudWatch Logs' guide shows the same condition, against a deputy that is confused:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateFirehoseStream.html */
bool fiat__delivery_write_trust(fiat__buf *out, const fiat__delivery_place *place) {
    fiat__buf_append_c(out, VERSION_HEAD "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
                                         "\"firehose.amazonaws.com\"},\"Action\":\"sts:AssumeRole\""
                                         ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":");
    fiat__json_write_string_c(out, place->account);
    return fiat__buf_append_c(out, "}}}]}");
}

/* --- S3 --------------------------------------------------------------------------------------- */

/* What every evaluation of a prefix begins with. */
static int literal_len(const char *prefix) {
    const char *expression = strstr(prefix, "!{");
    return (int)(expression ? (size_t)(expression - prefix) : strlen(prefix));
}

static void objects_below(policy *p, const fiat__delivery *settings,
                          const fiat__delivery_place *place, const char *prefix) {
    resource(p, "arn:%s:s3:::%s/%.*s*", place->partition, GET(BUCKET), literal_len(prefix), prefix);
}

static void allow_s3(policy *p, const fiat__delivery *settings, const fiat__delivery_place *place) {
    begin(p, "Bucket", "s3:GetBucketLocation s3:ListBucket s3:ListBucketMultipartUploads");
    resource(p, "arn:%s:s3:::%s", place->partition, GET(BUCKET));
    end(p, NULL);
    begin(p, "Objects", "s3:AbortMultipartUpload s3:GetObject s3:PutObject");
    objects_below(p, settings, place, GET(PREFIX));
    objects_below(p, settings, place, GET(ERROR_PREFIX));
    end(p, NULL);
}

/* IAM knows a key by its id: an alias is a condition on it.
 * https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html */
static void allow_kms(policy *p, const fiat__delivery *settings) {
    fiat__arn key;
    fiat__buf condition;
    if (!GET(KMS_KEY) || !fiat__arn_parse(&key, GET(KMS_KEY))) return;
    const bool alias = fiat__str_starts(key.resource, fiat__str_c("alias/"));
    fiat__buf_init(&condition, 4096);
    fiat__buf_printf(&condition, "{\"StringEquals\":{\"kms:ViaService\":\"s3.%.*s.%s\"}",
                     (int)key.region.len, key.region.ptr,
                     fiat__str_eq_c(key.partition, "aws-cn") ? "amazonaws.com.cn"
                                                             : "amazonaws.com");
    if (alias)
        fiat__buf_printf(&condition,
                         ",\"ForAnyValue:StringEquals\":{\"kms:ResourceAliases\":\"%s\"}",
                         key.resource.ptr);
    fiat__buf_append_char(&condition, '}');
    begin(p, "Key", "kms:Decrypt kms:GenerateDataKey");
    if (alias)
        resource(p, "arn:%.*s:kms:%.*s:%.*s:key/*", (int)key.partition.len, key.partition.ptr,
                 (int)key.region.len, key.region.ptr, (int)key.account.len, key.account.ptr);
    else
        resource(p, "%s", GET(KMS_KEY));
    end(p, fiat__buf_cstr(&condition));
    if (condition.failed) p->out->failed = true;
    fiat__buf_deinit(&condition);
}

/* --- the others ------------------------------------------------------------------------------- */

static void allow_logs(policy *p, const fiat__delivery *settings,
                       const fiat__delivery_place *place) {
    if (!fiat__delivery_is_on(settings, FIAT__DELIVERY_LOGGING)) return;
    begin(p, "Logs", "logs:PutLogEvents");
    resource(p, "arn:%s:logs:%s:%s:log-group:%s:log-stream:%s", place->partition, place->region,
             place->account, GET(LOG_GROUP), GET(LOG_STREAM));
    end(p, NULL);
}

static void allow_lambda(policy *p, const fiat__delivery *settings) {
    if (!GET(TRANSFORM_LAMBDA)) return;
    begin(p, "Transform", "lambda:InvokeFunction lambda:GetFunctionConfiguration");
    resource(p, "%s", GET(TRANSFORM_LAMBDA));
    end(p, NULL);
}

static void allow_kinesis(policy *p, const fiat__delivery *settings) {
    if (!GET(SOURCE_KINESIS) || GET(SOURCE_ROLE)) return;
    begin(p, "Source",
          "kinesis:DescribeStream kinesis:GetShardIterator kinesis:GetRecords kinesis:ListShards");
    resource(p, "%s", GET(SOURCE_KINESIS));
    end(p, NULL);
}

static void allow_glue(policy *p, const fiat__delivery *settings,
                       const fiat__delivery_place *place) {
    const char *region = GET(PARQUET_REGION) ? GET(PARQUET_REGION) : place->region;
    const char *account = GET(PARQUET_CATALOG) ? GET(PARQUET_CATALOG) : place->account;
    if (!fiat__delivery_to_parquet(settings)) return;
    begin(p, "Table", "glue:GetTable glue:GetTableVersion glue:GetTableVersions");
    resource(p, "arn:%s:glue:%s:%s:catalog", place->partition, region, account);
    resource(p, "arn:%s:glue:%s:%s:database/%s", place->partition, region, account,
             GET(PARQUET_DATABASE));
    resource(p, "arn:%s:glue:%s:%s:table/%s/%s", place->partition, region, account,
             GET(PARQUET_DATABASE), GET(PARQUET_TABLE));
    end(p, NULL);
}

bool fiat__delivery_write_policy(fiat__buf *out, const fiat__delivery *settings,
                                 const fiat__delivery_place *place) {
    policy p = {out, true, true};
    fiat__buf_append_c(out, VERSION_HEAD);
    allow_s3(&p, settings, place);
    allow_kms(&p, settings);
    allow_logs(&p, settings, place);
    allow_lambda(&p, settings);
    allow_kinesis(&p, settings);
    allow_glue(&p, settings, place);
    return fiat__buf_append_c(out, "]}") && !out->failed;
}
