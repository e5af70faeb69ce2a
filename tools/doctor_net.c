/* The way to AWS: endpoints, TLS and proxies, and what clock they have there. */
#include "aws/endpoint.h"
#include "aws/http.h"
#include "base/clock.h"
#include "base/error.h"
#include "doctor.h"

#include <inttypes.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define REPLY_MAX_BYTES (1024 * 1024)
#define WARN_SKEW_MS    60000
#define FAULT_SKEW_MS   300000 /* signatures of that age are refused: docs of SigV4 */

/* One look at an endpoint: a request without a signature, which may be answered with whatever. */
struct probe {
    fiat__aws_endpoint endpoint;
    CURL *easy; /* while it is under way */
    char proxy[300], tls[32];
    int http_status;
    int64_t date_ms, skew_ms; /* date_ms: INT64_MIN when the server does not say */
    fiat_status status;
    fiat_error err;
};

/* Which TLS it is can be asked only while the connection is in use. */
static int note_tls(void *user, char *to, char *from, int to_port, int from_port) {
    struct probe *probe = user;
    struct curl_tlssessioninfo *session = NULL;
    (void)to, (void)from, (void)to_port, (void)from_port;
    if (curl_easy_getinfo(probe->easy, CURLINFO_TLS_SSL_PTR, &session) == CURLE_OK && session &&
        session->backend == CURLSSLBACKEND_OPENSSL && session->internals)
        snprintf(probe->tls, sizeof probe->tls, "%s", SSL_get_version(session->internals));
    return CURL_PREREQFUNC_OK;
}

static void run_transfer(struct probe *probe, fiat__http_transfer *transfer, const fiat__net *net) {
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    probe->status =
        fiat__http_transfer_aim(transfer, "GET", probe->endpoint.url, NULL, &probe->err);
    if (probe->status != FIAT_OK) return;
    probe->easy = transfer->easy;
    curl_easy_setopt(transfer->easy, CURLOPT_PREREQFUNCTION, note_tls);
    curl_easy_setopt(transfer->easy, CURLOPT_PREREQDATA, (void *)probe);
    pthread_sigmask(SIG_BLOCK, &pipe, &before); /* TLS may raise it */
    const int64_t begun_ms = fiat__wall_ms(&fiat__clock_system);
    const CURLcode code = curl_easy_perform(transfer->easy);
    const int64_t ended_ms = fiat__wall_ms(&fiat__clock_system);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    probe->http_status = fiat__http_transfer_status(transfer);
    probe->date_ms = transfer->date_ms;
    /* Date has whole seconds: on average it is half of one behind. */
    if (probe->date_ms != INT64_MIN)
        probe->skew_ms = probe->date_ms + 500 - (begun_ms + ended_ms) / 2;
    if (code == CURLE_OK) return;
    fiat__http_describe_failure(transfer, code, net, probe->endpoint.host, &probe->err);
    probe->status = (fiat_status)probe->err.status;
}

static void send_probe(struct probe *probe, const struct doctor *doctor, const fiat__net *net) {
    static fiat__http_sockets sockets;
    fiat__http_transfer transfer;
    const fiat__http_opts opts = {.url = probe->endpoint.url,
                                  .user_agent = "fiat",
                                  .net = net,
                                  .connect_timeout_ms = doctor->timeout_ms,
                                  .request_timeout_ms = doctor->timeout_ms,
                                  .max_reply_bytes = REPLY_MAX_BYTES};
    fiat__http_sockets_init(&sockets);
    probe->status = fiat__http_global_init(&probe->err);
    if (probe->status != FIAT_OK) return;
    probe->status = fiat__http_transfer_init(&transfer, &opts, &sockets, &probe->err);
    if (probe->status == FIAT_OK) {
        fiat__http_transfer_reset(&transfer, fiat__str_of("", 0), NULL);
        fiat__http_transfer_arm(&transfer);
        run_transfer(probe, &transfer, net);
    }
    fiat__http_transfer_deinit(&transfer);
}

