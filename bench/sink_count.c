/* Of the JSON it understands as much as it needs: after "Data" and a colon comes a string of
 * base64. That text stands in no other place of what the clients send. */
#include "sink_count.h"

#include <pthread.h>
#include <string.h>

#define BILLING_STEP 5120
#define BAD          0x80000000u
/* Letters that are decoded at once. */
#define BLOCK_LETTERS 4096

static const char s_name[] = "\"Data\"";

/* What each letter contributes to its group's 24 bits, by its place. */
static uint32_t s_sextets[4][256];
static pthread_once_t s_once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (unsigned place = 0; place < 4; place++) {
        for (unsigned c = 0; c < 256; c++)
            s_sextets[place][c] = BAD;
        for (unsigned value = 0; value < 64; value++)
            s_sextets[place][(unsigned char)alphabet[value]] = value << (18 - 6 * place);
    }
}

static void count_newlines(struct sink_body *body, const unsigned char *bytes, size_t len) {
    const unsigned char *end = bytes + len;
    while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        body->counts.events++;
        bytes++;
    }
}

static uint32_t group_bits(const unsigned char *letters) {
    return s_sextets[0][letters[0]] | s_sextets[1][letters[1]] | s_sextets[2][letters[2]] |
           s_sextets[3][letters[3]];
}

/* Whole groups, without padding. */
static void decode(struct sink_body *body, const char *text, size_t len) {
    unsigned char bytes[BLOCK_LETTERS / 4 * 3 + 1];
    const unsigned char *letters = (const unsigned char *)text;
    uint32_t bad = 0;
    for (size_t from = 0; from < len; from += BLOCK_LETTERS) {
        size_t count = len - from < BLOCK_LETTERS ? len - from : BLOCK_LETTERS;
        unsigned char *to = bytes;
        for (size_t i = 0; i < count; i += 4, to += 3) {
            uint32_t bits = group_bits(letters + from + i);
            bad |= bits;
            to[0] = (unsigned char)(bits >> 16);
            to[1] = (unsigned char)(bits >> 8);
            to[2] = (unsigned char)bits;
        }
        count_newlines(body, bytes, (size_t)(to - bytes));
        body->record_bytes += (size_t)(to - bytes);
    }
    if (bad & BAD) body->bad = true;
}

static void decode_last(struct sink_body *body) {
    unsigned char letters[4] = "AAAA";
    memcpy(letters, body->group, body->held);
    if (body->held + body->padding != 4 || body->held < 2) {
        body->bad = true;
        return;
    }
    uint32_t bits = group_bits(letters);
    unsigned char bytes[2] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8)};
    if (bits & BAD) body->bad = true;
    count_newlines(body, bytes, body->held - 1);
    body->record_bytes += body->held - 1;
}

static void end_record(struct sink_body *body) {
    if (body->held || body->padding) decode_last(body);
    body->counts.records++;
    body->counts.bytes += body->record_bytes;
    body->counts.billed_bytes +=
        (body->record_bytes + BILLING_STEP - 1) / BILLING_STEP * BILLING_STEP;
    body->state = BODY_OUTSIDE;
    body->matched = 0;
}

/* One letter of a group that two calls share, or padding. */
static void feed_letter(struct sink_body *body, char c) {
    if (c == '=') {
        body->padding++;
        return;
    }
    if (body->padding) {
        body->bad = true;
        return;
    }
    body->group[body->held++] = (unsigned char)c;
    if (body->held < 4) return;
    decode(body, (const char *)body->group, 4);
    body->held = 0;
}

static const char *feed_data(struct sink_body *body, const char *text, const char *end) {
    const char *quote = memchr(text, '"', (size_t)(end - text));
    const char *stop = quote ? quote : end;
    while (text < stop && (body->held || body->padding))
        feed_letter(body, *text++);
    size_t whole = (size_t)(stop - text) / 4 * 4;
    if (whole && text[whole - 1] == '=') whole -= 4;
    decode(body, text, whole);
    for (text += whole; text < stop; text++)
        feed_letter(body, *text);
    if (!quote) return end;
    end_record(body);
    return quote + 1;
}

static const char *feed_name(struct sink_body *body, const char *text, const char *end) {
    if (body->matched == 0) {
        text = memchr(text, '"', (size_t)(end - text));
        if (!text) return end;
    }
    if (*text == s_name[body->matched]) {
        text++;
        if (++body->matched == sizeof s_name - 1) body->state = BODY_BEFORE_DATA;
    } else {
        body->matched = *text == '"';
        text++;
    }
    return text;
}

/* Colon, blanks and the quote. */
static const char *feed_before(struct sink_body *body, const char *text) {
    if (*text == '"') {
        body->state = BODY_IN_DATA;
        body->record_bytes = 0;
        body->held = body->padding = 0;
    } else if (*text != ':' && *text != ' ') {
        body->bad = true;
    }
    return text + 1;
}

void sink_body_begin(struct sink_body *body) {
    pthread_once(&s_once, make_tables);
    memset(body, 0, sizeof *body);
}

void sink_body_feed(struct sink_body *body, const char *text, size_t len) {
    const char *end = text + len;
    while (text < end && !body->bad)
        switch (body->state) {
        case BODY_OUTSIDE:
            text = feed_name(body, text, end);
            break;
        case BODY_BEFORE_DATA:
            text = feed_before(body, text);
            break;
        case BODY_IN_DATA:
            text = feed_data(body, text, end);
            break;
        }
}

bool sink_body_end(struct sink_body *body) {
    return !body->bad && body->state == BODY_OUTSIDE && body->counts.records > 0;
}
