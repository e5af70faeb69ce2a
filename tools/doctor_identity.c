/* Who calls AWS, and where: region, credentials, and what STS says of them. */
#include "base/clock.h"
#include "base/error.h"
#include "doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POLL_MS        20
#define XML_PATH(name) "GetCallerIdentityResponse/GetCallerIdentityResult/" name

/* --- region --- */

static const char *region_place(const struct doctor *doctor, char *out, size_t size) {
    const char *place = NULL, *region = getenv("AWS_REGION"), *other = getenv("AWS_DEFAULT_REGION");
    size_t line = 0;
    if (doctor->aws.region) return "--region";
    if (*doctor_setting(doctor, "aws.region")) {
        (void)fiat_config_origin(doctor->config, "aws.region", &place, &line);
        snprintf(out, size, line ? "%s line %zu" : "%s", place ? place : "aws.region", line);
        return out;
    }
    if (region && *region) return "AWS_REGION";
    return other && *other ? "AWS_DEFAULT_REGION" : "the profile of the shared config file";
}

void doctor_check_region(struct doctor *doctor) {
    fiat__service *firehose;
    fiat_error err = FIAT_ERROR_INIT;
    char place[300];
    if (!doctor_has_settings(doctor)) return;
    if (doctor_open(&firehose, doctor, "firehose", &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
        return;
    }
    snprintf(doctor->region, sizeof doctor->region, "%s", fiat__service_region(firehose));
    fiat__service_free(firehose);
    doctor_say(doctor, DOCTOR_OK, doctor->region, NULL, "as %s says",
               region_place(doctor, place, sizeof place));
}

/* --- credentials --- */

/* "AKIA...7XQZ" */
static void mask(char *out, size_t size, const char *id) {
    const size_t len = strlen(id);
    if (len < 12)
        snprintf(out, size, "***");
    else
        snprintf(out, size, "%.4s...%s", id, id + len - 4);
}

/* Wait for them as long as a check may take. */
static fiat_status wait_for(fiat__aws_credentials_provider *provider, uint32_t timeout_ms,
                            fiat__aws_credentials *out, fiat_error *err) {
    const struct timespec pause = {0, POLL_MS * 1000000L};
    const int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    for (;;) {
        switch (fiat__aws_credentials_poll(provider, out, err)) {
        case FIAT__AWS_CREDENTIALS_READY:
            return FIAT_OK;
        case FIAT__AWS_CREDENTIALS_FAILED:
            return (fiat_status)err->status;
        default:
            break;
        }
        if (fiat__mono_ms(&fiat__clock_system) >= until_ms)
            return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                                 "none within %u s: a source of credentials does not answer; look "
                                 "at the metadata service, credential_process, or the network",
                                 (unsigned)(timeout_ms / 1000));
        nanosleep(&pause, NULL);
    }
}

static void say_credentials(struct doctor *doctor, const fiat__aws_credentials *found) {
    char when[FIAT__RFC3339_LEN + 1] = "";
    mask(doctor->key_id, sizeof doctor->key_id, found->access_key_id);
    if (found->expires_ms == INT64_MAX) {
        doctor_say(doctor, DOCTOR_OK, doctor->key_id, NULL, "from %s; they do not expire",
                   found->provider);
        return;
    }
    fiat__rfc3339_write(when, found->expires_ms);
    if (found->expires_ms <= fiat__wall_ms(&fiat__clock_system))
        doctor_say(doctor, DOCTOR_FAULT, doctor->key_id, "renew them where they come from",
                   "from %s; they expired at %s", found->provider, when);
    else
        doctor_say(doctor, DOCTOR_OK, doctor->key_id, NULL, "from %s; they expire at %s",
                   found->provider, when);
}

void doctor_check_credentials(struct doctor *doctor) {
    fiat__service_opts from;
    fiat__aws_credentials_provider *provider;
    fiat__aws_credentials found = {0};
    fiat_error err = FIAT_ERROR_INIT;
    if (!doctor_has_settings(doctor)) return;
    aws_opts(&from, "sts", doctor->config, &doctor->aws);
    const fiat__aws_credentials_opts opts = {
        .region = doctor->region, .fips = from.fips, .dualstack = from.dualstack, .net = from.net};
    fiat_status status = fiat__aws_credentials_chain_new(&provider, &opts, &err);
    if (status == FIAT_OK) {
        status = wait_for(provider, doctor->timeout_ms, &found, &err);
        fiat__aws_credentials_provider_free(provider);
    }
    if (status == FIAT_OK)
        say_credentials(doctor, &found);
    else
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
    fiat__aws_credentials_deinit(&found);
}

/* --- identity --- */

void doctor_check_identity(struct doctor *doctor) {
    fiat__service *sts;
    fiat__service_reply reply;
    fiat_error err = FIAT_ERROR_INIT;
    if (!doctor_can_call(doctor)) return;
    if (doctor_open(&sts, doctor, "sts", &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
        return;
    }
    if (fiat__service_query(sts, "GetCallerIdentity", "", &reply, &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
    } else if (doctor_xml(doctor->arn, sizeof doctor->arn, fiat__buf_str(&reply.body),
                          XML_PATH("Arn")) &&
               doctor_xml(doctor->account, sizeof doctor->account, fiat__buf_str(&reply.body),
                          XML_PATH("Account"))) {
        doctor_say(doctor, DOCTOR_OK, doctor->arn, NULL, "account %s", doctor->account);
    } else {
        *doctor->arn = '\0';
        doctor_say(doctor, DOCTOR_FAULT, "", "is the endpoint of STS one of AWS's?",
                   "sts GetCallerIdentity: no ARN in the answer");
    }
    fiat__service_reply_deinit(&reply);
    fiat__service_free(sts);
}