static void look(struct probe *probe, const struct doctor *doctor, const char *service,
                 const struct probe *before) {
    fiat__service_opts opts;
    fiat__net net;
    aws_opts(&opts, service, doctor->config, &doctor->aws);
    const fiat__aws_endpoint_opts where = {.service = service,
                                           .region = doctor->region,
                                           .url = opts.endpoint_url,
                                           .fips = opts.fips,
                                           .dualstack = opts.dualstack};
    *probe = (struct probe){.date_ms = INT64_MIN};
    probe->status = fiat__aws_endpoint_resolve(&probe->endpoint, &where, &probe->err);
    if (probe->status != FIAT_OK) return;
    if (before && strcmp(before->endpoint.url, probe->endpoint.url) == 0) {
        *probe = *before; /* one server for several services, as `fiat local` */
        return;
    }
    probe->status = fiat__net_init(&net, &opts.net, &probe->endpoint, &probe->err);
    if (probe->status == FIAT_OK) {
        snprintf(probe->proxy, sizeof probe->proxy, "%s", net.proxy.shown);
        send_probe(probe, doctor, &net);
    }
    fiat__net_deinit(&net);
}

static bool is_near(const fiat__aws_endpoint *endpoint) {
    return strcmp(endpoint->host, "localhost") == 0 || strncmp(endpoint->host, "127.", 4) == 0 ||
           strcmp(endpoint->host, "[::1]") == 0;
}

static void say_endpoint(struct doctor *doctor, const char *service, const struct probe *probe) {
    const char *by = *probe->proxy ? " through proxy " : "";
    const char *url = probe->endpoint.url;
    if (probe->status != FIAT_OK)
        doctor_say(doctor, DOCTOR_FAULT, service, NULL, "%s%s%s", url, *url ? ": " : "",
                   probe->err.message);
    else if (probe->http_status >= 500 && probe->http_status != 501)
        doctor_say(doctor, DOCTOR_WARNING, service,
                   *probe->proxy ? "ask whoever runs the proxy; else wait"
                                 : "wait, or see https://health.aws.amazon.com",
                   "%s%s%s answers with status %d", url, by, probe->proxy, probe->http_status);
    else if (!probe->endpoint.tls && !is_near(&probe->endpoint))
        doctor_say(doctor, DOCTOR_WARNING, service, "use an https:// URL",
                   "%s%s%s answers, without TLS: events can be read on their way", url, by,
                   probe->proxy);
    else
        doctor_say(doctor, DOCTOR_OK, service, NULL, "%s%s%s answers%s%s", url, by, probe->proxy,
                   probe->endpoint.tls ? ", " : "",
                   !probe->endpoint.tls ? ""
                   : *probe->tls        ? probe->tls
                                        : "TLS");
}

void doctor_check_endpoints(struct doctor *doctor) {
    static const char *const services[] = {"firehose", "s3", "glue", "athena", "sts"};
    struct probe now, before;
    if (!doctor_has_region(doctor)) return;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        look(&now, doctor, services[i], i ? &before : NULL);
        say_endpoint(doctor, services[i], &now);
        if (!*doctor->clock_host && now.status == FIAT_OK && now.date_ms != INT64_MIN) {
            snprintf(doctor->clock_host, sizeof doctor->clock_host, "%s", now.endpoint.host);
            doctor->skew_ms = now.skew_ms;
        }
        before = now;
    }
}

void doctor_check_clock(struct doctor *doctor) {
    const int64_t skew_ms = doctor->skew_ms, size_ms = skew_ms < 0 ? -skew_ms : skew_ms;
    const char *remedy = "set the clock, and keep it right with NTP (chrony, systemd-timesyncd)";
    if (!*doctor->clock_host) {
        doctor_say(doctor, DOCTOR_WARNING, "", NULL, "not known: no endpoint says what time it is");
        return;
    }
    if (size_ms <= WARN_SKEW_MS)
        doctor_say(doctor, DOCTOR_OK, "", NULL, "agrees with that of %s", doctor->clock_host);
    else
        doctor_say(doctor, size_ms > FAULT_SKEW_MS ? DOCTOR_FAULT : DOCTOR_WARNING, "", remedy,
                   "%" PRId64 " s %s that of %s%s", (size_ms + 500) / 1000,
                   skew_ms > 0 ? "behind" : "ahead of", doctor->clock_host,
                   size_ms > FAULT_SKEW_MS ? ", and signatures more than 5 minutes off are refused"
                                           : "");
}
