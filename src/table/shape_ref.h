/* Where a reference inside a JSON Schema leads. Private to shape.c. */
#ifndef FIAT_TABLE_SHAPE_REF_H
#define FIAT_TABLE_SHAPE_REF_H

#include "json/doc.h"

/* The target of the node's "$ref"; NULL when it has none, and for one that leads out of the
 * document or nowhere. `*searched` counts the nodes that were looked through for names; with too
 * many of them nothing is found any more. */
const fiat__doc *fiat__shape_ref(const fiat__doc *root, const fiat__doc *node, unsigned *searched);

#endif
