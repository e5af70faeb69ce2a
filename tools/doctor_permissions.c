/* What the caller may do, as IAM simulates it: nothing is called for the sake of seeing it refused,
 * and no record is sent.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
#include "aws/xml.h"
#include "base/error.h"
#include "doctor.h"
#include "table/settings.h"

#include <stdio.h>
#include <string.h>

#define PARAMS_MAX_BYTES 8192
#define MEMBER                                                                                     \
    "SimulatePrincipalPolicyResponse/SimulatePrincipalPolicyResult/EvaluationResults/member"

/* Actions on a resource; rows end with a NULL action. */
struct need {
    const char *action;
    enum doctor_verdict denied; /* what it is when it is denied */
    const char *why;
};

static const struct need s_of_stream[] = {
    {"firehose:PutRecordBatch", DOCTOR_FAULT, "events cannot be sent without it"},
    {"firehose:DescribeDeliveryStream", DOCTOR_WARNING, "`fiat stream status` needs it"},
    {NULL, DOCTOR_OK, NULL}};
static const struct need s_of_table[] = {
    {"glue:GetTable", DOCTOR_WARNING, "`fiat table check` and Athena need it"},
    {NULL, DOCTOR_OK, NULL}};
static const struct need s_of_workgroup[] = {
    {"athena:StartQueryExecution", DOCTOR_WARNING, "`fiat query` and `fiat table` need it"},
    {NULL, DOCTOR_OK, NULL}};

/* Whom IAM is asked about. */
struct caller {
    fiat__service *iam;
    char arn[300], partition[16];
};

/* --- who it is --- */

/* The role of a session. Its ARN has the role's path, which that of the session has not. */
static void find_role(struct caller *caller, const struct doctor *doctor) {
    fiat__service_reply reply;
    fiat__buf params;
    char role[128], arn[300];
    const char *name = strstr(doctor->arn, ":assumed-role/") + strlen(":assumed-role/");
    snprintf(role, sizeof role, "%.*s", (int)strcspn(name, "/"), name);
    snprintf(caller->arn, sizeof caller->arn, "arn:%s:iam::%s:role/%s", caller->partition,
             doctor->account, role);
    fiat__buf_init(&params, PARAMS_MAX_BYTES);
    fiat__service_param(&params, "RoleName", role);
    if (fiat__service_query(caller->iam, "GetRole", fiat__buf_cstr(&params), &reply, NULL) ==
            FIAT_OK &&
        doctor_xml(arn, sizeof arn, fiat__buf_str(&reply.body),
                   "GetRoleResponse/GetRoleResult/Role/Arn"))
        snprintf(caller->arn, sizeof caller->arn, "%s", arn);
    fiat__service_reply_deinit(&reply);
    fiat__buf_deinit(&params);
}

/* NULL: IAM can be asked about the caller; else why not. */
static const char *find_caller(struct caller *caller, const struct doctor *doctor) {
    const char *arn = doctor->arn, *partition = strchr(arn, ':');
    if (!partition) return "it is not known who calls";
    partition++;
    snprintf(caller->partition, sizeof caller->partition, "%.*s", (int)strcspn(partition, ":"),
             partition);
    if (strstr(arn, ":assumed-role/"))
        find_role(caller, doctor);
    else if (strstr(arn, ":user/"))
        snprintf(caller->arn, sizeof caller->arn, "%s", arn);
    else
        return "IAM simulates users and roles alone, and the caller is neither";
    return NULL;
}

/* --- what it may do --- */

/* What IAM says of one action; "" when it says nothing. *unsure: the policies ask for what is known
 * at the time of a call alone. */
static void find_decision(char *out, size_t size, bool *unsure, fiat__str xml, const char *action) {
    fiat__xml_walk results, keys;
    fiat__str result, key;
    char name[64];
    *out = '\0';
    fiat__xml_walk_init(&results, xml, MEMBER);
    while (fiat__xml_walk_next(&results, &result)) {
        if (!doctor_xml(name, sizeof name, result, "EvalActionName") || strcmp(name, action) != 0)
            continue;
        doctor_xml(out, size, result, "EvalDecision");
        fiat__xml_walk_init(&keys, result, "MissingContextValues/member");
        *unsure = fiat__xml_walk_next(&keys, &key);
    }
}

