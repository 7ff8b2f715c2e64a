/* SPDX-License-Identifier: Apache-2.0 */
/* xml.c - see xml.h. libxml2's tree lives only while it is copied. */
#include "xml/xml.h"

#include <libxml/parser.h>
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "xml/native.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"

typedef struct builder {
	zta_arena *arena;
	uint32_t elements;
	zta_error *err;
} builder;

static zta_status
parse(xmlParserCtxt *ctx, zta_str text, xmlDoc **out, zta_error *err)
{
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	const xmlError *why;

	*out = xmlCtxtReadMemory(
	    ctx, text.ptr, (int)text.len, NULL, "UTF-8", options);
	why = xmlCtxtGetLastError(ctx);
	if (*out != NULL && ctx->wellFormed == 1 && ctx->nsWellFormed == 1 &&
	    xmlGetIntSubset(*out) == NULL && why == NULL) {
		return ZTA_OK;
	}
	xmlFreeDoc(*out);
	*out = NULL;
	if (why != NULL && why->code == XML_ERR_NO_MEMORY) {
		return zta_error__nomem(err);
	}
	return zta_error__at(err, ZTA_ESYNTAX,
	    why == NULL ? 0 : (uint32_t)why->line,
	    why == NULL ? 0 : (uint32_t)why->int2, "not well-formed XML");
}

zta_status
zta_xml__parse(zta_str text, xmlDoc **out, zta_error *err)
{
	zta_status status = zta_xml__scan(text, err);
	xmlParserCtxt *ctx;

	*out = NULL;
	if (status != ZTA_OK) {
		return status;
	}
	ctx = xmlNewParserCtxt();
	if (ctx == NULL) {
		return zta_error__nomem(err);
	}
	status = parse(ctx, text, out, err);
	xmlFreeParserCtxt(ctx);
	return status;
}

static zta_status
copy(builder *b, const xmlChar *from, zta_str *out)
{
	*out = zta_arena__copy(
	    b->arena, zta_str_of(from == NULL ? "" : (const char *)from));
	return out->ptr == NULL ? zta_arena__failed(b->arena, b->err) : ZTA_OK;
}

static zta_status
copy_ns(builder *b, const xmlNs *ns, zta_str *out)
{
	return copy(b, ns == NULL ? NULL : ns->href, out);
}

/* --- attributes */

/* Without entities a value is one text, or none if it is empty. */
static zta_status
copy_attr(builder *b, const xmlAttr *from, zta_xml_attr *to)
{
	const xmlNode *value = from->children;
	zta_status status = copy_ns(b, from->ns, &to->ns);

	if (status == ZTA_OK) {
		status = copy(b, from->name, &to->name);
	}
	if (value != NULL &&
	    (value->type != XML_TEXT_NODE || value->next != NULL)) {
		return zta_error__set(
		    b->err, ZTA_EINVALID, "an attribute with an entity");
	}
	/* It would name elements behind the back of whoever looks at `ID`. */
	if (zta_str__is(to->ns, XML_NS) && zta_str__is(to->name, "id")) {
		return zta_error__set(
		    b->err, ZTA_EINVALID, "`xml:id` is not read");
	}
	return status != ZTA_OK ?
	    status :
	    copy(b, value == NULL ? NULL : value->content, &to->value);
}

static zta_status
copy_attrs(builder *b, const xmlNode *from, zta_xml *to)
{
	const xmlAttr *attr;
	zta_xml_attr *list;
	zta_status status = ZTA_OK;

	for (attr = from->properties; attr != NULL; attr = attr->next) {
		to->attr_count++;
	}
	list = zta_arena__zalloc(b->arena, to->attr_count + 1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(b->arena, b->err);
	}
	to->attrs = list;
	for (attr = from->properties; status == ZTA_OK && attr != NULL;
	     attr = attr->next) {
		status = copy_attr(b, attr, list++);
	}
	return status;
}

/* --- elements */

/* Join the pieces of text that stand between elements. */
static zta_status
copy_text(builder *b, const xmlNode *from, zta_xml *to)
{
	const xmlNode *node;
	size_t len = 0, piece;
	char *text;

	for (node = from->children; node != NULL; node = node->next) {
		if (node->type == XML_TEXT_NODE) {
			len += strlen((const char *)node->content);
		} else if (node->type != XML_ELEMENT_NODE) {
			return zta_error__at(b->err, ZTA_EINVALID,
			    (uint32_t)xmlGetLineNo(node), 0,
			    "neither an element nor text");
		}
	}
	text = zta_arena__alloc(b->arena, len + 1);
	if (text == NULL) {
		return zta_arena__failed(b->arena, b->err);
	}
	to->text = (zta_str){ text, len };
	for (node = from->children; node != NULL; node = node->next) {
		if (node->type == XML_TEXT_NODE) {
			piece = strlen((const char *)node->content);
			memcpy(text, node->content, piece);
			text += piece;
		}
	}
	return ZTA_OK;
}

