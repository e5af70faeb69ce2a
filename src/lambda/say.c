#include "lambda/say.h"
#include "json/writer.h"

#include <stdio.h>

#define LINE_MAX_BYTES 16384

void fiat__say(const char *level, const char *message, const fiat__say_member *members,
               size_t count) {
    fiat__buf line;
    bool first = true;
    fiat__buf_init(&line, LINE_MAX_BYTES);
    fiat__buf_append_char(&line, '{');
    fiat__json_write_key(&line, &first, "level");
    fiat__json_write_string_c(&line, level);
    fiat__json_write_key(&line, &first, "message");
    fiat__json_write_string_c(&line, message);
    for (size_t i = 0; i < count; i++) {
        if (members[i].text ? !*members[i].text : !members[i].number) continue;
        fiat__json_write_key(&line, &first, members[i].name);
        if (members[i].text)
            fiat__json_write_string_c(&line, members[i].text);
        else
            fiat__json_write_uint(&line, members[i].number);
    }
    fiat__buf_append_c(&line, "}\n");
    /* One write, so that lines stay whole; a line that could not be made says at least that. */
    fputs(line.failed ? "{\"level\":\"error\",\"message\":\"a log line could not be made\"}\n"
                      : fiat__buf_cstr(&line),
          stderr);
    fiat__buf_deinit(&line);
}

void fiat__say_error(const char *message, const char *request_id, const fiat_error *err) {
    const fiat__say_member members[] = {
        {"status", fiat_status_name((fiat_status)err->status), 0},
        {"reason", err->message, 0},
        {"requestId", request_id ? request_id : "", 0},
    };
    fiat__say("error", message, members, sizeof members / sizeof members[0]);
}
