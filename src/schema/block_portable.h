/* Blocks of sixteen bytes in plain C. Included by block.h alone. */
#ifndef FIAT_SCHEMA_BLOCK_PORTABLE_H
#define FIAT_SCHEMA_BLOCK_PORTABLE_H

typedef struct fiat__block {
    unsigned char bytes[16];
} fiat__block;

static inline fiat__block fiat__block_load(const void *at) {
    fiat__block block;
    memcpy(block.bytes, at, 16);
    return block;
}

static inline fiat__block fiat__block_zero(void) {
    return (fiat__block){{0}};
}

/* 1 to 15 bytes, zeros behind them. */
static inline fiat__block fiat__block_load_short(const char *at, size_t len) {
    fiat__block block = {{0}};
    memcpy(block.bytes, at, len);
    return block;
}

/* 1 where the byte lies in the range, 0 elsewhere. */
static inline fiat__block fiat__block_in(fiat__block block, const fiat__range *range) {
    for (int i = 0; i < 16; i++)
        block.bytes[i] = (unsigned char)(block.bytes[i] - range->low[i]) <= range->span[i];
    return block;
}

/* 1 where the byte is this one. */
static inline fiat__block fiat__block_is(fiat__block block, char c) {
    for (int i = 0; i < 16; i++)
        block.bytes[i] = block.bytes[i] == (unsigned char)c;
    return block;
}

static inline fiat__block fiat__block_or(fiat__block a, fiat__block b) {
    for (int i = 0; i < 16; i++)
        a.bytes[i] |= b.bytes[i];
    return a;
}

static inline unsigned fiat__block_bits(fiat__block in) {
    unsigned bits = 0;
    for (int i = 0; i < 16; i++)
        bits |= (unsigned)in.bytes[i] << i;
    return bits;
}

#endif
