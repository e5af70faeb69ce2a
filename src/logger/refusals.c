#include "logger/refusals.h"

#include <string.h>

static const fiat_status s_statuses[FIAT__PLACE_COUNT] = {
#define XX(value, name, text) FIAT_##name,
    FIAT_STATUS_MAP(XX)
#undef XX
};

static fiat__keyword find_keyword(const char *name) {
    int keyword = FIAT__KW_COUNT - 1;
    while (keyword > FIAT__KW_NONE && strcmp(fiat__keyword_name((fiat__keyword)keyword), name) != 0)
        keyword--;
    return (fiat__keyword)keyword;
}

static void count_one(_Atomic uint64_t *number) {
    atomic_fetch_add_explicit(number, 1, memory_order_relaxed);
}

void fiat__refusals_count(fiat__refusals *refusals, fiat_status status, const char *keyword) {
    int place = FIAT__PLACE_COUNT - 1;
    while (place > 0 && s_statuses[place] != status)
        place--;
    count_one(&refusals->by_status[place]);
    if (status == FIAT_E_SCHEMA_MISMATCH) count_one(&refusals->by_keyword[find_keyword(keyword)]);
}

void fiat__refusals_reset(fiat__refusals *refusals) {
    for (int i = 0; i < FIAT__PLACE_COUNT; i++)
        atomic_store_explicit(&refusals->by_status[i], 0, memory_order_relaxed);
    for (int i = 0; i < FIAT__KW_COUNT; i++)
        atomic_store_explicit(&refusals->by_keyword[i], 0, memory_order_relaxed);
}

const char *fiat__refusals_status_name(fiat__status_place place) {
    return fiat_status_name(s_statuses[place]);
}

const char *fiat__refusals_keyword_name(fiat__keyword keyword) {
    return keyword == FIAT__KW_NONE ? "false" : fiat__keyword_name(keyword);
}
