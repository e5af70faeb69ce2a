/* fiat doctor: is everything there that events need on their way? */
#include "doctor.h"

static struct doctor s_doctor;
static uint64_t s_timeout_s = 10;

static const struct opt s_options[] = {
    {"schemas", 0, OPT_STRING, &s_doctor.schemas, "DIR", "Folder of the streams' schemas", 0, 0},
    AWS_OPTIONS(s_doctor.aws),
    {"offline", 0, OPT_FLAG, &s_doctor.offline, NULL, "Use no network", 0, 0},
    {"timeout", 't', OPT_UINT, &s_timeout_s, "SECONDS", "Longest wait for one thing (default 10)",
     1, 600},
    {"json", 0, OPT_FLAG, &s_doctor.json, NULL, "Print one JSON array", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static int run(int argc, char **argv) {
    s_doctor.timeout_ms = (uint32_t)s_timeout_s * 1000;
    return doctor_run(&s_doctor, argv, (size_t)argc);
}

static const struct cmd_exit s_exits[] = {
    {EXIT_DONE, "there is no fault, though there may be warnings"},
    {EXIT_FAILED, "there is a fault"},
    {EXIT_USAGE, "wrong use of the command line"},
    {0, NULL},
};

const struct cmd cmd_doctor = {
    .name = "doctor",
    .synopsis = "[OPTION...] [STREAM...]",
    .summary = "Look for what keeps events from arriving, and say what to do",
    .details = "Looks at settings, the files of each STREAM (without any: of all streams of the "
               "project), the spool, region, credentials and who they are of, endpoints and TLS, "
               "the clock, delivery streams, tables, and permissions as IAM simulates them. Each "
               "line begins with ok, warning or fault, and says what was looked at and what to "
               "do.\n\n"
               "Nothing is changed, and no event is sent. A check that fails stops no other.",
    .options = s_options,
    .exits = s_exits,
    .max_args = -1,
    .run = run,
};
