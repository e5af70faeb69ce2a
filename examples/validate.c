/* JSON Schema by itself: judge a document, and say in which standard output format what is wrong.
 *
 *     cc validate.c $(pkg-config --cflags --libs fiat) && ./a.out schema.json document.json basic
 *
 * Exits with 0 when the document fits, 1 when it does not, 2 when there is no verdict. Compiles as
 * C11 and as C++11. */
#include <fiat/schema.h>
#include <stdio.h>
#include <string.h>

static const char *const formats[] = {"", "flag", "basic", "detailed", "list", "hierarchical"};

/* The file as text; its length, or 0 when it cannot be read or is too long. */
static size_t read_file(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(text, 1, size, file) : 0;
    if (file) fclose(file);
    if (len == 0 || len == size) fprintf(stderr, "%s: cannot be read, or is too long\n", path);
    return len < size ? len : 0;
}

/* Gets the output in parts. */
static bool print(const char *bytes, size_t len, void *user) {
    return fwrite(bytes, 1, len, (FILE *)user) == len;
}

int main(int argc, char **argv) {
    static char schema_text[1 << 20], text[1 << 20];
    fiat_schema *schema = NULL;
    fiat_validator *validator = NULL;
    fiat_error err = FIAT_ERROR_INIT;

    int format = FIAT_SCHEMA_OUTPUT_HIERARCHICAL;
    while (argc == 4 && format > 0 && strcmp(argv[3], formats[format]) != 0)
        format--;
    if (argc < 3 || argc > 4 || format == 0) {
        fprintf(stderr, "usage: %s SCHEMA DOCUMENT [flag|basic|detailed|list|hierarchical]\n",
                argv[0]);
        return 2;
    }
    size_t schema_len = read_file(argv[1], schema_text, sizeof schema_text);
    size_t len = read_file(argv[2], text, sizeof text);
    if (schema_len == 0 || len == 0) return 2;

    /* compile once; any number of threads may use the schema, each with a validator of its own */
    fiat_status status = fiat_schema_compile(&schema, schema_text, schema_len, NULL, &err);
    if (status == FIAT_OK) status = fiat_validator_new(&validator, &err);
    if (status == FIAT_OK && argc == 3)
        status = fiat_schema_validate(schema, validator, text, len, &err); /* the cheap verdict */
    else if (status == FIAT_OK)
        status = fiat_schema_output(schema, validator, text, len, (fiat_schema_output_format)format,
                                    print, stdout, &err);
    if (argc == 4) putchar('\n');
    if (status != FIAT_OK) fprintf(stderr, "%s\n", err.message);

    fiat_validator_free(validator);
    fiat_schema_free(schema);
    return status == FIAT_OK ? 0 : status == FIAT_E_SCHEMA_MISMATCH ? 1 : 2;
}
