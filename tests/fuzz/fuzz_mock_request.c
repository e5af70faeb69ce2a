/* A request to the mock, head and body: whatever it says, the answer is one. Its first byte chooses
 * who is asked; what it puts is looked through for events. */
#include "fuzz/fuzz.h"
#include "json/doc.h"
#include "mock/mock_internal.h"

enum { FOR_FIREHOSE, FOR_STS, FOR_IDENTITY_CENTER, FOR_COUNT, STREAMS_MAX = 200 };

static fiat_mock *s_mock;

/* Anew when streams have piled up. */
static void provide_mock(void) {
    fiat_mock_opts opts;
    if (s_mock && s_mock->streams.count < STREAMS_MAX) return;
    fiat_mock_stop(s_mock);
    fiat_mock_opts_init(&opts);
    opts.no_verify = true;
    FUZZ_CHECK(fiat_mock_start(&s_mock, &opts, NULL) == FIAT_OK);
}

static void ask_firehose(fiat__server_request *request) {
    fiat__server_reply early = {0}, reply = {0};
    fiat__doc *doc = NULL;
    fiat__mock_begin(s_mock, request, &early);
    fiat__mock_handle(s_mock, request, &reply);
    FUZZ_CHECK(reply.status == 200 || (reply.status >= 400 && reply.status < 600));
    FUZZ_CHECK(fiat__doc_parse(&doc, fiat__str_of(reply.body, reply.body_len), NULL) == FIAT_OK);
    FUZZ_CHECK(reply.status == 200 || fiat__doc_get(doc, "__type"));
    fiat__doc_free(doc);
    fiat__mock_done(s_mock, request, &reply);
    (void)fiat_mock_event_count(s_mock, "a");
    fiat_mock_forget(s_mock);
}

static void ask_for_roles(const fiat__server_request *request, bool sts) {
    char body[2048];
    memset(body, 'x', sizeof body);
    const int status = sts ? fiat__mock_sts(s_mock, request, body, sizeof body)
                           : fiat__mock_sso(s_mock, request, body, sizeof body);
    FUZZ_CHECK(memchr(body, '\0', sizeof body) && (status == 200 || status >= 400));
}

/* The text has a NUL behind it. */
static void ask(unsigned whom, char *text, size_t len) {
    const char *end = strstr(text, "\r\n\r\n");
    fiat__server_head head = {.lines = NULL};
    fiat__server_request request = {.connection = 0};
    if (!end) return;
    const size_t head_len = (size_t)(end - text) + 4;
    if (fiat__server_head_read(&head, &request, text, head_len)) {
        FUZZ_CHECK(!strpbrk(request.method, " \r\n") && !strpbrk(request.target, " \r\n"));
        request.body = text + head_len;
        request.body_len = len - head_len;
        if (whom == FOR_FIREHOSE)
            ask_firehose(&request);
        else
            ask_for_roles(&request, whom == FOR_STS);
    }
    fiat__server_head_deinit(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    provide_mock();
    char *text = malloc(size); /* of just the size that is read */
    FUZZ_CHECK(text);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    ask(data[0] % FOR_COUNT, text, size - 1);
    free(text);
    return 0;
}
