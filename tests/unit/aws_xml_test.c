/* The reader of XML: what it finds, and what it refuses. */
#include "aws/xml.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

/* A line of events: "<a" opens, ">a" closes, "'x" is text, "#x" CDATA, "." the end, "!" bad. */
static void read_all(char *out, size_t size, fiat__str text) {
    fiat__xml xml;
    fiat__str piece;
    size_t len = 0;
    fiat__xml_init(&xml, text);
    for (;;) {
        fiat__xml_event event = fiat__xml_next(&xml, &piece);
        bool last = event == FIAT__XML_END || event == FIAT__XML_BAD;
        len += (size_t)snprintf(out + len, size - len, "%c%.*s ", "<>'#.!"[event],
                                last ? 0 : (int)piece.len, last ? "" : piece.ptr);
        if (last) return;
        ck_assert_uint_lt(len, size);
    }
}

static const struct row {
    const char *text, *want;
} s_rows[] = {
    {"<a/>", "<a >a . "},
    {"<a></a>", "<a >a . "},
    {"<a>x</a>\n", "<a 'x >a . "},
    {"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- > -->\n<a>x<b c='>' d=\"/>\" />y</a>",
     "<a 'x <b >b 'y >a . "},
    {"<n:a xmlns:n='u'><n:b >1</n:b ></n:a>", "<a <b '1 >b >a . "},
    {"<a>x<!-- <b> -->y<![CDATA[<&]]>z</a>", "<a 'x 'y #<& 'z >a . "},
    {"<a>]]&amp;</a>", "<a ']]&amp; >a . "},
    {"", "! "},
    {"x", "! "},
    {"<", "! "},
    {"<>", "! "},
    {"<a", "! "},
    {"<a>", "<a ! "},
    {"<a></b>", "<a ! "},
    {"<a></a", "<a ! "},
    {"</a>", "! "},
    {"<a/><b/>", "<a >a ! "},
    {"<a/>x", "<a >a ! "},
    {"x<a/>", "! "},
    {"<a b='>", "! "},
    {"<a><!-- </a>", "<a ! "},
    {"<a><![CDATA[</a>", "<a ! "},
    {"<![CDATA[x]]><a/>", "! "},
    {"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "! "},
    {"<a><!ELEMENT b></a>", "<a ! "},
    {"<:/>", "! "},
};

/* In text, in CDATA and in a name. */
START_TEST(a_nul_is_refused) {
    static const char texts[][16] = {"<a>x\0y</a>", "<a><![CDATA[\0", "<a\0></a>"};
    fiat__xml xml;
    fiat__str piece;
    fiat__xml_init(&xml, fiat__str_of(texts[_i], sizeof texts[_i]));
    ck_assert_int_eq(fiat__xml_next(&xml, &piece), FIAT__XML_BAD);
}
END_TEST

START_TEST(events) {
    char got[512];
    /* On the heap and without a NUL, so that a step beyond the end shows. */
    size_t len = strlen(s_rows[_i].text);
    char *text = malloc(len ? len : 1);
    memcpy(text, s_rows[_i].text, len);
    read_all(got, sizeof got, fiat__str_of(text, len));
    ck_assert_str_eq(got, s_rows[_i].want);
    free(text);
}
END_TEST

START_TEST(depth_is_bounded) {
    char text[8 * (FIAT__XML_MAX_DEPTH + 1)] = "", got[512];
    for (size_t i = 0; i < FIAT__XML_MAX_DEPTH; i++)
        strcat(text, "<a>");
    for (size_t i = 0; i < FIAT__XML_MAX_DEPTH; i++)
        strcat(text, "</a>");
    read_all(got, sizeof got, fiat__str_c(text));
    ck_assert_ptr_nonnull(strchr(got, '.'));
    memmove(text + 3, text, strlen(text) + 1);
    read_all(got, sizeof got, fiat__str_c(text));
    ck_assert_ptr_nonnull(strchr(got, '!'));
}
END_TEST

static const struct text_row {
    const char *raw, *want; /* NULL: refused */
} s_texts[] = {
    {"", ""},
    {"a b", "a b"},
    {"&amp;&lt;&gt;&quot;&apos;", "&<>\"'"},
    {"&#65;&#x42;&#xe4;&#x1F600;", "AB\xc3\xa4\xf0\x9f\x98\x80"},
    {"&", NULL},
    {"&amp", NULL},
    {"&b;", NULL},
    {"&;", NULL},
    {"&#;", NULL},
    {"&#x;", NULL},
    {"&#0;", NULL},
    {"&#xD800;", NULL},
    {"&#x110000;", NULL},
    {"&#xFFFFFFFF41;", NULL},
    {"&#1a;", NULL},
    {"&AMP;", NULL},
    {"123456789", NULL}, /* longer than the buffer */
};

START_TEST(texts) {
    fiat__buf out;
    fiat__buf_init(&out, 8);
    bool good = fiat__xml_decode(&out, fiat__str_c(s_texts[_i].raw));
    ck_assert_int_eq(good, s_texts[_i].want != NULL);
    if (good) ck_assert_str_eq(fiat__buf_cstr(&out), s_texts[_i].want);
    fiat__buf_deinit(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/xml");
    TCase *tcase = tcase_create("xml");
    tcase_add_loop_test(tcase, events, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_loop_test(tcase, a_nul_is_refused, 0, 3);
    tcase_add_loop_test(tcase, texts, 0, sizeof s_texts / sizeof s_texts[0]);
    tcase_add_test(tcase, depth_is_bounded);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
