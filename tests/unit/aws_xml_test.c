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

#define LIST "<r><i><k>1</k></i><n>x</n><i><k>2</k><k>3</k></i><i/><o><i>no</i></o></r>"

/* The contents that a path leads to, each in brackets. */
static const struct walk_row {
    const char *text, *path, *want;
} s_walks[] = {
    {LIST, "r/i", "[<k>1</k>][<k>2</k><k>3</k>][]"},
    {LIST, "r/i/k", "[1][2][3]"},
    {LIST, "r/o/i", "[no]"},
    {LIST, "r/n", "[x]"},
    {LIST, "r", "[<i><k>1</k></i><n>x</n><i><k>2</k><k>3</k></i><i/><o><i>no</i></o>]"},
    {LIST, "i", ""},
    {LIST, "r/i/k/x", ""},
    {LIST, "", ""},
    {"<a:r xmlns:a='u'><a:i b='>'>x</a:i></a:r>", "r/i", "[x]"},
    {"<r><r>in</r></r>", "r", "[<r>in</r>]"},
    {"text<k>1</k> <k>2</k>", "k", "[1][2]"}, /* what is inside an element */
    {"<r><i>1</i><i>2", "r/i", "[1]"},
    {"<r><i>1</i><!DOCTYPE a><i>2</i></r>", "r/i", "[1]"},
    {"", "r", ""},
};

START_TEST(elements_are_found_by_their_path) {
    fiat__xml_walk walk;
    fiat__str content;
    fiat__buf got;
    fiat__buf_init(&got, 1000);
    fiat__xml_walk_init(&walk, fiat__str_c(s_walks[_i].text), s_walks[_i].path);
    while (fiat__xml_walk_next(&walk, &content))
        fiat__buf_printf(&got, "[%.*s]", (int)content.len, content.ptr);
    ck_assert_str_eq(fiat__buf_cstr(&got), s_walks[_i].want);
    fiat__buf_deinit(&got);
}
END_TEST

static const struct value_row {
    const char *text, *path, *want; /* NULL: there is none */
} s_values[] = {
    {"<r><k>a&amp;b</k><k>c</k></r>", "r/k", "a&b"},
    {"<r><k/></r>", "r/k", ""},
    {"<r><k>a<!-- c --><![CDATA[<&]]><b>no</b>z</k></r>", "r/k", "a<&z"},
    {"<k>a</k>", "k", "a"},
    {"<r><k>123456789</k></r>", "r/k", NULL}, /* longer than the buffer */
    {"<r><k>&x;</k></r>", "r/k", NULL},
    {"<r><k>a", "r/k", NULL},
    {"<r/>", "r/k", NULL},
};

START_TEST(values_are_decoded) {
    const struct value_row *row = &s_values[_i];
    fiat__buf got;
    fiat__buf_init(&got, 8);
    ck_assert_int_eq(fiat__xml_value(&got, fiat__str_c(row->text), row->path), row->want != NULL);
    if (row->want) ck_assert_str_eq(fiat__buf_cstr(&got), row->want);
    fiat__buf_deinit(&got);
}
END_TEST

START_TEST(a_whole_document_is_told_from_others) {
    static const char *const bad[] = {
        "", "<a>", "<a></b>", "<a/>x", "<a/><b/>", "<!DOCTYPE a><a/>", "{}", "<a>1</a"};
    ck_assert(fiat__xml_is_whole(fiat__str_c("<?xml version='1.0'?>\n<a><b/>x</a>\n")));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!fiat__xml_is_whole(fiat__str_c(bad[i])), "%s", bad[i]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/xml");
    TCase *tcase = tcase_create("xml");
    tcase_add_loop_test(tcase, events, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_loop_test(tcase, a_nul_is_refused, 0, 3);
    tcase_add_loop_test(tcase, texts, 0, sizeof s_texts / sizeof s_texts[0]);
    tcase_add_test(tcase, depth_is_bounded);
    tcase_add_loop_test(tcase, elements_are_found_by_their_path, 0,
                        sizeof s_walks / sizeof s_walks[0]);
    tcase_add_loop_test(tcase, values_are_decoded, 0, sizeof s_values / sizeof s_values[0]);
    tcase_add_test(tcase, a_whole_document_is_told_from_others);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
