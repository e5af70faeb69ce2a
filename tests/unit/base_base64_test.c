#include "base/base64.h"
#include "base/base64_kernels.h"
#include "base/mem.h"
#include "support/test.h"

#include <openssl/evp.h>

/* RFC 4648 sections 3.5 (pad bits), 4 and 10 (test vectors). */
static const char *const s_refused[] = {
    "Z",    "Zg",       "Zg=",          "====",     "=",    "Z===", "Zg==Zg==", "Zm9v=",
    "Zm=v", "Zm9v\n",   " Zm9vZg",      "Zm9v Zg=", "Zh==", "Zm9=", "Zm-_",     "Zm\xC3\xA9",
    "=m9v", "Zm9vZ===", "\nZm9v\n\n\n",
};

static const struct {
    const char *plain, *encoded;
} s_vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xFF\xFE", "+//+"},
};

static fiat__buf s_out;

static void setup(void) {
    fiat__buf_init(&s_out, 1 << 20);
}

static void teardown(void) {
    fiat__buf_deinit(&s_out);
}

START_TEST(refuses_what_is_not_base64) {
    fiat_error err;
    fiat__buf_append_c(&s_out, "kept");
    fiat_status status = fiat__base64_decode(&s_out, fiat__str_c(s_refused[_i]), &err);
    ck_assert_msg(status == FIAT_E_ARG, "\"%s\" gave %s", s_refused[_i], fiat_status_name(status));
    ck_assert_str_eq(fiat__buf_cstr(&s_out), "kept");
    ck_assert(!s_out.failed);
}
END_TEST

START_TEST(refuses_every_byte_outside_the_alphabet) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int c = 0; c < 256; c++) {
        char text[4] = {'A', (char)c, 'A', 'A'};
        bool inside = c != 0 && strchr(alphabet, c) != NULL;
        fiat__buf_clear(&s_out);
        fiat_status status = fiat__base64_decode(&s_out, fiat__str_of(text, 4), NULL);
        ck_assert_msg((status == FIAT_OK) == inside, "byte %d", c);
    }
}
END_TEST

START_TEST(vector) {
    fiat__str plain = fiat__str_c(s_vectors[_i].plain);
    fiat__str encoded = fiat__str_c(s_vectors[_i].encoded);
    fiat_error err;
    ck_assert_uint_eq(fiat__base64_encoded_len(plain.len), encoded.len);
    ck_assert(fiat__base64_encode(&s_out, plain.ptr, plain.len));
    ck_assert_str_eq(fiat__buf_cstr(&s_out), encoded.ptr);
    fiat__buf_clear(&s_out);
    ck_assert_fiat_ok(fiat__base64_decode(&s_out, encoded, &err), err);
    ck_assert(fiat__str_eq(fiat__buf_str(&s_out), plain));
}
END_TEST

START_TEST(every_length_comes_back) {
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + 13);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        fiat__buf encoded;
        fiat_error err;
        fiat__buf_init(&encoded, fiat__base64_encoded_len(len));
        ck_assert(fiat__base64_encode(&encoded, bytes, len));
        fiat__buf_clear(&s_out);
        ck_assert_fiat_ok(fiat__base64_decode(&s_out, fiat__buf_str(&encoded), &err), err);
        ck_assert_uint_eq(s_out.len, len);
        ck_assert(len == 0 || memcmp(s_out.ptr, bytes, len) == 0);
        fiat__buf_deinit(&encoded);
    }
}
END_TEST

/* Where a loop is to begin: in every place of a block of 64 bytes. */
#define ALIGNMENTS 64
#define KERNEL_MAX 400

/* What a loop takes is encoded as OpenSSL does it; neither is a byte of the input looked at nor one
 * of the output written beyond. */
static void check_kernel(const fiat__base64_kernel *kernel, const unsigned char *bytes, size_t len,
                         size_t offset) {
    char got[ALIGNMENTS + KERNEL_MAX / 3 * 4 + 8], want[sizeof got];
    memset(got, '#', sizeof got);
    memset(want, '#', sizeof want);
    size_t done = kernel->encode(got + offset, bytes, len);
    ck_assert_msg(done <= len && done % 3 == 0, "%s took %zu bytes of %zu", kernel->name, done,
                  len);
    EVP_EncodeBlock((unsigned char *)want + offset, bytes, (int)done);
    want[offset + done / 3 * 4] = '#'; /* OpenSSL's NUL */
    ck_assert_msg(memcmp(got, want, sizeof got) == 0,
                  "%s differs from OpenSSL: %zu bytes, written from %zu on", kernel->name, len,
                  offset);
}

