/* Comparison of a description with the request that would make the stream; see
 * delivery_compare.h. A description has the members of the configuration that it was made of, and
 * more; so what is wanted is looked up in what is there. */
#include "pipeline/delivery_compare.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_BYTES     256
#define TEXT_MAX_BYTES (64 * 1024)

typedef struct comparison {
    fiat__delivery_differs *each;
    void *user;
    size_t count;
    bool failed; /* out of memory */
} comparison;

#define ENCRYPTION_REMEDY                                                                          \
    "aws firehose start-delivery-stream-encryption, or stop-delivery-stream-encryption"
#define ENCRYPTION_PATH "DeliveryStreamEncryption"
#define RECREATE_REMEDY "cannot be changed: delete the stream and create it anew"

/* Members whose change is not UpdateDestination's. */
static const struct {
    const char *path, *remedy;
} s_remedies[] = {
    {"DeliveryStreamType", RECREATE_REMEDY},
    {"KinesisStreamSource", RECREATE_REMEDY},
    /* https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html */
    {"DynamicPartitioningConfiguration.Enabled", RECREATE_REMEDY},
    {ENCRYPTION_PATH, ENCRYPTION_REMEDY},
};

static void tell(comparison *c, const char *path, const char *live, const char *wanted) {
    fiat__delivery_difference difference = {path, live, wanted, NULL, false};
    for (size_t i = 0; i < sizeof s_remedies / sizeof *s_remedies; i++)
        if (strncmp(path, s_remedies[i].path, strlen(s_remedies[i].path)) == 0)
            difference.remedy = s_remedies[i].remedy;
    difference.encryption = strncmp(path, ENCRYPTION_PATH, strlen(ENCRYPTION_PATH)) == 0;
    c->count++;
    c->each(&difference, c->user);
}

static void tell_nodes(comparison *c, const char *path, const fiat__doc *live,
                       const fiat__doc *wanted) {
    fiat__buf there, here;
    fiat__buf_init(&there, TEXT_MAX_BYTES);
    fiat__buf_init(&here, TEXT_MAX_BYTES);
    if ((live && !fiat__doc_write(&there, live)) || (wanted && !fiat__doc_write(&here, wanted)))
        c->failed = true;
    else
        tell(c, path, fiat__buf_cstr(&there), fiat__buf_cstr(&here));
    fiat__buf_deinit(&here);
    fiat__buf_deinit(&there);
}

static bool is_scalar_equal(const fiat__doc *a, const fiat__doc *b) {
    const char *x, *y;
    double m, n;
    bool p, q;
    if (fiat__doc_string(a, &x)) return fiat__doc_string(b, &y) && strcmp(x, y) == 0;
    if (fiat__doc_double(a, &m)) return fiat__doc_double(b, &n) && !(m < n) && !(m > n);
    if (fiat__doc_bool(a, &p)) return fiat__doc_bool(b, &q) && p == q;
    return fiat__doc_kind_of(a) == fiat__doc_kind_of(b);
}

/* What tells items of a list apart: the type of a processor, the name of a parameter. */
static const char *identity(const fiat__doc *item) {
    const char *text = "";
    if (!fiat__doc_string(fiat__doc_get(item, "Type"), &text))
        (void)fiat__doc_string(fiat__doc_get(item, "ParameterName"), &text);
    return text;
}

static const fiat__doc *find_item(const fiat__doc *list, const char *name) {
    const fiat__doc *item = fiat__doc_first(list);
    while (item && strcmp(identity(item), name) != 0)
        item = fiat__doc_next(item);
    return item;
}

static void compare(comparison *c, const char *path, const fiat__doc *live,
                    const fiat__doc *wanted);

static void compare_object(comparison *c, const char *path, const fiat__doc *live,
                           const fiat__doc *wanted) {
    char below[PATH_BYTES];
    for (const fiat__doc *at = fiat__doc_first(wanted); at; at = fiat__doc_next(at)) {
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", fiat__doc_name(at));
        compare(c, below, fiat__doc_get(live, fiat__doc_name(at)), at);
    }
}

