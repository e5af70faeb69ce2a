#define _GNU_SOURCE /* pipe2 */
/* Credentials that a program prints: credential_process of a profile. No shell is involved.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 *
 * The program gets a process group of its own, so that all of it can be ended, /dev/null for its
 * input, and no signal blocked or ignored. What it prints is bounded, and so is its time. */
#include "aws/argv.h"
#include "aws/credentials_provider.h"
#include "base/buf.h"
#include "base/error.h"
#include "json/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX_BYTES (64 * 1024)
#define STDERR_MAX_BYTES 160
#define TIMEOUT_MS       (60 * 1000) /* as AWS's SDKs for Go and Java */

extern char **environ;

typedef struct program {
    const char *name;
    pid_t pid;
    int out, errors; /* our ends of its standard output and error */
    fiat__buf text;
    char said[STDERR_MAX_BYTES + 1]; /* beginning of its standard error */
    size_t said_len;
    bool gone; /* it has ended, and been waited for */
    int wait_status;
} program;

/* Both ends closed at exec: the program gets copies. */
static fiat_status make_pipe(int ends[2], fiat_error *err) {
    if (pipe2(ends, O_CLOEXEC) != 0) return fiat__err_sys(err, errno, "cannot make a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return FIAT_OK;
}

static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setpgroup(attributes, 0);
    return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP);
}

static int spawn(pid_t *pid, char *const argv[], int out, int errors) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int bad = posix_spawn_file_actions_init(&actions);
    if (bad) return bad;
    bad = posix_spawnattr_init(&attributes);
    if (!bad) {
        bad = set_attributes(&attributes);
        if (!bad) bad = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (!bad) bad = posix_spawn_file_actions_adddup2(&actions, out, 1);
        if (!bad) bad = posix_spawn_file_actions_adddup2(&actions, errors, 2);
        if (!bad) bad = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return bad;
}

static fiat_status start(program *p, const fiat__argv *argv, fiat_error *err) {
    int out[2], errors[2];
    fiat_status status = make_pipe(out, err);
    if (status != FIAT_OK) return status;
    status = make_pipe(errors, err);
    if (status != FIAT_OK) {
        close(out[0]);
        close(out[1]);
        return status;
    }
    int bad = spawn(&p->pid, argv->items, out[1], errors[1]);
    close(out[1]);
    close(errors[1]);
    p->out = out[0];
    p->errors = errors[0];
    if (!bad) return FIAT_OK;
    p->pid = 0;
    fiat__err_sys(err, bad, "cannot run %.128s", argv->items[0]);
    return bad == ENOMEM ? FIAT_E_NOMEM : FIAT_E_IO;
}

