/* Sender thread, no lock held; the caller of a log function never waits for this disk. */
#include "producer/dead_letter.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_BYTES 4096
/* What stands around an event, its error message escaped. */
#define LINE_MAX_BYTES (FIAT_EVENT_MAX_BYTES + 8 * 1024)

/* O_NONBLOCK: to open a named pipe that nobody reads would take for ever. */
static fiat_status open_file(int *out, const char *path, fiat_error *err) {
    struct stat st;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    *out = fd;
    if (fd < 0) return fiat__err_sys(err, errno, "cannot open dead.letter.file %s", path);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return FIAT_OK;
    close(fd);
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "dead.letter.file %s is not a regular file: name one, or a new one", path);
}

fiat_status fiat__dead_letter_path(char **out, const char *file, fiat_error *err) {
    char dir[PATH_MAX_BYTES];
    int fd;
    if (file[0] == '/')
        *out = fiat__strdup(file);
    else if (getcwd(dir, sizeof dir)) /* the program may change its folder later */
        *out = fiat__path_join(dir, file);
    else
        return fiat__err_sys(err, errno, "cannot tell the current folder for dead.letter.file");
    if (!*out) return fiat__err_nomem(err);
    fiat_status status = open_file(&fd, *out, err);
    if (status == FIAT_OK) {
        close(fd);
        return FIAT_OK;
    }
    fiat__free(*out);
    *out = NULL;
    return status;
}

static bool is_empty(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size == 0;
}

/* Whoever wrote last may not have come to the end of its line. */
static bool is_torn(int fd) {
    struct stat st;
    char last;
    return fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) == 1 &&
           last != '\n';
}

/* Of a file that is new the name must be on the disk as well. */
static fiat_status sync_lines(int fd, const char *path, bool is_new, fiat_error *err) {
    if (fsync(fd) != 0) return fiat__err_sys(err, errno, "cannot sync %s", path);
    return is_new ? fiat__dir_sync_of(path, err) : FIAT_OK;
}

/* Messages may quote what AWS or a proxy sent: what is no UTF-8 is left out. */
static void write_text(fiat__buf *out, const char *text) {
    size_t len = strlen(text);
    fiat__json_write_string(out, fiat__str_of(text, fiat__utf8_check(text, len)));
}

static void write_head(fiat__buf *out, const fiat__record *record, const fiat__verdict *verdict) {
    char time[FIAT__RFC3339_LEN];
    fiat__rfc3339_write(time, verdict->settled_ms + verdict->wall_offset_ms);
    fiat__buf_printf(out, "{\"time\":\"%.*s\",\"stream\":\"%s\",\"outcome\":\"%s\",\"attempts\":%u",
                     FIAT__RFC3339_LEN, time, record->stream->name,
                     verdict->outcome == FIAT_MAYBE ? "maybe" : "not_delivered", record->attempts);
    fiat__buf_append_c(out, ",\"error\":{\"status\":");
    write_text(out, fiat_status_name((fiat_status)verdict->err.status));
    fiat__buf_append_c(out, ",\"code\":");
    write_text(out, verdict->err.aws_code);
    fiat__buf_append_c(out, ",\"message\":");
    write_text(out, verdict->err.message);
    fiat__buf_append_c(out, "},\"id\":");
}

static void write_event(fiat__buf *out, const fiat__event_note *note, fiat__str event) {
    static const fiat__uuid none;
    char id[FIAT__UUID_LEN + 1] = {0};
    if (memcmp(&note->uuid, &none, sizeof none) != 0) {
        fiat__uuid_write(id, &note->uuid);
        fiat__json_write_string_c(out, id);
    } else {
        fiat__buf_append_c(out, "null");
    }
    fiat__buf_append_c(out, ",\"event\":");
    fiat__buf_append(out, event.ptr, event.len);
    fiat__buf_append_c(out, "}\n");
}

/* The head, which all events share, is kept in front. */
static fiat_status append_events(int fd, const char *path, fiat__record *record,
                                 const fiat__verdict *verdict, fiat__buf *line, fiat_error *err) {
    fiat_status status = FIAT_OK;
    uint32_t start = 0;
    bool torn = is_torn(fd);
    fiat__buf_append_char(line, '\n');
    write_head(line, record, verdict);
    size_t head_len = line->len;
    for (uint32_t i = 0; status == FIAT_OK && i < record->note_count; i++) {
        const fiat__event_note *note = fiat__record_note(record, i);
        const char *event = fiat__record_data(record) + start;
        write_event(line, note, fiat__str_of(event, note->end - 1 - start));
        if (line->failed) return fiat__buf_status(line, err);
        fiat__str whole = fiat__buf_str(line);
        if (!torn) whole = fiat__str_of(whole.ptr + 1, whole.len - 1);
        status = fiat__file_write_fd(fd, path, whole, err);
        fiat__buf_truncate(line, head_len);
        start = note->end;
        torn = false;
    }
    return status;
}

fiat_status fiat__dead_letter_append(const char *path, bool sync, fiat__record *record,
                                     const fiat__verdict *verdict, fiat_error *err) {
    fiat__buf line;
    int fd;
    fiat_status status = open_file(&fd, path, err);
    if (status != FIAT_OK) return status;
    const bool is_new = is_empty(fd);
    fiat__buf_init(&line, LINE_MAX_BYTES);
    status = append_events(fd, path, record, verdict, &line, err);
    fiat__buf_deinit(&line);
    if (status == FIAT_OK && sync) status = sync_lines(fd, path, is_new, err);
    close(fd);
    return status;
}
