/* Reading the XML of AWS's query protocol, piece by piece: elements, text and references, CDATA.
 * Attributes, comments and processing instructions are passed over; namespace prefixes too. A
 * document type is refused, and with it every entity that a reply could bring along. Nothing is
 * allocated; one thread. */
#ifndef FIAT_AWS_XML_H
#define FIAT_AWS_XML_H

#include "base/buf.h"

#define FIAT__XML_MAX_DEPTH 16

typedef struct fiat__xml {
    fiat__str rest;                       /* not read yet */
    fiat__str names[FIAT__XML_MAX_DEPTH]; /* of the elements that are open */
    size_t depth;
    bool seen_root;
    bool closing;  /* the last tag stood for its end as well */
    bool fragment; /* of a document: several elements and text side by side */
} fiat__xml;

typedef enum fiat__xml_event {
    FIAT__XML_OPEN,  /* an element, now the last of names */
    FIAT__XML_CLOSE, /* its end; *piece is its name */
    FIAT__XML_TEXT,  /* *piece is raw: for fiat__xml_decode() */
    FIAT__XML_CDATA, /* *piece is literal */
    FIAT__XML_END,   /* of the document, which was well-formed as far as this reader looks */
    FIAT__XML_BAD    /* not XML, nested too deeply, or of a kind that is refused */
} fiat__xml_event;

void fiat__xml_init(fiat__xml *xml, fiat__str text);
/* What stands inside an element, as fiat__xml_walk_next() gives it. */
void fiat__xml_init_fragment(fiat__xml *xml, fiat__str text);
fiat__xml_event fiat__xml_next(fiat__xml *xml, fiat__str *piece);

/* Append text with its references (&amp; &lt; &gt; &quot; &apos; &#10; &#xA;) resolved. false when
 * one is none of these, or the buffer is full. */
bool fiat__xml_decode(fiat__buf *out, fiat__str raw);

/* Whether it is a document from beginning to end, as far as this reader looks. */
bool fiat__xml_is_whole(fiat__str text);

/* The elements whose names, from the outermost of the text on, are those of a path: "Error/Code".
 * The text is a document or what is inside an element. */
typedef struct fiat__xml_walk {
    fiat__xml xml;
    const char *path; /* borrowed */
} fiat__xml_walk;

void fiat__xml_walk_init(fiat__xml_walk *walk, fiat__str text, const char *path);
/* The next one's content, raw; false when there is none, or something that is no XML is met. */
bool fiat__xml_walk_next(fiat__xml_walk *walk, fiat__str *content);

/* Append the text of the first such element, without that of elements inside it. false: there is
 * none, or it does not fit. */
bool fiat__xml_value(fiat__buf *out, fiat__str text, const char *path);

#endif
