/* Reading the dates of HTTP headers. Stateless; any thread. */
#include "aws/http_date.h"
#include "base/clock.h"

static const char *const s_days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const s_months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int find_name(const char *const *names, int count, const char *text) {
    for (int i = 0; i < count; i++)
        if (memcmp(names[i], text, 3) == 0) return i;
    return -1;
}

static bool read_number(const char *text, int digits, int max, int *out) {
    *out = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return *out <= max;
}

bool fiat__http_date_read(fiat__str text, int64_t *epoch_ms) {
    /* "Sun, 06 Nov 1994 08:49:37 GMT" : the punctuation stands where this pattern has it. */
    static const char pattern[] = "###, ## ### #### ##:##:## GMT";
    fiat__utc utc = {0};
    if (text.len != sizeof pattern - 1) return false;
    for (size_t i = 0; i < text.len; i++)
        if (pattern[i] != '#' && pattern[i] != text.ptr[i]) return false;
    utc.month = find_name(s_months, 12, text.ptr + 8) + 1;
    if (find_name(s_days, 7, text.ptr) < 0 || utc.month == 0 ||
        !read_number(text.ptr + 5, 2, 31, &utc.day) || utc.day == 0 ||
        !read_number(text.ptr + 12, 4, 9999, &utc.year) ||
        !read_number(text.ptr + 17, 2, 23, &utc.hour) ||
        !read_number(text.ptr + 20, 2, 59, &utc.minute) ||
        !read_number(text.ptr + 23, 2, 60, &utc.second)) /* 60: a leap second */
        return false;
    *epoch_ms = fiat__utc_to_ms(&utc);
    return true;
}
