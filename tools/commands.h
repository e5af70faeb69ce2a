/* Every subcommand, in the order of `fiat --help`: XX(NAME) stands for `cmd_NAME` of
 * tools/cmd/NAME.c. */
#ifndef FIAT_TOOLS_COMMANDS_H
#define FIAT_TOOLS_COMMANDS_H

#include "cmd.h"

/* clang-format off */
#define FIAT_COMMANDS(XX) \
    XX(init) \
    XX(schema_check) \
    XX(schema_validate) \
    XX(schema_columns) \
    XX(schema_diff) \
    XX(schema_infer) \
    XX(table_create) \
    XX(table_update) \
    XX(table_show) \
    XX(table_drop) \
    XX(table_check) \
    XX(stream_create) \
    XX(stream_status) \
    XX(stream_update) \
    XX(stream_list) \
    XX(stream_delete) \
    XX(log) \
    XX(query) \
    XX(local) \
    XX(spool_list) \
    XX(spool_export) \
    XX(spool_replay) \
    XX(mock) \
    XX(config_list) \
    XX(config_get) \
    XX(config_set) \
    XX(config_path) \
    XX(doctor) \
    XX(completion) \
    XX(help)
/* clang-format on */

#define XX(name) extern const struct cmd cmd_##name;
FIAT_COMMANDS(XX)
#undef XX

#endif
