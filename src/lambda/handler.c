#include "lambda/handler.h"
#include "base/error.h"

static const fiat__handler *const s_handlers[] = {&fiat__handler_log};

const fiat__handler *fiat__handler_find(const char *name, fiat_error *err) {
    for (size_t i = 0; name && i < sizeof s_handlers / sizeof s_handlers[0]; i++)
        if (strcmp(s_handlers[i]->name, name) == 0) return s_handlers[i];
    fiat__err_set(err, FIAT_E_CONFIG,
                  "_HANDLER: there is no handler \"%.64s\"; set the function's handler to log",
                  name ? name : "");
    return NULL;
}
