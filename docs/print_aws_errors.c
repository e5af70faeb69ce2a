/* Prints docs/aws-errors.md from the table of codes; tests/lint/aws-errors compares them. */
#include "aws/error_class.h"
#include <fiat/error.h>
#include <stdio.h>

static const char s_head[] =
    "# What AWS's errors lead to\n\n"
    "Made from the table in `src/aws/error_class.c`: change that, then run `make docs`.\n\n"
    "Every answer of AWS is put into one of five classes. [Flow control](flow-control.md) says "
    "how\n"
    "they slow a stream down; [delivery guarantees](delivery-guarantees.md), how events end.\n\n"
    "The rule: what the destination may mend by itself is tried again. What an operator can mend\n"
    "(a permission, a key, a stream that is missing or is not active, an endpoint) makes the data\n"
    "wait. Only what is wrong with the data itself ends with a report of not delivered.\n\n"
    "A code that is not listed goes by the HTTP status: from 500 on, 408 and 425 retry; 429\n"
    "throttle; 400, 413 and 422 terminal; all others, redirects included, pause. An answer\n"
    "without any code is hardly AWS's own (a proxy, a load balancer): then 400 and 422 pause, "
    "too.\n"
    "No answer at all (connection refused or broken, timeout) is a retry; a server certificate "
    "that\n"
    "is not trusted is a pause. InvalidArgumentException is a pause when its message says that "
    "the\n"
    "stream reads from Kinesis, and takes no records from anybody else.\n\n"
    "Of one record in an answer with status 200, a code that is not listed is a retry.\n";

static const struct section {
    fiat__aws_class class;
    const char *title, *text;
} s_sections[] = {
    {FIAT__AWS_RETRY, "Retry",
     "Trouble of the service or the way to it. Sent again after a backoff. The record may have\n"
     "arrived all the same (\"the write might have completed\"): if it is given up later, its\n"
     "events are reported as maybe delivered."},
    {FIAT__AWS_THROTTLE, "Throttle",
     "More than the stream's quota. Sent again; the stream's pace is cut. The record has not been\n"
     "taken."},
    {FIAT__AWS_REFRESH, "Refresh",
     "Credentials have expired, or the clock is off. Credentials are fetched anew, or the\n"
     "difference to the server's clock is learnt, and the same request is sent again at once. If\n"
     "that is refused in the same way, it becomes a pause."},
    {FIAT__AWS_PAUSE, "Pause",
     "An operator can mend it. The data waits; the stream tries again with one request at a time,\n"
     "every `retry.backoff.max.ms`. Nothing is given up before `delivery.timeout.ms`."},
    {FIAT__AWS_TERMINAL, "Terminal",
     "The request is wrong as it is. One of many records is sent again in halves until the bad\n"
     "record is alone, which is reported as not delivered with AWS's code and message."},
};

static void print_section(const struct section *section) {
    printf("\n## %s\n\n%s\n\n| code | status |\n|---|---|\n", section->title, section->text);
    for (const fiat__aws_code *row = fiat__aws_codes; row->code; row++)
        if (row->class == section->class)
            printf("| `%s` | %s |\n", row->code, fiat_status_name(row->status));
}

int main(void) {
    fputs(s_head, stdout);
    for (size_t i = 0; i < sizeof s_sections / sizeof s_sections[0]; i++)
        print_section(&s_sections[i]);
    return 0;
}