/* AWS adds parameters that nobody gave, but no processors. */
static void compare_list(comparison *c, const char *path, const fiat__doc *live,
                         const fiat__doc *wanted) {
    char below[PATH_BYTES];
    for (const fiat__doc *at = fiat__doc_first(wanted); at; at = fiat__doc_next(at)) {
        snprintf(below, sizeof below, "%s.%s", path, identity(at));
        compare(c, below, find_item(live, identity(at)), at);
    }
    for (const fiat__doc *at = fiat__doc_first(live); at; at = fiat__doc_next(at)) {
        if (!fiat__doc_get(at, "Type") || find_item(wanted, identity(at))) continue;
        snprintf(below, sizeof below, "%s.%s", path, identity(at));
        tell_nodes(c, below, at, NULL);
    }
}

/* A wanted "off" is met by nothing at all; so is an empty text or object, which is the default. */
static bool is_met_by_nothing(const fiat__doc *wanted) {
    bool on = true;
    const char *text;
    if (fiat__doc_string(wanted, &text)) return !*text;
    const fiat__doc_kind kind = fiat__doc_kind_of(wanted);
    if (fiat__doc_bool(fiat__doc_get(wanted, "Enabled"), &on)) return !on;
    if (fiat__doc_bool(wanted, &on)) return !on;
    return (kind == FIAT__DOC_OBJECT || kind == FIAT__DOC_ARRAY) && !fiat__doc_first(wanted);
}

static void compare(comparison *c, const char *path, const fiat__doc *live,
                    const fiat__doc *wanted) {
    bool on = true;
    if (!live || fiat__doc_kind_of(live) == FIAT__DOC_NULL) {
        if (!is_met_by_nothing(wanted)) tell_nodes(c, path, NULL, wanted);
        return;
    }
    /* Of what is off on both sides, the rest does not count. */
    if (fiat__doc_bool(fiat__doc_get(wanted, "Enabled"), &on) && !on) {
        char below[PATH_BYTES];
        snprintf(below, sizeof below, "%s.Enabled", path);
        compare(c, below, fiat__doc_get(live, "Enabled"), fiat__doc_get(wanted, "Enabled"));
        return;
    }
    const fiat__doc_kind kind = fiat__doc_kind_of(wanted);
    if (kind == FIAT__DOC_OBJECT && fiat__doc_kind_of(live) == kind)
        compare_object(c, path, live, wanted);
    else if (kind == FIAT__DOC_ARRAY && fiat__doc_kind_of(live) == kind)
        compare_list(c, path, live, wanted);
    else if (!is_scalar_equal(live, wanted))
        tell_nodes(c, path, live, wanted);
}

/* --- beside the destination ------------------------------------------------------------------- */

static bool is_enabled(const fiat__doc *node) {
    bool on = false;
    return fiat__doc_bool(fiat__doc_get(node, "Enabled"), &on) && on;
}

/* What is on in the stream and not in the settings; the update says how to turn it off. */
static void compare_rest(comparison *c, const fiat__doc *live, const fiat__doc *wanted) {
    static const char *const switches[] = {"DataFormatConversionConfiguration",
                                           "DynamicPartitioningConfiguration"};
    static const struct {
        const char *name, *off;
    } texts[] = {{"FileExtension", ""}, {"CustomTimeZone", "UTC"}};
    char path[PATH_BYTES];
    for (size_t i = 0; i < 2; i++) {
        if (!is_enabled(fiat__doc_get(live, switches[i])) || fiat__doc_get(wanted, switches[i]))
            continue;
        snprintf(path, sizeof path, "%s.Enabled", switches[i]);
        tell(c, path, "true", "false");
    }
    for (size_t i = 0; i < 2; i++) {
        const char *text = "";
        const fiat__doc *node = fiat__doc_get(live, texts[i].name);
        if (fiat__doc_get(wanted, texts[i].name) || !fiat__doc_string(node, &text) || !*text ||
            strcmp(text, texts[i].off) == 0)
            continue;
        tell_nodes(c, texts[i].name, node, NULL);
    }
}

