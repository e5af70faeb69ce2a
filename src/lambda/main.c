/* fiat-lambda: a custom runtime of AWS Lambda that holds every handler. */
#include "lambda/runtime.h"

#include <fiat/version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 2

static const char s_help[] =
    "usage: fiat-lambda [HANDLER]\n"
    "\n"
    "The bootstrap of a function with a custom runtime in AWS Lambda, which starts it with\n"
    "AWS_LAMBDA_RUNTIME_API set. _HANDLER, or without it HANDLER, names what it does.\n"
    "\n"
    "Handlers:\n"
    "  log   a Firehose transformation: records whose events match their stream's schema are Ok,\n"
    "        the others ProcessingFailed, with the reason as a line of JSON on stderr\n"
    "\n"
    "Environment:\n"
    "  FIAT_SCHEMAS_DIR     folder of the streams' schemas; default $LAMBDA_TASK_ROOT/schemas\n"
    "  FIAT_STREAM_PREFIX   what delivery streams' names begin with, as in the logger\n"
    "  FIAT_RECORD_NEWLINE  false: records do not end with a newline, as in the logger\n"
    "\n"
    "Options:\n"
    "  --help, --version\n";

static int take_option(const char *argument) {
    if (strcmp(argument, "--help") == 0) {
        fputs(s_help, stdout);
    } else if (strcmp(argument, "--version") == 0) {
        puts("fiat-lambda " FIAT_VERSION);
    } else {
        fprintf(stderr, "fiat-lambda: unknown option \"%s\": see fiat-lambda --help\n", argument);
        return EXIT_USAGE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    const char *host = getenv("AWS_LAMBDA_RUNTIME_API"), *name = getenv("_HANDLER");
    if (argc > 1 && argv[1][0] == '-') return take_option(argv[1]);
    /* A container image names the handler as the command of its entry point. */
    if ((!name || !*name) && argc > 1) name = argv[1];
    if (!host || !*host) {
        fputs("fiat-lambda: AWS_LAMBDA_RUNTIME_API is not set: this program is started by AWS "
              "Lambda; see fiat-lambda --help\n",
              stderr);
        return EXIT_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    return fiat__runtime_run(host, fiat__handler_find(name, &err), &err);
}
