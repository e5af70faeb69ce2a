/* The reply to PutRecordBatch. First line: how many records the request had; the rest: the reply.
 * A reply that is taken accounts for each record once, and a record is taken or has an error. */
#include "fuzz/fuzz.h"

#include "aws/svc/firehose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str text;
    fiat__str line = fuzz_line(fiat__str_of((const char *)data, size), &text);
    size_t count = 0, seen = 0;
    for (size_t i = 0; i < line.len && i < 3; i++)
        if (line.ptr[i] >= '0' && line.ptr[i] <= '9')
            count = count * 10 + (size_t)(line.ptr[i] - '0');
    fiat__firehose_reply reply;
    fiat__firehose_result result;
    fiat_error err;
    fiat_status status = fiat__firehose_reply_parse(&reply, text, count, &err);
    FUZZ_CHECK(status == FIAT_OK || status == FIAT_E_AWS_REPLY);
    FUZZ_CHECK(status == FIAT_OK || err.message[0]);
    for (; fiat__firehose_reply_next(&reply, &result); seen++) {
        FUZZ_CHECK((result.record_id != NULL) == (result.class == FIAT__AWS_OK));
        FUZZ_CHECK(!result.record_id || (result.record_id[0] && !result.maybe_received));
        FUZZ_CHECK(result.record_id || result.err.status != FIAT_OK);
    }
    FUZZ_CHECK(seen == (status == FIAT_OK ? count : 0));
    fiat__firehose_reply_free(&reply);
    return 0;
}
