/* The canonical form of a request. Stateless; any thread.
 *
 * Steps and rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/
 * reference_sigv-create-signed-request.html#create-canonical-request */
#include "aws/sigv4_canonical.h"
#include "base/error.h"
#include "base/hash.h"

#include <stdint.h>
#include <stdlib.h>

static bool is_unreserved(unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* RFC 3986 percent-encoding, everything but the unreserved characters, in upper-case hex. */
static void append_encoded_char(fiat__buf *out, unsigned char c) {
    static const char hex[] = "0123456789ABCDEF";
    if (is_unreserved(c)) {
        fiat__buf_append_char(out, (char)c);
    } else {
        const char code[3] = {'%', hex[c >> 4], hex[c & 15]};
        fiat__buf_append(out, code, sizeof code);
    }
}

/* Remove the segment that was written last, down to `base`. */
static void drop_segment(fiat__buf *out, size_t base) {
    size_t len = out->len;
    while (len > base && out->ptr[len - 1] != '/')
        len--;
    fiat__buf_truncate(out, len > base ? len - 1 : base);
}

/* RFC 3986 section 5.2.4, and runs of slashes become one, as AWS does it. The path is encoded once
 * more on top of the encoding it is sent in. */
static void append_normalized(fiat__buf *out, fiat__str path) {
    size_t base = out->len, at = 0;
    while (at < path.len) {
        size_t from = at;
        while (at < path.len && path.ptr[at] != '/')
            at++;
        fiat__str segment = fiat__str_of(path.ptr + from, at - from);
        if (at < path.len) at++;
        if (segment.len == 0 || fiat__str_eq_c(segment, ".")) continue;
        if (fiat__str_eq_c(segment, "..")) {
            drop_segment(out, base);
            continue;
        }
        fiat__buf_append_char(out, '/');
        for (size_t i = 0; i < segment.len; i++)
            append_encoded_char(out, (unsigned char)segment.ptr[i]);
    }
    if (out->len == base || path.ptr[path.len - 1] == '/') fiat__buf_append_char(out, '/');
}

void fiat__sigv4_canonical_path(fiat__buf *out, fiat__str path, bool normalize) {
    if (path.len == 0)
        fiat__buf_append_char(out, '/');
    else if (normalize)
        append_normalized(out, path);
    else
        fiat__buf_append(out, path.ptr, path.len);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decode and encode again, so that "%7e", "%7E" and "~" are the same. A '%' that begins no escape
 * stands for itself, and so does '+'. */
static void append_recoded(fiat__buf *out, fiat__str text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
            hex_digit(text.ptr[i + 2]) >= 0) {
            c = (unsigned char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        }
        append_encoded_char(out, c);
    }
}

typedef struct param {
    size_t name_at, name_len, value_len; /* in the scratch buffer; the value follows the name */
    const char *text;                    /* of the scratch buffer, once it is complete */
} param;

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t len = a_len < b_len ? a_len : b_len;
    int order = len ? memcmp(a, b, len) : 0;
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_params(const void *left, const void *right) {
    const param *a = left, *b = right;
    const char *a_name = a->text + a->name_at, *b_name = b->text + b->name_at;
    int order = compare_bytes(a_name, a->name_len, b_name, b->name_len);
    if (order) return order;
    return compare_bytes(a_name + a->name_len, a->value_len, b_name + b->name_len, b->value_len);
}

/* Recode one "name=value" into scratch. */
static param read_param(fiat__buf *scratch, fiat__str pair) {
    param p = {.name_at = scratch->len};
    const char *equals = memchr(pair.ptr, '=', pair.len);
    size_t name_len = equals ? (size_t)(equals - pair.ptr) : pair.len;
    append_recoded(scratch, fiat__str_of(pair.ptr, name_len));
    p.name_len = scratch->len - p.name_at;
    if (equals) append_recoded(scratch, fiat__str_of(equals + 1, pair.len - name_len - 1));
    p.value_len = scratch->len - p.name_at - p.name_len;
    return p;
}

static void write_params(fiat__buf *out, param *params, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        params[i].text = text;
    if (count > 1) qsort(params, count, sizeof *params, compare_params);
    for (size_t i = 0; i < count; i++) {
        const char *name = text + params[i].name_at;
        if (i > 0) fiat__buf_append_char(out, '&');
        fiat__buf_append(out, name, params[i].name_len);
        fiat__buf_append_char(out, '=');
        fiat__buf_append(out, name + params[i].name_len, params[i].value_len);
    }
}

fiat_status fiat__sigv4_canonical_query(fiat__buf *out, fiat__str query, fiat_error *err) {
    param params[FIAT__SIGV4_MAX_PARAMS];
    size_t count = 0;
    fiat_status status = FIAT_OK;
    fiat__buf scratch;
    fiat__buf_init(&scratch, FIAT__SIGV4_MAX_CANONICAL_BYTES);
    for (size_t at = 0; at < query.len;) {
        const char *from = query.ptr + at, *amp = memchr(from, '&', query.len - at);
        size_t len = amp ? (size_t)(amp - from) : query.len - at;
        at += len + 1;
        if (len == 0) continue;
        if (count == FIAT__SIGV4_MAX_PARAMS) {
            status = fiat__err_set(err, FIAT_E_LIMIT, "cannot sign a query of more than %d parts",
                                   FIAT__SIGV4_MAX_PARAMS);
            goto out;
        }
        params[count++] = read_param(&scratch, fiat__str_of(from, len));
    }
    status = fiat__buf_status(&scratch, err);
    if (status == FIAT_OK) write_params(out, params, count, fiat__buf_cstr(&scratch));
out:
    fiat__buf_deinit(&scratch);
    return status;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int compare_names(fiat__str a, fiat__str b) {
    size_t len = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < len; i++) {
        int order = (unsigned char)lower(a.ptr[i]) - (unsigned char)lower(b.ptr[i]);
        if (order) return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* A token of RFC 9110 section 5.6.2, which cannot break out of its line. */
static bool is_header_name(fiat__str name) {
    for (size_t i = 0; i < name.len; i++)
        if (!is_unreserved((unsigned char)name.ptr[i]) && !memchr("!#$%&'*+^`|", name.ptr[i], 11))
            return false;
    return name.len > 0;
}

/* Indices of the headers by name, those of one name in the order given (insertion sort: few). */
static fiat_status sort_headers(uint8_t order[FIAT__SIGV4_MAX_HEADERS],
                                const fiat__sigv4_request *request, fiat_error *err) {
    const fiat__aws_header *headers = request->headers;
    if (request->header_count > FIAT__SIGV4_MAX_HEADERS)
        return fiat__err_set(err, FIAT_E_LIMIT, "cannot sign %zu headers: at most %d",
                             request->header_count, FIAT__SIGV4_MAX_HEADERS);
    for (size_t i = 0; i < request->header_count; i++) {
        if (!is_header_name(headers[i].name))
            return fiat__err_set(err, FIAT_E_ARG,
                                 "cannot sign header %zu: its name is not an HTTP token", i);
        size_t at = i;
        while (at > 0 && compare_names(headers[order[at - 1]].name, headers[i].name) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint8_t)i;
    }
    return FIAT_OK;
}

static void append_lower(fiat__buf *out, fiat__str name) {
    for (size_t i = 0; i < name.len; i++)
        fiat__buf_append_char(out, lower(name.ptr[i]));
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without white space around it, and every run of it inside (folded lines too) as one space. */
static void append_trimmed(fiat__buf *out, fiat__str value) {
    bool gap = false, begun = false;
    for (size_t i = 0; i < value.len; i++) {
        if (is_space(value.ptr[i])) {
            gap = begun;
            continue;
        }
        if (gap) fiat__buf_append_char(out, ' ');
        fiat__buf_append_char(out, value.ptr[i]);
        gap = false;
        begun = true;
    }
}

static bool same_name(const fiat__sigv4_request *request, const uint8_t *order, size_t i) {
    return i > 0 &&
           compare_names(request->headers[order[i - 1]].name, request->headers[order[i]].name) == 0;
}

static void append_header_lines(fiat__buf *out, const fiat__sigv4_request *request,
                                const uint8_t *order) {
    for (size_t i = 0; i < request->header_count; i++) {
        const fiat__aws_header *header = &request->headers[order[i]];
        if (same_name(request, order, i)) {
            fiat__buf_append_char(out, ',');
        } else {
            if (i > 0) fiat__buf_append_char(out, '\n');
            append_lower(out, header->name);
            fiat__buf_append_char(out, ':');
        }
        append_trimmed(out, header->value);
    }
    fiat__buf_append_char(out, '\n');
}

static void append_names(fiat__buf *out, const fiat__sigv4_request *request, const uint8_t *order) {
    for (size_t i = 0; i < request->header_count; i++) {
        if (same_name(request, order, i)) continue;
        if (i > 0) fiat__buf_append_char(out, ';');
        append_lower(out, request->headers[order[i]].name);
    }
}

fiat_status fiat__sigv4_signed_headers(fiat__buf *out, const fiat__sigv4_request *request,
                                       fiat_error *err) {
    uint8_t order[FIAT__SIGV4_MAX_HEADERS];
    fiat_status status = sort_headers(order, request, err);
    if (status != FIAT_OK) return status;
    append_names(out, request, order);
    return fiat__buf_status(out, err);
}

/* The hash of the body, or what x-amz-content-sha256 says in its stead: the hash again, or S3's
 * "UNSIGNED-PAYLOAD". */
static fiat_status append_payload_hash(fiat__buf *out, const fiat__sigv4_request *request,
                                       fiat_error *err) {
    const fiat__str header = fiat__str_c("x-amz-content-sha256");
    for (size_t i = 0; i < request->header_count; i++)
        if (compare_names(request->headers[i].name, header) == 0) {
            append_trimmed(out, request->headers[i].value);
            return FIAT_OK;
        }
    unsigned char hash[FIAT__SHA256_BYTES];
    char hex[2 * FIAT__SHA256_BYTES + 1];
    if (!request->body_sha256) {
        fiat_status status = fiat__sha256(hash, request->body, err);
        if (status != FIAT_OK) return status;
    }
    fiat__hex_write(hex, request->body_sha256 ? request->body_sha256 : hash, sizeof hash);
    fiat__buf_append(out, hex, 2 * sizeof hash);
    return FIAT_OK;
}

fiat_status fiat__sigv4_canonical_request(fiat__buf *out, const fiat__sigv4_request *request,
                                          fiat_error *err) {
    uint8_t order[FIAT__SIGV4_MAX_HEADERS];
    fiat_status status = sort_headers(order, request, err);
    if (status != FIAT_OK) return status;
    fiat__buf_append(out, request->method.ptr, request->method.len);
    fiat__buf_append_char(out, '\n');
    fiat__sigv4_canonical_path(out, request->path, request->normalize_path);
    fiat__buf_append_char(out, '\n');
    status = fiat__sigv4_canonical_query(out, request->query, err);
    if (status != FIAT_OK) return status;
    fiat__buf_append_char(out, '\n');
    append_header_lines(out, request, order);
    fiat__buf_append_char(out, '\n');
    append_names(out, request, order);
    fiat__buf_append_char(out, '\n');
    status = append_payload_hash(out, request, err);
    return status == FIAT_OK ? fiat__buf_status(out, err) : status;
}
