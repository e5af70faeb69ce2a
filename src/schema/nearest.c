#include "schema/nearest.h"

/* Longer names are not compared: the work is the product of two lengths. */
#define LONGEST 64

/* How many slips are still close: one in a short name, a quarter of a long one. */
static unsigned most_slips(size_t len) {
    return len <= 2 ? 0 : len < 8 ? 1 + (len > 4) : (unsigned)len / 4;
}

void fiat__nearest_init(fiat__nearest *nearest, fiat__str name) {
    *nearest = (fiat__nearest){.name = name, .distance = most_slips(name.len) + 1};
}

static unsigned min3(unsigned a, unsigned b, unsigned c) {
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b (optimal string
 * alignment); case counts for nothing. */
static unsigned distance(fiat__str a, fiat__str b) {
    unsigned rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = (a.ptr[i - 1] | 0x20) == (b.ptr[j - 1] | 0x20);
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
            bool swapped =
                i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
            if (swapped && above2[j - 2] + 1 < row[j]) row[j] = above2[j - 2] + 1;
        }
    }
    return rows[a.len % 3][b.len];
}

void fiat__nearest_offer(fiat__nearest *nearest, fiat__str candidate) {
    if (nearest->name.len > LONGEST || candidate.len > LONGEST) return;
    unsigned slips = distance(nearest->name, candidate);
    if (slips >= nearest->distance) return;
    nearest->distance = slips;
    nearest->best = candidate;
}
