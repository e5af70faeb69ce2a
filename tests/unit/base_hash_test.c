#include "base/hash.h"
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
    tcase_add_test(tcase, equal_ct_compares_all_bytes);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
