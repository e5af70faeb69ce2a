#include "logger_fake.h"
#include "support/tmpdir.h"

#include <fiat/logger.h>
#include <time.h>

#define KEPT_MAX_BYTES (1 << 24)

fiat_error fake_err;
fake_sink fake_kept;
fiat_logger *fake_logger;
const char *fake_dir;

static void refuse(fake_sink *self, fiat__sink_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        batch->records[i].fate = self->fate ? self->fate : FIAT__FATE_RETRY;
        batch->records[i].err = (fiat_error){.status = FIAT_E_AWS_AUTH};
        snprintf(batch->records[i].err.message, sizeof batch->records[i].err.message, "%s",
                 self->refusal);
    }
}

static void keep(fake_sink *self, fiat__sink_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        fiat__str data = batch->records[i].data;
        for (size_t at = 0; at < data.len; at++)
            self->lines += data.ptr[at] == '\n';
        if (!self->discard) fiat__buf_append(&self->kept, data.ptr, data.len);
        batch->records[i].fate = FIAT__FATE_DELIVERED;
        snprintf(batch->records[i].record_id, sizeof batch->records[i].record_id, "r%zu", i);
    }
}

static void submit(fiat__sink *sink, fiat__sink_batch *batch) {
    fake_sink *self = (fake_sink *)sink;
    if (self->batches++ < self->refuse_first)
        refuse(self, batch);
    else
        keep(self, batch);
    batch->done(batch);
}

static void wait_a_little(fiat__sink *sink, int timeout_ms) {
    (void)sink;
    struct timespec pause = {0, timeout_ms > 0 ? 1000000 : 0};
    nanosleep(&pause, NULL);
}

static void nothing(fiat__sink *sink) {
    (void)sink;
}

/* In the child of a fork. What was kept is the parent's, whose sender may have been in the middle
 * of keeping more: it is left alone. */
static fiat_status reopen(fiat__sink *sink, fiat_error *err) {
    fake_sink *self = (fake_sink *)sink;
    (void)err;
    fiat__buf_init(&self->kept, KEPT_MAX_BYTES);
    return FIAT_OK;
}

static const fiat__sink_vtable s_vtable = {
    .name = "fake",
    .max_batch_records = 500,
    .max_batch_bytes = 4194304,
    .submit = submit,
    .poll = wait_a_little,
    .wakeup = nothing,
    .cancel = nothing,
    .free = nothing,
    .reopen = reopen,
};

void fake_file(const char *name, const char *file, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", fake_dir, name);
    ck_assert_fiat_ok(fiat__dir_make(path, &fake_err), fake_err);
    snprintf(path, sizeof path, "%s/%s/%s", fake_dir, name, file);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c(text), false, &fake_err), fake_err);
}

void fake_stream(const char *name, const char *schema, const char *stream) {
    fake_file(name, "json_schema.json", schema);
    if (stream) fake_file(name, "stream.json", stream);
}

void fake_new_sink(void) {
    fiat__buf_deinit(&fake_kept.kept);
    fake_kept = (fake_sink){.sink = {.vtable = &s_vtable}};
    fiat__buf_init(&fake_kept.kept, KEPT_MAX_BYTES);
}

fiat_config *fake_config(void) {
    static const char *const values[][2] = {
        {"app", "test"}, {"host", "h"}, {"tags", "a=1"}, {"linger.ms", "0"}};
    fiat_config *config;
    ck_assert_fiat_ok(fiat_config_new(&config, &fake_err), fake_err);
    ck_assert_fiat_ok(fiat_config_set(config, "schemas.dir", fake_dir, &fake_err), fake_err);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        ck_assert_fiat_ok(fiat_config_set(config, values[i][0], values[i][1], &fake_err), fake_err);
    return config;
}

fiat_status fake_open(void) {
    fiat_config *config = fake_config();
    fake_new_sink();
    fiat_status status = fiat__logger_open_sink(&fake_logger, &fake_kept.sink, config, &fake_err);
    fiat_config_free(config);
    return status;
}

void fake_open_ok(void) {
    ck_assert_fiat_ok(fake_open(), fake_err);
}

const char *fake_close_and_read(void) {
    ck_assert_fiat_ok(fiat_logger_close(fake_logger, 5000, NULL, &fake_err), fake_err);
    return fiat__buf_cstr(&fake_kept.kept);
}

static char *s_dir;

void fake_setup(void) {
    fake_dir = s_dir = tmpdir_make();
    fake_stream("Plain",
                "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"maximum\":9},"
                "\"s\":{\"type\":\"string\"},\"deep\":{}},\"additionalProperties\":false}",
                NULL);
}

void fake_teardown(void) {
    fiat__buf_deinit(&fake_kept.kept);
    tmpdir_remove(s_dir);
}