static void compare_source(comparison *c, const fiat__doc *description, const fiat__doc *wanted) {
    const char *type = "DirectPut";
    const fiat__doc *live_type = fiat__doc_get(description, "DeliveryStreamType");
    const fiat__doc *wanted_type = fiat__doc_get(wanted, "DeliveryStreamType");
    if (live_type) compare(c, "DeliveryStreamType", live_type, wanted_type);
    (void)fiat__doc_string(live_type, &type);
    const fiat__doc *source = fiat__doc_get(wanted, "KinesisStreamSourceConfiguration");
    if (source && strcmp(type, "KinesisStreamAsSource") == 0)
        compare(
            c, "KinesisStreamSource",
            fiat__doc_get(fiat__doc_get(description, "Source"), "KinesisStreamSourceDescription"),
            source);
}

static void compare_encryption(comparison *c, const fiat__doc *description,
                               const fiat__doc *wanted) {
    const fiat__doc *live = fiat__doc_get(description, "DeliveryStreamEncryptionConfiguration");
    const char *status = fiat__doc_get(live, "KeyType") ? "ENABLED" : "DISABLED"; /* unless said */
    const fiat__doc *input = fiat__doc_get(wanted, "DeliveryStreamEncryptionConfigurationInput");
    (void)fiat__doc_string(fiat__doc_get(live, "Status"), &status);
    const bool on = strcmp(status, "ENABLED") == 0 || strcmp(status, "ENABLING") == 0;
    if (on != (input != NULL))
        tell(c, "DeliveryStreamEncryption.Status", on ? "\"ENABLED\"" : "\"DISABLED\"",
             input ? "\"ENABLED\"" : "\"DISABLED\"");
    else if (on)
        compare(c, "DeliveryStreamEncryption", live, input);
}

fiat_status fiat__delivery_compare(const fiat__delivery *settings,
                                   const fiat__delivery_place *place, const fiat__doc *description,
                                   fiat__delivery_differs *each, void *user, size_t *count,
                                   fiat_error *err) {
    comparison c = {each, user, 0, false};
    const fiat__doc *destination = fiat__doc_first(fiat__doc_get(description, "Destinations"));
    const fiat__doc *live = fiat__doc_get(destination, "ExtendedS3DestinationDescription");
    fiat__doc *wanted = NULL;
    fiat__buf text;
    *count = 0;
    if (!live) {
        return fiat__err_set(err, FIAT_E_AWS_REPLY,
                             "delivery stream %s: it does not deliver to S3 with an extended "
                             "destination; this command knows no other",
                             settings->stream);
    }
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    fiat_status status = fiat__delivery_write_create(&text, settings, place)
                             ? fiat__doc_parse(&wanted, fiat__buf_str(&text), err)
                             : fiat__err_nomem(err);
    if (status == FIAT_OK) {
        compare_source(&c, description, wanted);
        compare_encryption(&c, description, wanted);
        const fiat__doc *to = fiat__doc_get(wanted, "ExtendedS3DestinationConfiguration");
        compare(&c, "", live, to);
        compare_rest(&c, live, to);
    }
    fiat__doc_free(wanted);
    fiat__buf_deinit(&text);
    *count = c.count;
    return status == FIAT_OK && c.failed ? fiat__err_nomem(err) : status;
}

static const fiat__doc *find_tag(const fiat__doc *tags, const char *key) {
    const fiat__doc *at = fiat__doc_first(tags);
    for (; at; at = fiat__doc_next(at)) {
        const char *name = NULL;
        if (fiat__doc_string(fiat__doc_get(at, "Key"), &name) && strcmp(name, key) == 0) break;
    }
    return at;
}

size_t fiat__delivery_compare_tags(const fiat__delivery *settings, const fiat__doc *tags,
                                   fiat__delivery_differs *each, void *user) {
    comparison c = {each, user, 0, false};
    for (size_t i = 0; i < settings->tag_count; i++) {
        const char *live = "";
        char path[PATH_BYTES];
        const fiat__doc *tag = find_tag(tags, settings->tags[i].key);
        (void)fiat__doc_string(fiat__doc_get(tag, "Value"), &live);
        if (tag && strcmp(live, settings->tags[i].value) == 0) continue;
        snprintf(path, sizeof path, "Tags.%s", settings->tags[i].key);
        tell(&c, path, tag ? live : "", settings->tags[i].value);
    }
    return c.count;
}
