/* Any bytes as the write-ahead file that a killed engine left: recovering them never fails but for
 * a head that is not ours, a second recovery finds nothing more to cut, and what is delivered is as
 * long as what was counted. */
#include "base/file.h"
#include "fuzz/fuzz.h"
#include "local/segment.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char s_dir[] = "/tmp/fiat-fuzz-XXXXXX", s_path[64], s_damaged[80], s_object[64];

static void remove_all(void) {
    unlink(s_path);
    unlink(s_damaged);
    unlink(s_object);
    rmdir(s_dir);
}

static void make_folder(void) {
    FUZZ_CHECK(mkdtemp(s_dir) != NULL);
    snprintf(s_path, sizeof s_path, "%s/1.seg", s_dir);
    snprintf(s_damaged, sizeof s_damaged, "%s.damaged", s_path);
    snprintf(s_object, sizeof s_object, "%s/o", s_dir);
    atexit(remove_all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t cut_bytes = 0;
    bool damaged = false;
    fiat__segment *segment = NULL;
    struct stat st;
    if (!*s_path) make_folder();
    const fiat__str bytes = {(const char *)data, size};
    FUZZ_CHECK(fiat__file_replace(s_path, bytes, false, NULL) == FIAT_OK);
    if (fiat__segment_recover(&segment, s_path, &cut_bytes, &damaged, NULL) != FIAT_OK) return 0;
    FUZZ_CHECK(cut_bytes <= size);
    if (!segment) {
        FUZZ_CHECK(!fiat__path_exists(s_path));
        return 0;
    }
    const uint64_t size_bytes = segment->size_bytes, data_bytes = segment->data_bytes;
    FUZZ_CHECK(size_bytes + cut_bytes == size);
    fiat__segment_close(segment, false);
    FUZZ_CHECK(fiat__segment_recover(&segment, s_path, &cut_bytes, &damaged, NULL) == FIAT_OK);
    FUZZ_CHECK(segment && cut_bytes == 0 && !damaged);
    FUZZ_CHECK(segment->size_bytes == size_bytes && segment->data_bytes == data_bytes);
    /* The object's name is the input's; only this one is written. */
    if (strcmp(segment->object, "o") == 0 && !segment->gzip) {
        FUZZ_CHECK(fiat__segment_deliver(segment, s_dir, false, NULL) == FIAT_OK);
        FUZZ_CHECK(stat(s_object, &st) == 0 && (uint64_t)st.st_size == data_bytes);
    }
    fiat__segment_close(segment, true);
    return 0;
}
