/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml.h - XML of strangers, as elements in an arena. libxml2 and libxmlsec1
 * are nowhere else.
 *
 * Only what signed messages need is read: elements, attributes, text. A
 * document type, and with it entities, comments, processing instructions and
 * CDATA are refused, because parsers differ in what they make of them. Size,
 * depth and number are looked at before the parser is. Nothing is ever
 * fetched.
 */
#ifndef ZTA_XML_XML_H
#define ZTA_XML_XML_H

#include "base/arena.h"

typedef struct zta_xml_attr {
	zta_str ns; /* empty: none */
	zta_str name;
	zta_str value;
} zta_xml_attr;

typedef struct zta_xml zta_xml;

struct zta_xml {
	zta_str ns, name;
	zta_str text; /* of the element itself, in one piece */
	const zta_xml_attr *attrs;
	uint32_t attr_count;
	uint32_t at; /* elements of the document before this one */
	const zta_xml *parent, *first, *next; /* NULL: none */
};

/*
 * Read the document `text`; the result lies in `arena`. ZTA_ELIMIT: too large;
 * ZTA_EINVALID: something that is not read here; ZTA_ESYNTAX: no XML. Or
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_xml__read(
    zta_arena *arena, zta_str text, const zta_xml **out, zta_error *err);

bool zta_xml__is(const zta_xml *node, const char *ns, const char *name);

/* The first of `node` and its siblings after it that is one of these. */
const zta_xml *zta_xml__find(
    const zta_xml *node, const char *ns, const char *name);

/* The element after `node` in the order of the text, inside `root`. */
const zta_xml *zta_xml__walk(const zta_xml *root, const zta_xml *node);

/* The value of an attribute without a namespace, or NULL. */
const zta_str *zta_xml__attr(const zta_xml *node, const char *name);

/* Name `node` as the place of an error: "/Response/Assertion[2]". */
void zta_xml__place(const zta_xml *node, zta_error *err);

#endif
