/* Run a fuzz target on files, without libFuzzer: the corpus in `make check`, or one input that a
 * fuzzer has found.
 *
 * usage: fuzz_NAME [FILE...]     without files: all of tests/fuzz/corpus/fuzz_NAME */
#include "base/file.h"
#include "base/mem.h"
#include "fuzz/fuzz.h"

#define INPUT_MAX_BYTES (1 << 20)

static bool run_file(const char *path) {
    fiat__buf input;
    fiat_error err;
    fiat__buf_init(&input, INPUT_MAX_BYTES);
    fiat_status status = fiat__file_read(path, &input, &err);
    if (status == FIAT_OK) {
        /* In a block of just its size, so that a sanitizer sees a read past the end. */
        uint8_t *copy = fiat__malloc(input.len);
        if (copy && input.len > 0) memcpy(copy, input.ptr, input.len);
        if (copy) LLVMFuzzerTestOneInput(copy, input.len);
        fiat__free(copy);
    } else {
        fprintf(stderr, "%s\n", err.message);
    }
    fiat__buf_deinit(&input);
    return status == FIAT_OK;
}

/* libtool runs a program by the name lt-NAME. */
static const char *target_name(const char *program) {
    const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;
    return strncmp(name, "lt-", 3) == 0 ? name + 3 : name;
}

static bool run_corpus(const char *target) {
    const char *top = getenv("top_srcdir");
    char dir[1024];
    char **names;
    size_t count;
    fiat_error err;
    snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", top ? top : ".", target);
    if (fiat__dir_list(dir, &names, &count, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    bool good = count > 0;
    for (size_t i = 0; i < count; i++) {
        char *path = fiat__path_join(dir, names[i]);
        good = path && run_file(path) && good;
        fiat__free(path);
    }
    printf("%s: %zu inputs\n", target, count);
    fiat__dir_free_list(names, count);
    return good;
}

int main(int argc, char **argv) {
    bool good = true;
    for (int i = 1; i < argc; i++)
        good = run_file(argv[i]) && good;
    if (argc == 1) good = run_corpus(target_name(argv[0]));
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