START_TEST(every_kernel_agrees_with_openssl) {
    const fiat__base64_kernel *kernel = &fiat__base64_kernels[_i];
    if (!kernel->runs_here()) return;
    for (size_t len = 0; len <= KERNEL_MAX; len++) {
        unsigned char *block = fiat__malloc(len + ALIGNMENTS);
        for (size_t i = 0; i < len + ALIGNMENTS; i++)
            block[i] = (unsigned char)((i + len) * 2654435761u >> 11);
        for (size_t offset = 0; offset < ALIGNMENTS; offset++)
            check_kernel(kernel, block + ALIGNMENTS - offset, len, offset); /* 0: to its end */
        fiat__free(block);
    }
}
END_TEST

/* Each sextet has its letter, in each of the four places of a group. */
START_TEST(every_kernel_knows_every_letter) {
    const fiat__base64_kernel *kernel = &fiat__base64_kernels[_i];
    unsigned char bytes[3 * 64];
    if (!kernel->runs_here()) return;
    for (unsigned sextet = 0; sextet < 64; sextet++) {
        for (size_t i = 0; i < 64; i++) {
            unsigned group = 0;
            for (unsigned place = 0; place < 4; place++)
                group |= (unsigned)((sextet + i * place) % 64) << (18 - 6 * place);
            bytes[3 * i] = (unsigned char)(group >> 16);
            bytes[3 * i + 1] = (unsigned char)(group >> 8);
            bytes[3 * i + 2] = (unsigned char)group;
        }
        check_kernel(kernel, bytes, sizeof bytes, 0);
    }
}
END_TEST

/* The last one always runs: without it the encoder would look beyond the table. */
START_TEST(some_kernel_runs_anywhere) {
    ck_assert_uint_gt(fiat__base64_kernel_count, 0);
    ck_assert(fiat__base64_kernels[fiat__base64_kernel_count - 1].runs_here());
}
END_TEST

/* Nothing behind the encoding is touched, as EVP_EncodeBlock() would. */
START_TEST(writes_no_byte_more) {
    unsigned char bytes[100], expected[200];
    memset(bytes, 0xA5, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        char to[140];
        size_t encoded = fiat__base64_encoded_len(len);
        memset(to, '#', sizeof to);
        fiat__base64_write(to, bytes, len);
        EVP_EncodeBlock(expected, bytes, (int)len);
        ck_assert_mem_eq(to, expected, encoded);
        for (size_t i = encoded; i < sizeof to; i++)
            ck_assert_msg(to[i] == '#', "%zu bytes: wrote at %zu", len, i);
    }
}
END_TEST

START_TEST(fits_exactly_or_reports_the_limit) {
    fiat__buf small;
    fiat_error err;
    fiat__buf_init(&small, 1);
    ck_assert_fiat_ok(fiat__base64_decode(&small, fiat__str_c("Zg=="), &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&small), "f");
    ck_assert_fiat_status(fiat__base64_decode(&small, fiat__str_c("Zg=="), &err), FIAT_E_LIMIT);
    fiat__buf_deinit(&small);
    fiat__buf_init(&small, 3);
    ck_assert(!fiat__base64_encode(&small, "f", 1));
    ck_assert_fiat_status(fiat__buf_status(&small, &err), FIAT_E_LIMIT);
    fiat__buf_deinit(&small);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/base64");
    TCase *tcase = tcase_create("base64");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, refuses_what_is_not_base64, 0, sizeof s_refused / sizeof *s_refused);
    tcase_add_test(tcase, refuses_every_byte_outside_the_alphabet);
    tcase_add_loop_test(tcase, vector, 0, sizeof s_vectors / sizeof *s_vectors);
    tcase_add_test(tcase, every_length_comes_back);
    tcase_add_loop_test(tcase, every_kernel_agrees_with_openssl, 0, (int)fiat__base64_kernel_count);
    tcase_add_loop_test(tcase, every_kernel_knows_every_letter, 0, (int)fiat__base64_kernel_count);
    tcase_add_test(tcase, some_kernel_runs_anywhere);
    tcase_add_test(tcase, writes_no_byte_more);
    tcase_add_test(tcase, fits_exactly_or_reports_the_limit);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
