/* The head of a request, from bytes that may be anything. */
#include "base/error.h"
#include "mock/heap.h"
#include "mock/server.h"

#include <stdlib.h>
#include <strings.h>

bool fiat__server_header(const char *head, const char *name, fiat__str *value) {
    const size_t name_len = strlen(name);
    for (const char *line = head; line && *line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncasecmp(line, name, name_len) != 0 || line[name_len] != ':') continue;
        const char *from = line + name_len + 1;
        from += strspn(from, " ");
        *value = fiat__str_of(from, strcspn(from, "\r\n"));
        return true;
    }
    return false;
}

static void copy_word(char *to, size_t size, const char **from) {
    const size_t len = strcspn(*from, " \r\n");
    fiat__err_copy(to, size, *from, len);
    *from += len + ((*from)[len] == ' ');
}

/* Bytes of the body that are announced; false: that is no number. */
static bool body_length(const char *lines, size_t *want) {
    fiat__str value;
    *want = 0;
    if (!fiat__server_header(lines, "content-length", &value)) return true;
    char *end;
    const unsigned long long length = strtoull(value.ptr, &end, 10);
    *want = (size_t)length;
    return end != value.ptr;
}

/* "POST /path?query HTTP/1.1", then the lines. */
bool fiat__server_head_read(fiat__server_head *head, fiat__server_request *request,
                            const char *text, size_t len) {
    const char *at = text;
    copy_word(head->method, sizeof head->method, &at);
    copy_word(head->target, sizeof head->target, &at);
    const size_t path_len = strcspn(head->target, "?");
    fiat__err_copy(head->path, sizeof head->path, head->target, path_len);
    at = strchr(text, '\n') + 1;
    head->lines = fiat__heap_copy(at, len - (size_t)(at - text));
    request->method = head->method;
    request->target = head->target;
    request->path = head->path;
    request->query = head->target + path_len + (head->target[path_len] == '?');
    request->head = head->lines;
    return head->lines && body_length(head->lines, &request->body_len);
}

void fiat__server_head_deinit(fiat__server_head *head) {
    fiat__heap_free(head->lines);
}
