/* Credentials: environment, shared files, the chain of both, the cache; and the region. */
#include "aws/credentials.h"
#include "aws/credentials_provider.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char s_dir[] = "/tmp/fiat-aws-XXXXXX";
static char s_credentials_path[64], s_config_path[64];

static void put(const char *path, const char *text) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c(text), false, &err), err);
}

/* A home folder of its own with empty files, and nothing else to find. Tests run in children of
 * their own, so what they set does not last. */
static void set_up(void) {
    static const char *const names[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN", "AWS_PROFILE",
                                        "AWS_REGION",        "AWS_DEFAULT_REGION",
                                        "AWS_CONFIG_FILE",   "AWS_SHARED_CREDENTIALS_FILE"};
    char folder[64];
    fiat_error err;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("HOME", s_dir, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    snprintf(folder, sizeof folder, "%s/.aws", s_dir);
    ck_assert_fiat_ok(fiat__dir_make(folder, &err), err);
    put(s_credentials_path, "");
    put(s_config_path, "");
}

static fiat_status get(fiat__aws_credentials *out, fiat_error *err) {
    fiat__aws_credentials_provider *chain;
    fiat_error other;
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &other), other);
    memset(err, 0, sizeof *err);
    fiat_status status = fiat__aws_credentials_get(chain, out, err);
    fiat__aws_credentials_provider_free(chain);
    return status;
}

