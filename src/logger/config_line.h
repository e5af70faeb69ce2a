/* The lines of a configuration file, for who reads it and for who changes it. */
#ifndef FIAT_LOGGER_CONFIG_LINE_H
#define FIAT_LOGGER_CONFIG_LINE_H

#include "base/str.h"

typedef enum fiat__config_line {
    FIAT__CONFIG_LINE_EMPTY,   /* blank, or a comment: it starts with '#' */
    FIAT__CONFIG_LINE_SETTING, /* name = value */
    FIAT__CONFIG_LINE_FAULT    /* none of these */
} fiat__config_line;

/* Take the next line off `text`, which must not be empty; without its newline. */
fiat__str fiat__config_line_next(fiat__str *text);

/* What the line says. `name` and `value` are parts of it, without blanks around them; in a line
 * that is a fault, `name` is all of it. */
fiat__config_line fiat__config_line_read(fiat__str line, fiat__str *name, fiat__str *value);

#endif
