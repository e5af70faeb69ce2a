#include "base/sha256_pair.h"
#include "support/test.h"

/* FIPS 180-4 example values (CSRC "Examples with Intermediate Values", SHA-256). */
static const struct {
    const char *text;
    int repeat;
    const char *hex;
} s_sha256[] = {
    {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

/* RFC 4231 section 4: keys and data repeated from a byte, or given as text. */
static const struct {
    const char *key;
    size_t key_repeat; /* 0: key as it is */
    const char *data;
    size_t data_repeat;
    const char *hex;
} s_hmac[] = {
    {"\x0b", 20, "Hi There", 0, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", 0, "what do ya want for nothing?", 0,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"\xaa", 20, "\xdd", 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 0,
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"\xaa", 131,
     "This is a test using a larger than block-size key and a larger than block-size data. The key "
     "needs to be hashed before being used by the HMAC algorithm.",
     0, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

static fiat__str expand(char *to, const char *text, size_t repeat) {
    if (repeat == 0) return fiat__str_c(text);
    memset(to, text[0], repeat);
    return fiat__str_of(to, repeat);
}

START_TEST(sha256_vector) {
    char *text = malloc(1000000), hex[65];
    unsigned char digest[FIAT__SHA256_BYTES];
    fiat_error err;
    fiat__str data = fiat__str_c(s_sha256[_i].text);
    if (s_sha256[_i].repeat > 1) data = expand(text, data.ptr, (size_t)s_sha256[_i].repeat);
    ck_assert_fiat_ok(fiat__sha256(digest, data, &err), err);
    fiat__hex_write(hex, digest, sizeof digest);
    ck_assert_str_eq(hex, s_sha256[_i].hex);
    free(text);
}
END_TEST

START_TEST(hmac_vector) {
    char key_bytes[200], data_bytes[200], hex[65];
    unsigned char digest[FIAT__SHA256_BYTES];
    fiat_error err;
    fiat__str key = expand(key_bytes, s_hmac[_i].key, s_hmac[_i].key_repeat);
    fiat__str data = expand(data_bytes, s_hmac[_i].data, s_hmac[_i].data_repeat);
    ck_assert_fiat_ok(fiat__hmac_sha256(digest, key, data, &err), err);
    fiat__hex_write(hex, digest, sizeof digest);
    ck_assert_str_eq(hex, s_hmac[_i].hex);
}
END_TEST

START_TEST(nothing_may_be_null) {
    unsigned char digest[FIAT__SHA256_BYTES];
    char hex[65];
    fiat_error err;
    ck_assert_fiat_ok(fiat__sha256(digest, fiat__str_of(NULL, 0), &err), err);
    fiat__hex_write(hex, digest, sizeof digest);
    ck_assert_str_eq(hex, s_sha256[0].hex);
    /* HMAC of nothing under no key, computed with Python. */
    ck_assert_fiat_ok(fiat__hmac_sha256(digest, fiat__str_of(NULL, 0), fiat__str_of(NULL, 0), &err),
                      err);
    fiat__hex_write(hex, digest, sizeof digest);
    ck_assert_str_eq(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    fiat__hex_write(hex, digest, 0);
    ck_assert_str_eq(hex, "");
}
END_TEST

/* ---- two at once ---- */

static char s_bytes[9000];

typedef struct memory {
    fiat__str all, left;
} memory;

static void rewind_memory(void *ctx) {
    memory *m = ctx;
    m->left = m->all;
}

static size_t read_memory(void *ctx, char *to, size_t room) {
    memory *m = ctx;
    const size_t len = m->left.len < room ? m->left.len : room;
    if (len) memcpy(to, m->left.ptr, len);
    m->left = fiat__str_of(m->left.ptr + len, m->left.len - len);
    return len;
}

static void check_pair(fiat__str a, fiat__str b) {
    memory of_a = {.all = a}, of_b = {.all = b}; /* not rewound */
    const fiat__source sources[2] = {{a.len, rewind_memory, read_memory, &of_a},
                                     {b.len, rewind_memory, read_memory, &of_b}};
    unsigned char got[2][FIAT__SHA256_BYTES], want[2][FIAT__SHA256_BYTES];
    fiat_error err;
    fiat__sha256_pair(got[0], &sources[0], got[1], &sources[1]);
    ck_assert_fiat_ok(fiat__sha256(want[0], a, &err), err);
    ck_assert_fiat_ok(fiat__sha256(want[1], b, &err), err);
    ck_assert_msg(memcmp(got, want, sizeof got) == 0, "%zu and %zu bytes", a.len, b.len);
}

static const struct {
    size_t from, to;
} s_lengths[] = {{0, 130}, {4090, 4100}, {8190, 8194}, {8999, 9000}};

/* Around blocks, and around the pieces that are read; beside lengths of every kind. */
START_TEST(pairs_have_the_hashes_of_single_texts) {
    static const size_t others[] = {0, 1, 63, 64, 200, 4096, 9000};
    if (!fiat__sha256_runs_in_pairs()) return;
    for (size_t i = 0; i < sizeof s_bytes; i++)
        s_bytes[i] = (char)(i * i / 7);
    for (size_t len = s_lengths[_i].from; len <= s_lengths[_i].to; len++)
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
            const fiat__str text = fiat__str_of(s_bytes, len);
            const fiat__str other = fiat__str_of(s_bytes + sizeof s_bytes - others[i], others[i]);
            check_pair(text, other);
            check_pair(other, text);
        }
}
END_TEST

START_TEST(equal_ct_compares_all_bytes) {
    ck_assert(fiat__equal_ct(fiat__str_c("same"), fiat__str_c("same")));
    ck_assert(fiat__equal_ct(fiat__str_of(NULL, 0), fiat__str_c("")));
    ck_assert(!fiat__equal_ct(fiat__str_c("same"), fiat__str_c("samE")));
    ck_assert(!fiat__equal_ct(fiat__str_c("same"), fiat__str_c("Same")));
    ck_assert(!fiat__equal_ct(fiat__str_c("same"), fiat__str_c("sam")));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/hash");
    TCase *tcase = tcase_create("hash");
    tcase_add_loop_test(tcase, sha256_vector, 0, sizeof s_sha256 / sizeof *s_sha256);
    tcase_add_loop_test(tcase, hmac_vector, 0, sizeof s_hmac / sizeof *s_hmac);
    tcase_add_test(tcase, nothing_may_be_null);
    tcase_add_loop_test(tcase, pairs_have_the_hashes_of_single_texts, 0,
                        sizeof s_lengths / sizeof *s_lengths);
    tcase_add_test(tcase, equal_ct_compares_all_bytes);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