static void assert_none(const char *part, const char *other) {
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_status(get(&out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_int_eq(err.status, FIAT_E_AWS_CREDENTIALS);
    ck_assert_uint_eq(err.flags, FIAT_ERRF_AUTH | FIAT_ERRF_OPERATOR);
    ck_assert_msg(strstr(err.message, part) && strstr(err.message, other), "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "SECRET/"));
}

static void assert_keys(const char *id, const char *secret, const char *token,
                        const char *provider) {
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_ok(get(&out, &err), err);
    ck_assert_str_eq(out.access_key_id, id);
    ck_assert_str_eq(out.secret_access_key, secret);
    if (token)
        ck_assert_str_eq(out.session_token, token);
    else
        ck_assert_ptr_null(out.session_token);
    ck_assert_str_eq(out.provider, provider);
    ck_assert_int_eq(out.expires_ms, INT64_MAX);
    fiat__aws_credentials_deinit(&out);
    ck_assert_str_eq(out.secret_access_key, "");
    ck_assert_ptr_null(out.session_token);
}

START_TEST(nothing_anywhere_is_told_in_full) {
    assert_none("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
                "environment: no AWS_ACCESS_KEY_ID; profile: \"default\": no keys in "
                "/tmp/fiat-aws-");
    assert_none("container: no URI set; IMDS: AWS_EC2_METADATA_DISABLED is true", "environment");
    unsetenv("HOME");
    assert_none("(HOME is not set)", "environment");
}
END_TEST

START_TEST(half_set_environment_is_not_passed_over) {
    put(s_credentials_path, "[default]\naws_access_key_id=F\naws_secret_access_key=f\n");
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    assert_none("AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not", "environment");
    unsetenv("AWS_ACCESS_KEY_ID");
    setenv("AWS_SECRET_ACCESS_KEY", "SECRET/x", 1);
    assert_none("AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not", "environment");
}
END_TEST

START_TEST(keys_that_no_header_can_carry_are_refused) {
    char long_secret[200];
    setenv("AWS_ACCESS_KEY_ID", "AK ID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "SECRET/x", 1);
    assert_none("AWS_ACCESS_KEY_ID holds a blank", "environment");
    setenv("AWS_ACCESS_KEY_ID", "AK/ID", 1);
    assert_none("AWS_ACCESS_KEY_ID holds", "environment");
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SESSION_TOKEN", "to\r\nken", 1);
    assert_none("AWS_SESSION_TOKEN holds", "environment");
    unsetenv("AWS_SESSION_TOKEN");
    memset(long_secret, 'x', sizeof long_secret - 1);
    long_secret[sizeof long_secret - 1] = '\0';
    setenv("AWS_SECRET_ACCESS_KEY", long_secret, 1);
    assert_none("AWS_SECRET_ACCESS_KEY is longer than 131 bytes", "environment");
}
END_TEST

/* Contents of the files, and what is wrong with them. */
static const struct bad_row {
    const char *profile, *credentials, *config, *part;
} s_bad[] = {
    {"prod", "[default]\naws_access_key_id=A\naws_secret_access_key=SECRET/\n", "",
     "\"prod\" (AWS_PROFILE) is neither in"},
    {NULL, "[default]\naws_access_key_id=A\n", "", "has aws_access_key_id but no"},
    {NULL, "[default]\naws_access_key_id=A\n", "[default]\naws_secret_access_key=SECRET/\n",
     "has aws_access_key_id but no"},
    {NULL, "[default]\naws_access_key_id=A\naws_secret_access_key=SECRET/ x\n", "",
     "aws_secret_access_key holds a blank"},
    {NULL, "", "[default]\nlogin_session = x\n", "login_session is not supported; use"},
    {NULL, "[broken\naws_access_key_id=A\naws_secret_access_key=SECRET/\n", "", "no keys in"},
    {NULL, "[profile default]\naws_access_key_id=A\naws_secret_access_key=SECRET/\n", "",
     "no keys in"},
    {"x", "", "[x]\naws_access_key_id=A\naws_secret_access_key=SECRET/\n", "is neither in"},
    {NULL, "[default]\ns3 =\n  aws_access_key_id=A\n  aws_secret_access_key=SECRET/\n", "",
     "no keys in"},
    {NULL, "[default]\naws_access_key_id=\naws_secret_access_key=\n", "", "no keys in"},
    {NULL, "aws_access_key_id=A\naws_secret_access_key=SECRET/\n", "", "no keys in"},
};

START_TEST(files_that_do_not_serve) {
    const struct bad_row *row = &s_bad[_i];
    put(s_credentials_path, row->credentials);
    put(s_config_path, row->config);
    if (row->profile) setenv("AWS_PROFILE", row->profile, 1);
    assert_none(row->part, "profile: ");
}
END_TEST

START_TEST(file_that_cannot_be_read_is_named) {
    unlink(s_credentials_path);
    setenv("AWS_SHARED_CREDENTIALS_FILE", s_dir, 1); /* a folder */
    assert_none("cannot read /tmp/fiat-aws-", "profile: ");
}
END_TEST

/* A file cut off by a crash may end in NULs. */
START_TEST(file_with_a_nul_is_refused) {
    static const char text[] = "[default]\naws_access_key_id=A\naws_secret_access_key=s\0s\n";
    fiat_error err;
    ck_assert_fiat_ok(
        fiat__file_replace(s_config_path, fiat__str_of(text, sizeof text - 1), false, &err), err);
    assert_none(" holds a NUL: it is no text file", "profile: ");
}
END_TEST

START_TEST(file_without_end_is_not_read_to_its_end) {
    setenv("AWS_CONFIG_FILE", "/dev/zero", 1);
    assert_none("/dev/zero is larger than 1048576 bytes", "profile: ");
}
END_TEST

static const struct good_row {
    const char *profile, *credentials, *config;
    const char *id, *secret, *token, *provider;
} s_good[] = {
    {NULL, "[default]\naws_access_key_id=A\naws_secret_access_key=s/+=\n", "", "A", "s/+=", NULL,
     "shared credentials file"},
    {NULL,
     "\xef\xbb\xbf[default] ; x\r\nAWS_ACCESS_KEY_ID = A # why\r\n\r\n"
     "aws_secret_access_key\t=\ts#;x\t;c\r\naws_session_token=t==\r\nno equals sign\r\n=x",
     "", "A", "s#;x", "t==", "shared credentials file"},
    {NULL, "  # indented\n[default]\n  aws_access_key_id = A\n  aws_secret_access_key = s\n", "",
     "A", "s", NULL, "shared credentials file"},
    {"p q", "", "[profile \"p q\"]\naws_access_key_id=A\naws_secret_access_key=s", "A", "s", NULL,
     "shared config file"},
    {"p", "[p]\naws_access_key_id=A\naws_secret_access_key=s\n[q]\naws_access_key_id=B\n",
     "[profile p]\naws_access_key_id=C\naws_secret_access_key=c\naws_session_token=c\n", "A", "s",
     NULL, "shared credentials file"},
    {NULL, "",
     "[profile default]\naws_access_key_id=A\naws_secret_access_key=s\n"
     "[default]\naws_access_key_id=B\naws_secret_access_key=b\n",
     "A", "s", NULL, "shared config file"},
    {NULL, "[default]\naws_access_key_id=A\n[other]\nx=y\n[default]\naws_secret_access_key=s\n", "",
     "A", "s", NULL, "shared credentials file"},
    {NULL, "[default]\naws_access_key_id=A\naws_secret_access_key=s\n",
     "[default]\ncredential_process = x\n", "A", "s", NULL, "shared credentials file"},
    {NULL, "[default]\naws_access_key_id=A\naws_secret_access_key=s\n",
     "[default]\nsso_session = x\nlogin_session = y\n", "A", "s", NULL, "shared credentials file"},
};

START_TEST(files_that_serve) {
    const struct good_row *row = &s_good[_i];
    put(s_credentials_path, row->credentials);
    put(s_config_path, row->config);
    if (row->profile) setenv("AWS_PROFILE", row->profile, 1);
    assert_keys(row->id, row->secret, row->token, row->provider);
}
END_TEST

START_TEST(files_may_be_named) {
    char path[64];
    snprintf(path, sizeof path, "%s/elsewhere", s_dir);
    put(path, "[default]\naws_access_key_id=E\naws_secret_access_key=e\n");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere", 1);
    assert_keys("E", "e", NULL, "shared credentials file");
    unsetenv("AWS_SHARED_CREDENTIALS_FILE");
    put(path, "[default]\naws_access_key_id=C\naws_secret_access_key=c\n");
    setenv("AWS_CONFIG_FILE", path, 1);
    assert_keys("C", "c", NULL, "shared config file");
    unlink(path);
}
END_TEST

START_TEST(environment_goes_first) {
    put(s_credentials_path, "[default]\naws_access_key_id=F\naws_secret_access_key=f\n");
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    assert_keys("AKID", "secret", NULL, "environment");
    setenv("AWS_SESSION_TOKEN", "token", 1);
    assert_keys("AKID", "secret", "token", "environment");
    setenv("AWS_ACCESS_KEY_ID", "", 1); /* empty is unset */
    setenv("AWS_SECRET_ACCESS_KEY", "", 1);
    assert_keys("F", "f", NULL, "shared credentials file");
}
END_TEST

START_TEST(static_keys_are_checked) {
    fiat__aws_credentials_provider *provider = (fiat__aws_credentials_provider *)&provider;
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_status(fiat__aws_credentials_static_new(&provider, "", "s", NULL, &err),
                          FIAT_E_AWS_CREDENTIALS);
    ck_assert_ptr_null(provider);
    ck_assert_fiat_status(fiat__aws_credentials_static_new(&provider, "A", "a b", NULL, &err),
                          FIAT_E_AWS_CREDENTIALS);
    ck_assert_fiat_ok(fiat__aws_credentials_static_new(&provider, "A", "s", "", &err), err);
    ck_assert_fiat_ok(fiat__aws_credentials_get(provider, &out, &err), err);
    ck_assert_ptr_null(out.session_token);
    ck_assert_str_eq(out.provider, "static");
    fiat__aws_credentials_deinit(&out);
    fiat__aws_credentials_provider_free(provider);
    fiat__aws_credentials_provider_free(NULL);
}
END_TEST

/* A provider whose keys expire, or fail to come, under a clock that the test turns. */
typedef struct lender {
    fiat__aws_credentials_provider base;
    int fetched;
    bool fails, outlives;
    int64_t lifetime_ms;
    atomic_bool held; /* a fetch lasts as long as this */
    atomic_bool deaf; /* and does not end when it is cancelled */
} lender;

static _Atomic int64_t s_now_ms;

static int64_t test_wall_ms(void *ctx) {
    (void)ctx;
    return s_now_ms;
}

static const fiat__clock s_clock = {test_wall_ms, test_wall_ms, NULL};

static fiat_status lend(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                        fiat_error *err) {
    static const fiat__aws_key_names names = {"id", "secret", "token", NULL};
    lender *self = (lender *)provider;
    char id[16];
    const fiat__aws_search search = {.cancelled = &provider->cancelled};
    while (atomic_load(&self->held))
        if (!fiat__aws_search_sleep(&search, 1) && !atomic_load(&self->deaf))
            return fiat__aws_search_cancelled(err);
    self->fetched++;
    if (self->fails) return fiat__err_set(err, FIAT_E_NOT_FOUND, "out of office");
    snprintf(id, sizeof id, "KEY%d", self->fetched);
    fiat_status status = fiat__aws_credentials_fill(out, id, "s", "token", &names, err);
    out->expires_ms = s_now_ms + self->lifetime_ms;
    out->outlives = self->outlives;
    out->provider = "lender";
    return status;
}

static const fiat__aws_credentials_vtable s_lender = {
    .name = "lender", .fetch = lend, .free = fiat__aws_credentials_provider_release};

static void assert_id(fiat__aws_credentials_provider *provider, const char *id) {
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_ok(fiat__aws_credentials_get(provider, &out, &err), err);
    ck_assert_str_eq(out.access_key_id, id);
    fiat__aws_credentials_deinit(&out);
}

static lender *new_lender(void) {
    s_now_ms = 1000000;
    lender *self = fiat__aws_credentials_provider_new(sizeof *self, &s_lender, &s_clock);
    self->lifetime_ms = 3600 * 1000;
    return self;
}

START_TEST(cache_refreshes_ahead_of_expiry) {
    lender *self = new_lender();
    fiat__aws_credentials_provider *provider = &self->base;
    assert_id(provider, "KEY1");
    s_now_ms += 45 * 60 * 1000 - 1;
    assert_id(provider, "KEY1");
    s_now_ms += 5 * 60 * 1000 + 1; /* ten minutes before expiry: the end of the window */
    assert_id(provider, "KEY2");
    fiat__aws_credentials_refresh(provider);
    assert_id(provider, "KEY3");
    ck_assert_int_eq(self->fetched, 3);
    fiat__aws_credentials_provider_free(provider);
}
END_TEST

START_TEST(machines_of_a_fleet_do_not_refresh_together) {
    int64_t least = INT64_MAX, most = 0;
    for (int i = 0; i < 200; i++) {
        lender *self = new_lender();
        assert_id(&self->base, "KEY1");
        int64_t ahead_ms = self->base.cached.expires_ms - self->base.refresh_at_ms;
        if (ahead_ms < least) least = ahead_ms;
        if (ahead_ms > most) most = ahead_ms;
        fiat__aws_credentials_provider_free(&self->base);
    }
    ck_assert_int_ge(least, 10 * 60 * 1000);
    ck_assert_int_le(most, 15 * 60 * 1000);
    ck_assert_int_gt(most - least, 60 * 1000);
}
END_TEST

START_TEST(short_lives_are_not_fetched_at_every_call) {
    lender *self = new_lender();
    self->lifetime_ms = 60 * 1000;
    assert_id(&self->base, "KEY1");
    s_now_ms += 29 * 1000;
    assert_id(&self->base, "KEY1");
    s_now_ms += 11 * 1000;
    assert_id(&self->base, "KEY2");
    fiat__aws_credentials_provider_free(&self->base);
}
END_TEST

START_TEST(old_keys_serve_until_they_expire_when_no_new_ones_come) {
    fiat__aws_credentials out;
    fiat_error err = FIAT_ERROR_INIT;
    lender *self = new_lender();
    fiat__aws_credentials_provider *provider = &self->base;
    assert_id(provider, "KEY1");
    self->fails = true;
    s_now_ms += 51 * 60 * 1000;
    assert_id(provider, "KEY1");
    assert_id(provider, "KEY1");
    ck_assert_int_eq(self->fetched, 2); /* not asked again at once */
    s_now_ms += 1000;
    assert_id(provider, "KEY1");
    ck_assert_int_eq(self->fetched, 3);
    s_now_ms += 1000; /* the wait has doubled, less a quarter at most */
    assert_id(provider, "KEY1");
    ck_assert_int_eq(self->fetched, 3);
    s_now_ms += 9 * 60 * 1000;
    ck_assert_fiat_status(fiat__aws_credentials_get(provider, &out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_str_eq(err.message, "no AWS credentials: lender: out of office");
    ck_assert_uint_eq(err.flags, FIAT_ERRF_AUTH | FIAT_ERRF_OPERATOR);
    self->fails = false;
    s_now_ms += 60 * 1000;
    assert_id(provider, "KEY5");
    fiat__aws_credentials_provider_free(provider);
}
END_TEST

START_TEST(keys_that_outlive_their_expiry_serve_on) {
    lender *self = new_lender();
    self->outlives = true;
    assert_id(&self->base, "KEY1");
    self->fails = true;
    for (int i = 0; i < 24; i++) {
        s_now_ms += 30 * 60 * 1000;
        assert_id(&self->base, "KEY1");
    }
    ck_assert_int_eq(self->fetched, 25 - 1); /* the first half hour needs none */
    self->fails = false;
    s_now_ms += 60 * 1000;
    assert_id(&self->base, "KEY25");
    fiat__aws_credentials_provider_free(&self->base);
}
END_TEST

START_TEST(keys_that_come_expired_are_refused) {
    fiat__aws_credentials out;
    fiat_error err = FIAT_ERROR_INIT;
    lender *self = new_lender();
    self->lifetime_ms = 0;
    ck_assert_fiat_status(fiat__aws_credentials_get(&self->base, &out, &err),
                          FIAT_E_AWS_CREDENTIALS);
    ck_assert_str_eq(err.message, "no AWS credentials: those from lender have expired already; is "
                                  "the clock right?");
    fiat__aws_credentials_provider_free(&self->base);
}
END_TEST

/* What the background thread tells, and what holds it. */
typedef struct signal_box {
    fiat__mutex mutex;
    fiat__cond changed;
    int count;
} signal_box;

static void on_change(void *ctx) {
    signal_box *box = ctx;
    fiat__mutex_lock(&box->mutex);
    box->count++;
    fiat__cond_signal(&box->changed);
    fiat__mutex_unlock(&box->mutex);
}

static void wait_for(signal_box *box, int count) {
    fiat__mutex_lock(&box->mutex);
    while (box->count < count)
        fiat__cond_wait(&box->changed, &box->mutex);
    fiat__mutex_unlock(&box->mutex);
}

static void assert_poll(lender *self, fiat__aws_credentials_state want, const char *id) {
    fiat__aws_credentials out;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_eq(fiat__aws_credentials_poll(&self->base, &out, &err), want);
    if (want == FIAT__AWS_CREDENTIALS_READY) ck_assert_str_eq(out.access_key_id, id);
    if (want == FIAT__AWS_CREDENTIALS_FAILED) ck_assert_ptr_nonnull(strstr(err.message, id));
    fiat__aws_credentials_deinit(&out);
}

START_TEST(poll_fetches_in_the_background) {
    signal_box box = {.count = 0};
    fiat__mutex_init(&box.mutex);
    fiat__cond_init(&box.changed);
    lender *self = new_lender();
    fiat__aws_credentials_watch(&self->base, on_change, &box);
    atomic_store(&self->held, true);
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    atomic_store(&self->held, false);
    wait_for(&box, 1);
    assert_poll(self, FIAT__AWS_CREDENTIALS_READY, "KEY1");
    /* Renewed behind the back of those who use the old ones. */
    atomic_store(&self->held, true);
    s_now_ms += 51 * 60 * 1000;
    assert_poll(self, FIAT__AWS_CREDENTIALS_READY, "KEY1");
    assert_poll(self, FIAT__AWS_CREDENTIALS_READY, "KEY1");
    atomic_store(&self->held, false);
    wait_for(&box, 2);
    assert_poll(self, FIAT__AWS_CREDENTIALS_READY, "KEY2");
    /* A failure is told, and the same answer given until it is time to ask again. */
    self->fails = true;
    fiat__aws_credentials_refresh(&self->base);
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    wait_for(&box, 3);
    assert_poll(self, FIAT__AWS_CREDENTIALS_FAILED, "lender: out of office");
    assert_poll(self, FIAT__AWS_CREDENTIALS_FAILED, "lender: out of office");
    ck_assert_int_eq(self->fetched, 3);
    s_now_ms += 1000;
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    wait_for(&box, 4);
    fiat__aws_credentials_watch(&self->base, NULL, NULL);
    fiat__aws_credentials_provider_free(&self->base);
    fiat__cond_deinit(&box.changed);
    fiat__mutex_deinit(&box.mutex);
}
END_TEST

START_TEST(get_waits_for_what_is_under_way) {
    lender *self = new_lender();
    atomic_store(&self->held, true);
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    atomic_store(&self->held, false);
    assert_id(&self->base, "KEY1");
    ck_assert_int_eq(self->fetched, 1);
    fiat__aws_credentials_provider_free(&self->base);
}
END_TEST

START_TEST(free_ends_a_fetch) {
    lender *self = new_lender();
    atomic_store(&self->held, true); /* until it is cancelled */
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    int64_t began_ms = fiat__mono_ms(&fiat__clock_system);
    fiat__aws_credentials_provider_free(&self->base);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - began_ms, 2000);
}
END_TEST

static atomic_bool s_freed;

static void free_lender(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials_provider_release(provider);
    atomic_store(&s_freed, true);
}

static void never_called(void *ctx) {
    (void)ctx;
    ck_abort_msg("who freed the provider may be gone");
}

/* A source that hangs is not waited for, and whoever freed the provider hears no more of it. */
START_TEST(free_leaves_a_fetch_that_hangs_to_itself) {
    static const fiat__aws_credentials_vtable deaf = {
        .name = "lender", .fetch = lend, .free = free_lender};
    lender *self = new_lender();
    self->base.vtable = &deaf;
    fiat__aws_credentials_watch(&self->base, never_called, NULL);
    atomic_store(&self->deaf, true);
    atomic_store(&self->held, true);
    assert_poll(self, FIAT__AWS_CREDENTIALS_PENDING, NULL);
    int64_t began_ms = fiat__mono_ms(&fiat__clock_system);
    fiat__aws_credentials_provider_free(&self->base);
    int64_t took_ms = fiat__mono_ms(&fiat__clock_system) - began_ms;
    ck_assert_int_ge(took_ms, 999);
    ck_assert_int_lt(took_ms, 3000);
    ck_assert(!atomic_load(&s_freed));
    atomic_store(&self->held, false); /* it is there as long as the fetch lasts */
    while (!atomic_load(&s_freed))
        usleep(1000);
}
END_TEST

static void assert_region(const char *want) {
    fiat__buf out;
    fiat_error err;
    fiat__buf_init(&out, 64);
    ck_assert_fiat_ok(fiat__aws_region_find(&out, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&out), want);
    fiat__buf_deinit(&out);
}

START_TEST(region_is_found_in_its_places) {
    assert_region("");
    put(s_config_path, "[default]\nregion = eu-west-1 # home\n[profile p]\nregion=eu-west-2\n");
    assert_region("eu-west-1");
    setenv("AWS_PROFILE", "p", 1);
    assert_region("eu-west-2");
    setenv("AWS_DEFAULT_REGION", "eu-west-3", 1);
    assert_region("eu-west-3");
    setenv("AWS_REGION", "eu-north-1", 1);
    assert_region("eu-north-1");
}
END_TEST

int main(void) {
    if (!mkdtemp(s_dir)) return EXIT_FAILURE;
    snprintf(s_credentials_path, sizeof s_credentials_path, "%s/.aws/credentials", s_dir);
    snprintf(s_config_path, sizeof s_config_path, "%s/.aws/config", s_dir);
    Suite *suite = suite_create("aws/credentials");
    TCase *tcase = tcase_create("credentials");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, nothing_anywhere_is_told_in_full);
    tcase_add_test(tcase, half_set_environment_is_not_passed_over);
    tcase_add_test(tcase, keys_that_no_header_can_carry_are_refused);
    tcase_add_loop_test(tcase, files_that_do_not_serve, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, file_that_cannot_be_read_is_named);
    tcase_add_test(tcase, file_with_a_nul_is_refused);
    tcase_add_test(tcase, file_without_end_is_not_read_to_its_end);
    tcase_add_loop_test(tcase, files_that_serve, 0, sizeof s_good / sizeof s_good[0]);
    tcase_add_test(tcase, files_may_be_named);
    tcase_add_test(tcase, environment_goes_first);
    tcase_add_test(tcase, static_keys_are_checked);
    tcase_add_test(tcase, cache_refreshes_ahead_of_expiry);
    tcase_add_test(tcase, machines_of_a_fleet_do_not_refresh_together);
    tcase_add_test(tcase, short_lives_are_not_fetched_at_every_call);
    tcase_add_test(tcase, keys_that_outlive_their_expiry_serve_on);
    tcase_add_test(tcase, keys_that_come_expired_are_refused);
    tcase_add_test(tcase, poll_fetches_in_the_background);
    tcase_add_test(tcase, get_waits_for_what_is_under_way);
    tcase_add_test(tcase, free_ends_a_fetch);
    tcase_add_test(tcase, free_leaves_a_fetch_that_hangs_to_itself);
    tcase_add_test(tcase, old_keys_serve_until_they_expire_when_no_new_ones_come);
    tcase_add_test(tcase, region_is_found_in_its_places);
    suite_add_tcase(suite, tcase);
    int result = fiat_test_run(suite);
    char folder[64];
    snprintf(folder, sizeof folder, "%s/.aws", s_dir);
    unlink(s_credentials_path);
    unlink(s_config_path);
    rmdir(folder);
    rmdir(s_dir);
    return result;
}