static void say_decision(struct doctor *doctor, const struct need *need, const char *subject,
                         const char *resource, const struct caller *caller, fiat__str xml) {
    char decision[32], remedy[1000];
    bool unsure = false;
    find_decision(decision, sizeof decision, &unsure, xml, need->action);
    snprintf(remedy, sizeof remedy, "allow %s on %s to %s: %s", need->action, resource, caller->arn,
             need->why);
    if (strcmp(decision, "allowed") == 0)
        doctor_say(doctor, DOCTOR_OK, subject, NULL, "%s is allowed", need->action);
    else if (!*decision)
        doctor_say(doctor, DOCTOR_WARNING, subject, NULL, "%s: not known: IAM says nothing of it",
                   need->action);
    else if (unsure)
        doctor_say(doctor, DOCTOR_WARNING, subject, remedy,
                   "%s: not known: the policies have conditions that a simulation cannot meet",
                   need->action);
    else
        doctor_say(doctor, need->denied, subject, remedy, "%s is denied%s", need->action,
                   strcmp(decision, "explicitDeny") == 0 ? ", by an explicit deny" : "");
}

/* Ask of all actions on a resource at once. */
static void simulate(struct doctor *doctor, const struct caller *caller, const struct need *needs,
                     const char *subject, const char *resource) {
    fiat__buf params;
    fiat__service_reply reply;
    fiat_error err = FIAT_ERROR_INIT;
    char name[40];
    fiat__buf_init(&params, PARAMS_MAX_BYTES);
    fiat__service_param(&params, "PolicySourceArn", caller->arn);
    for (unsigned i = 0; needs[i].action; i++) {
        snprintf(name, sizeof name, "ActionNames.member.%u", i + 1);
        fiat__service_param(&params, name, needs[i].action);
    }
    fiat__service_param(&params, "ResourceArns.member.1", resource);
    fiat_status status = fiat__service_query(caller->iam, "SimulatePrincipalPolicy",
                                             fiat__buf_cstr(&params), &reply, &err);
    if (status != FIAT_OK)
        doctor_say(doctor, DOCTOR_WARNING, subject,
                   "allow iam:SimulatePrincipalPolicy, or look at the caller's policies",
                   "%s: not known: %s", needs->action, err.message);
    for (const struct need *need = needs; status == FIAT_OK && need->action; need++)
        say_decision(doctor, need, subject, resource, caller, fiat__buf_str(&reply.body));
    fiat__service_reply_deinit(&reply);
    fiat__buf_deinit(&params);
}

static void simulate_stream(struct doctor *doctor, const struct caller *caller,
                            const project_stream *stream) {
    char arn[800], delivery[200];
    fiat__layers layers;
    fiat__table_settings table;
    doctor_delivery_name(delivery, sizeof delivery, doctor, stream);
    snprintf(arn, sizeof arn, "arn:%s:firehose:%s:%s:deliverystream/%s", caller->partition,
             doctor->region, doctor->account, delivery);
    simulate(doctor, caller, s_of_stream, stream->name, arn);
    fiat_status status = project_layers(&layers, doctor->schemas_dir, stream, "table",
                                        fiat__table_setting_names, NULL);
    if (status == FIAT_OK) status = fiat__table_settings_read(&table, &layers, stream->name, NULL);
    if (status == FIAT_OK) {
        snprintf(arn, sizeof arn, "arn:%s:glue:%s:%s:table/%s/%s", caller->partition,
                 doctor->region, doctor->account, table.database, table.name);
        simulate(doctor, caller, s_of_table, stream->name, arn);
        snprintf(arn, sizeof arn, "arn:%s:athena:%s:%s:workgroup/%s", caller->partition,
                 doctor->region, doctor->account, table.workgroup);
        simulate(doctor, caller, s_of_workgroup, stream->name, arn);
    }
    fiat__layers_deinit(&layers);
}

void doctor_check_permissions(struct doctor *doctor) {
    struct caller caller = {0};
    project_stream stream;
    fiat_error err = FIAT_ERROR_INIT;
    if (!doctor->stream_count) {
        doctor_say(doctor, DOCTOR_OK, "", NULL, "there is no stream that they are needed for");
        return;
    }
    if (!doctor_can_call(doctor)) return;
    if (doctor_open(&caller.iam, doctor, "iam", &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
        return;
    }
    const char *why = find_caller(&caller, doctor);
    if (why) doctor_say(doctor, DOCTOR_WARNING, doctor->arn, NULL, "not known: %s", why);
    for (size_t i = 0; i < doctor->stream_count && !why; i++) {
        if (project_stream_read(&stream, doctor->schemas_dir, doctor->streams[i], NULL) != FIAT_OK)
            continue; /* the check of schemas has told */
        simulate_stream(doctor, &caller, &stream);
        project_stream_free(&stream);
    }
    fiat__service_free(caller.iam);
}
