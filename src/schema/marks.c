/* A stack of bit sets in scratch memory: what unevaluated* must know, and seen names. */
#include "schema/run.h"

#include "base/mem.h"

size_t fiat__marks_push(fiat__run *run, size_t bits) {
    fiat_validator *ctx = run->ctx;
    size_t words = bits / 64 + 1;
    if (ctx->marks_cap - ctx->marks_used < words) {
        size_t cap = (ctx->marks_used + words) * 2;
        uint64_t *grown = fiat__realloc_array(ctx->marks, cap, sizeof *grown);
        if (!grown) {
            fiat__run_stop(run, FIAT_E_NOMEM);
            return 0;
        }
        ctx->marks = grown;
        ctx->marks_cap = cap;
    }
    size_t marks = ctx->marks_used + 1;
    memset(ctx->marks + ctx->marks_used, 0, words * sizeof *ctx->marks);
    ctx->marks_used += words;
    return marks;
}

void fiat__marks_fill(fiat__run *run, size_t marks, uint32_t bits) {
    if (!marks) return;
    uint64_t *words = run->ctx->marks + marks - 1;
    for (uint32_t i = 0; i < bits / 64; i++)
        words[i] = UINT64_MAX;
    words[bits / 64] |= (UINT64_C(1) << (bits % 64)) - 1;
}

void fiat__marks_merge(fiat__run *run, size_t to, size_t from, uint32_t bits) {
    uint64_t *words = run->ctx->marks;
    for (uint32_t i = 0; i <= bits / 64; i++)
        words[to - 1 + i] |= words[from - 1 + i];
}
