/* Every error code, by the class that the documentation asks for, and what is not listed. */
#include "aws/error_class.h"
#include "support/test.h"

#include <stdio.h>

static const struct class_row {
    fiat__aws_class class;
    fiat_status status;
    uint32_t flags;
    const char *codes[20];
} s_classes[] = {
    {FIAT__AWS_THROTTLE,
     FIAT_E_AWS_THROTTLED,
     FIAT_ERRF_RETRYABLE | FIAT_ERRF_THROTTLED,
     {"ServiceUnavailableException", "Throttling", "ThrottlingException", "ThrottledException",
      "RequestThrottled", "RequestThrottledException", "EC2ThrottledException",
      "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
      "BandwidthLimitExceeded", "LimitExceededException", "PriorRequestNotComplete",
      "TransactionInProgressException", "SlowDown"}},
    {FIAT__AWS_RETRY,
     FIAT_E_AWS_SERVER,
     FIAT_ERRF_RETRYABLE,
     {"InternalFailure", "InternalServerError", "InternalServerException", "InternalError",
      "ServiceUnavailable", "RequestTimeout", "RequestTimeoutException", "RequestAbortedException",
      "IDPCommunicationError"}},
    {FIAT__AWS_REFRESH,
     FIAT_E_AWS_AUTH,
     FIAT_ERRF_RETRYABLE | FIAT_ERRF_AUTH,
     {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired",
      "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidToken",
      "AuthFailure", "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired",
      "RequestInTheFuture", "RequestTimeTooSkewed"}},
    {FIAT__AWS_PAUSE,
     FIAT_E_AWS_DENIED,
     FIAT_ERRF_OPERATOR,
     {"AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation",
      "OptInRequired", "SubscriptionRequiredException", "InvalidKMSResourceException"}},
    {FIAT__AWS_PAUSE,
     FIAT_E_AWS_NOT_FOUND,
     FIAT_ERRF_OPERATOR,
     {"ResourceNotFoundException", "ResourceInUseException"}},
    {FIAT__AWS_PAUSE,
     FIAT_E_AWS_AUTH,
     FIAT_ERRF_OPERATOR | FIAT_ERRF_AUTH,
     {"MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
      "IncompleteSignatureException"}},
    {FIAT__AWS_PAUSE,
     FIAT_E_AWS_REJECTED,
     FIAT_ERRF_OPERATOR,
     {"InvalidSourceException", "InvalidAction", "UnknownOperationException"}},
    {FIAT__AWS_TERMINAL,
     FIAT_E_AWS_REJECTED,
     0,
     {"InvalidArgumentException", "ValidationException", "ValidationError",
      "SerializationException", "MalformedHttpRequestException", "RequestEntityTooLargeException"}},
};
#define CLASS_COUNT (sizeof s_classes / sizeof s_classes[0])

/* Whatever the HTTP status is: AWS sends AccessDeniedException with 400 and with 403. */
START_TEST(a_code_has_one_class) {
    static const int statuses[] = {400, 403, 404, 500, 503};
    const struct class_row *row = &s_classes[_i];
    for (const char *const *code = row->codes; *code; code++)
        for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
            fiat_error err = FIAT_ERROR_INIT;
            ck_assert_msg(fiat__aws_classify_code(fiat__str_c(*code), fiat__str_c("why"),
                                                  statuses[i], &err) == row->class,
                          "%s with %d", *code, statuses[i]);
            ck_assert_fiat_status((fiat_status)err.status, row->status);
            ck_assert_uint_eq(err.flags, row->flags);
            ck_assert_int_eq(err.http_status, statuses[i]);
            ck_assert_str_eq(err.aws_code, *code);
        }
}
END_TEST

START_TEST(no_code_is_listed_twice_or_untested) {
    size_t tested = 0, listed = 0;
    for (size_t i = 0; i < CLASS_COUNT; i++)
        for (const char *const *code = s_classes[i].codes; *code; code++)
            tested++;
    for (const fiat__aws_code *row = fiat__aws_codes; row->code; row++, listed++)
        for (const fiat__aws_code *other = row + 1; other->code; other++)
            ck_assert_str_ne(row->code, other->code);
    ck_assert_uint_eq(tested, listed);
}
END_TEST

