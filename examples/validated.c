/* Events of a stream of one's own, given in the three ways, and what a refusal looks like:
 *
 *     cc validated.c $(pkg-config --cflags --libs fiat libcjson) && ./a.out DIR
 *
 * DIR is a schemas folder with the stream PackageEvent, such as examples/schemas. */
#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <stdio.h>
#include <string.h>

static void tell(const char *what, fiat_status status, const fiat_error *err) {
    if (status == FIAT_OK) {
        fprintf(stderr, "%s: queued\n", what);
        return;
    }
    fprintf(stderr, "%s: refused: %s\n", what, err->message);
    if (status == FIAT_E_SCHEMA_MISMATCH)
        fprintf(stderr, "  at %s, by the keyword %s (%s)\n", err->instance_path, err->keyword,
                err->schema_path);
}

int main(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_logger *logger = fiat_configure("stdout", &err, "schemas.dir",
                                         argc > 1 ? argv[1] : "schemas", (const char *)NULL);
    if (!logger) {
        fprintf(stderr, "cannot open the logger: %s\n", err.message);
        return 1;
    }

    const char *text = "{\"happened_at\": \"2026-11-21T12:00:00Z\", \"action\": \"install\","
                       " \"package\": \"hello\", \"architecture\": \"amd64\","
                       " \"source\": {\"file\": \"dpkg.log\", \"line\": 1}}";
    tell("JSON text", validated_log(logger, "PackageEvent", FIAT_JSON(text, strlen(text)), &err),
         &err);

    cJSON *tree = cJSON_Parse(text);
    cJSON_ReplaceItemInObject(tree, "action", cJSON_CreateString("configure"));
    tell("cJSON tree", validated_log(logger, "PackageEvent", FIAT_CJSON(tree), &err), &err);
    cJSON_Delete(tree);

    tell("typed fields",
         validated_log(logger, "PackageEvent",
                       FIAT_FIELDS(FIAT_FIELD("happened_at", "2026-11-21T12:00:01Z"),
                                   FIAT_FIELD("action", "remove"), FIAT_FIELD("package", "hello"),
                                   FIAT_FIELD("architecture", "amd64"),
                                   FIAT_OBJECT("source", FIAT_FIELD("file", "dpkg.log"),
                                               FIAT_FIELD("line", 3))),
                       &err),
         &err);

    tell("a wrong action",
         validated_log(logger, "PackageEvent",
                       FIAT_FIELDS(FIAT_FIELD("happened_at", "2026-11-21T12:00:02Z"),
                                   FIAT_FIELD("action", "instal"),
                                   FIAT_OBJECT("source", FIAT_FIELD("file", "dpkg.log"),
                                               FIAT_FIELD("line", 4))),
                       &err),
         &err);

    return fiat_logger_close(logger, 5000, NULL, &err) == FIAT_OK ? 0 : 1;
}
