/* Private to compile_object.c and compile_members.c. */
#ifndef FIAT_SCHEMA_COMPILE_OBJECT_H
#define FIAT_SCHEMA_COMPILE_OBJECT_H

#include "schema/compile.h"

/* The rule of one object schema while it is compiled. */
typedef struct fiat__object_build {
    fiat__build *b;
    fiat__keyword keyword; /* whose members are being read */
    fiat__object_rule rule;
    fiat__known_list known;
} fiat__object_build;

/* Settle the child and flags of every known name. */
void fiat__compile_members(fiat__object_build *o);

#endif