/* What is too large, of all that is refused. */
START_TEST(refusals_for_size_are_told_apart) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__aws_classify_code(fiat__str_c("InvalidArgumentException"),
                            fiat__str_c("Records size exceeds 4 MB limit"), 400, &err);
    ck_assert(fiat__aws_is_size_refusal(&err));
    fiat__aws_classify_code(fiat__str_c("RequestEntityTooLargeException"), fiat__str_c(""), 400,
                            &err);
    ck_assert(fiat__aws_is_size_refusal(&err));
    const fiat__aws_reply reply = {.http_status = 413, .host = "host"};
    ck_assert_int_eq(fiat__aws_classify(&reply, &err), FIAT__AWS_TERMINAL);
    ck_assert(fiat__aws_is_size_refusal(&err));
    fiat__aws_classify_code(fiat__str_c("InvalidArgumentException"), fiat__str_c("no"), 400, &err);
    ck_assert(!fiat__aws_is_size_refusal(&err));
}
END_TEST

/* Class with a code that is not listed, and without any. */
static const struct status_row {
    int http_status;
    fiat__aws_class with_code, without;
    fiat_status status;
} s_statuses[] = {
    {301, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {400, FIAT__AWS_TERMINAL, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {401, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {402, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {403, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {404, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {407, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {408, FIAT__AWS_RETRY, FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {409, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {413, FIAT__AWS_TERMINAL, FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {422, FIAT__AWS_TERMINAL, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {425, FIAT__AWS_RETRY, FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {429, FIAT__AWS_THROTTLE, FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {499, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {500, FIAT__AWS_RETRY, FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {599, FIAT__AWS_RETRY, FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
};

START_TEST(other_replies_go_by_their_status) {
    static const char *const bodies[] = {"{\"__type\":\"NeverSeenException\"}", "<html>"};
    const struct status_row *row = &s_statuses[_i];
    for (size_t i = 0; i < 2; i++) {
        const fiat__aws_reply reply = {
            .http_status = row->http_status, .body = fiat__str_c(bodies[i]), .host = "host"};
        fiat_error err = FIAT_ERROR_INIT;
        ck_assert_int_eq(fiat__aws_classify(&reply, &err), i == 0 ? row->with_code : row->without);
        ck_assert_fiat_status((fiat_status)err.status, row->status);
        ck_assert_str_eq(err.aws_code, i == 0 ? "NeverSeenException" : "");
    }
}
END_TEST

/* Messages as users of Firehose quote them. */
static const struct message_row {
    const char *code, *message;
    fiat__aws_class class;
} s_messages[] = {
    {"InvalidArgumentException",
     "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
     FIAT__AWS_PAUSE},
    {"InvalidArgumentException", "Records size exceeds 4 MB limit", FIAT__AWS_TERMINAL},
    {"InvalidArgumentException", "", FIAT__AWS_TERMINAL},
    {"ValidationException", "KinesisStreamAsSource", FIAT__AWS_TERMINAL},
    {"ServiceUnavailableException", "Slow down.", FIAT__AWS_THROTTLE},
};

START_TEST(a_message_may_decide) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_eq(fiat__aws_classify_code(fiat__str_c(s_messages[_i].code),
                                             fiat__str_c(s_messages[_i].message), 400, &err),
                     s_messages[_i].class);
    ck_assert(strstr(err.message, s_messages[_i].message));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/error_class");
    TCase *tcase = tcase_create("error_class");
    tcase_add_loop_test(tcase, a_code_has_one_class, 0, CLASS_COUNT);
    tcase_add_test(tcase, no_code_is_listed_twice_or_untested);
    tcase_add_test(tcase, refusals_for_size_are_told_apart);
    tcase_add_loop_test(tcase, other_replies_go_by_their_status, 0,
                        sizeof s_statuses / sizeof s_statuses[0]);
    tcase_add_loop_test(tcase, a_message_may_decide, 0, sizeof s_messages / sizeof s_messages[0]);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