/* Take what is there. false at the end of the output, true when more may come. */
static bool drain_output(program *p) {
    for (;;) {
        char bytes[4096];
        ssize_t got = read(p->out, bytes, sizeof bytes);
        if (got > 0) fiat__buf_append(&p->text, bytes, (size_t)got);
        OPENSSL_cleanse(bytes, sizeof bytes);
        if (got > 0 && !p->text.failed) continue;
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
}

static bool drain_errors(program *p) {
    for (;;) {
        char bytes[256];
        ssize_t got = read(p->errors, bytes, sizeof bytes);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        for (ssize_t i = 0; i < got && p->said_len < STDERR_MAX_BYTES; i++)
            p->said[p->said_len++] = bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : ' ';
    }
}

/* Where the application reaps all children, or ignores SIGCHLD, the status is lost: then what the
 * program printed has to speak for it. */
static void look_for_end(program *p) {
    int status = 0;
    pid_t got = waitpid(p->pid, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return;
    p->gone = true;
    p->wait_status = got > 0 ? status : 0;
}

static void end(program *p) {
    if (p->pid && !p->gone) {
        kill(-p->pid, SIGKILL);
        while (waitpid(p->pid, &p->wait_status, 0) < 0 && errno == EINTR) {
        }
    }
    if (p->out >= 0) close(p->out);
    if (p->errors >= 0) close(p->errors);
    if (p->text.ptr) OPENSSL_cleanse(p->text.ptr, p->text.cap);
    fiat__buf_deinit(&p->text);
}

/* Read until the program has ended. What its children print after that is not waited for. */
static fiat_status collect(program *p, const fiat__aws_search *search, fiat_error *err) {
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + TIMEOUT_MS;
    bool more = true, more_errors = true;
    while (!p->gone) {
        struct pollfd fds[] = {{more ? p->out : -1, POLLIN, 0},
                               {more_errors ? p->errors : -1, POLLIN, 0}};
        poll(fds, 2, more ? FIAT__AWS_SEARCH_SLICE_MS : FIAT__AWS_SEARCH_SLICE_MS / 10);
        look_for_end(p);
        more = drain_output(p);
        more_errors = drain_errors(p);
        if (p->text.failed)
            return p->text.too_long
                       ? fiat__err_set(err, FIAT_E_LIMIT, "%.128s printed more than %d bytes",
                                       p->name, OUTPUT_MAX_BYTES)
                       : fiat__err_nomem(err);
        if (atomic_load(search->cancelled)) return fiat__aws_search_cancelled(err);
        if (!p->gone && fiat__mono_ms(&fiat__clock_system) >= until_ms)
            return fiat__err_set(err, FIAT_E_TIMEOUT, "%.128s did not end within %d s", p->name,
                                 TIMEOUT_MS / 1000);
    }
    return FIAT_OK;
}

static fiat_status check_end(const program *p, fiat_error *err) {
    const char *separator = p->said_len ? ": " : "";
    if (WIFSIGNALED(p->wait_status))
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%.128s was ended by signal %d%s%s",
                             p->name, WTERMSIG(p->wait_status), separator, p->said);
    if (WEXITSTATUS(p->wait_status) != 0)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%.128s exited with %d%s%s", p->name,
                             WEXITSTATUS(p->wait_status), separator, p->said);
    return FIAT_OK;
}

static fiat_status read_output(const program *p, fiat__aws_credentials *out, fiat_error *err) {
    static const fiat__aws_key_names names = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                              "Expiration"};
    fiat__doc *doc;
    int64_t version = 0;
    fiat_status status = fiat__doc_parse(&doc, fiat__buf_str(&p->text), NULL);
    if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
    if (status != FIAT_OK)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%.128s did not print a JSON object",
                             p->name);
    if (fiat__doc_integer(fiat__doc_get(doc, "Version"), &version) && version == 1) {
        status = fiat__aws_credentials_read(out, doc, &names, err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "output of %.128s", p->name);
    } else {
        status = fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                               "output of %.128s has no \"Version\": 1", p->name);
    }
    fiat__doc_free_secret(doc);
    return status;
}

fiat_status fiat__aws_credentials_process(const fiat__aws_search *search, const char *command,
                                          fiat__aws_credentials *out, fiat_error *err) {
    fiat__argv argv;
    program p = {.out = -1, .errors = -1};
    fiat__buf_init(&p.text, OUTPUT_MAX_BYTES);
    out->provider = "credential process";
    fiat_status status = fiat__argv_split(&argv, command, err);
    p.name = argv.items[0];
    /* At once, so that no growth leaves a copy behind. */
    if (status == FIAT_OK && !fiat__buf_reserve(&p.text, OUTPUT_MAX_BYTES))
        status = fiat__err_nomem(err);
    if (status == FIAT_OK) status = start(&p, &argv, err);
    if (status == FIAT_OK) status = collect(&p, search, err);
    if (status == FIAT_OK) status = check_end(&p, err);
    if (status == FIAT_OK) status = read_output(&p, out, err);
    end(&p);
    fiat__argv_deinit(&argv);
    return status == FIAT_OK ? status : fiat__err_wrap(err, status, "credential_process");
}