static zta_status
copy_one(builder *b, const xmlNode *from, const zta_xml *parent, zta_xml **out)
{
	zta_xml *to = zta_arena__zalloc(b->arena, 1, sizeof(*to));
	zta_status status;

	*out = to;
	if (to == NULL) {
		return zta_arena__failed(b->arena, b->err);
	}
	to->parent = parent;
	to->at = b->elements++;
	status = copy_ns(b, from->ns, &to->ns);
	if (status == ZTA_OK) {
		status = copy(b, from->name, &to->name);
	}
	if (status == ZTA_OK) {
		status = copy_attrs(b, from, to);
	}
	return status == ZTA_OK ? copy_text(b, from, to) : status;
}

/* As deep as ZTA_XML_DEPTH_MAX, which the scan has seen to. */
static zta_status
build(builder *b, const xmlNode *from, const zta_xml *parent, zta_xml **out)
{
	const xmlNode *node;
	const zta_xml **tail;
	zta_xml *child;
	zta_status status = copy_one(b, from, parent, out);

	if (status != ZTA_OK) {
		return status;
	}
	tail = &(*out)->first;
	for (node = from->children; status == ZTA_OK && node != NULL;
	     node = node->next) {
		if (node->type != XML_ELEMENT_NODE) {
			continue;
		}
		status = build(b, node, *out, &child);
		if (status == ZTA_OK) {
			*tail = child;
			tail = &child->next;
		}
	}
	return status;
}

zta_status
zta_xml__read(
    zta_arena *arena, zta_str text, const zta_xml **out, zta_error *err)
{
	builder b = { .arena = arena, .err = err };
	zta_xml *root = NULL;
	xmlDoc *doc;
	zta_status status = zta_xml__parse(text, &doc, err);

	*out = NULL;
	if (status == ZTA_OK) {
		status = build(&b, xmlDocGetRootElement(doc), NULL, &root);
		*out = status == ZTA_OK ? root : NULL;
	}
	xmlFreeDoc(doc);
	return status;
}

/* --- looking */

bool
zta_xml__is(const zta_xml *node, const char *ns, const char *name)
{
	return zta_str__is(node->name, name) && zta_str__is(node->ns, ns);
}

const zta_xml *
zta_xml__find(const zta_xml *node, const char *ns, const char *name)
{
	while (node != NULL && !zta_xml__is(node, ns, name)) {
		node = node->next;
	}
	return node;
}

const zta_xml *
zta_xml__walk(const zta_xml *root, const zta_xml *node)
{
	if (node->first != NULL) {
		return node->first;
	}
	while (node != root && node->next == NULL) {
		node = node->parent;
	}
	return node == root ? NULL : node->next;
}

const zta_str *
zta_xml__attr(const zta_xml *node, const char *name)
{
	uint32_t i;

	for (i = 0; i < node->attr_count; i++) {
		if (node->attrs[i].ns.len == 0 &&
		    zta_str__is(node->attrs[i].name, name)) {
			return &node->attrs[i].value;
		}
	}
	return NULL;
}

/* Which of the siblings with its name is it? */
static unsigned
index_of(const zta_xml *node)
{
	const zta_xml *other =
	    node->parent == NULL ? node : node->parent->first;
	unsigned index = 1;

	for (; other != node; other = other->next) {
		index += zta_str__eq(other->name, node->name);
	}
	return index;
}

void
zta_xml__place(const zta_xml *node, zta_error *err)
{
	const zta_xml *chain[ZTA_XML_DEPTH_MAX];
	char path[ZTA_PLACE_MAX] = "";
	size_t depth = 0, len = 0;
	unsigned i;

	for (; node != NULL; node = node->parent) {
		chain[depth++] = node;
	}
	while (depth > 0 && len < sizeof(path)) {
		node = chain[--depth];
		i = index_of(node);
		len += (size_t)snprintf(path + len, sizeof(path) - len,
		    i > 1 ? "/%.*s[%u]" : "/%.*s", ZTA_STR_ARG(node->name), i);
	}
	zta_error__place(err, "%s", path);
}
