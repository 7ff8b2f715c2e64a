/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.c - what a document may not be, found without a parser.
 *
 * Outside of tags only '<' means anything, inside of them only quotes, '=' and
 * '>': without comments and CDATA, which are refused, that is all there is to
 * know for counting elements, attributes and depth.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "xml/native.h"

typedef struct scanner {
	zta_str text;
	size_t at;
	uint32_t depth;
	uint32_t nodes; /* elements and attributes */
	zta_error *err;
} scanner;

static zta_status
fail(const scanner *s, zta_status status, const char *message)
{
	uint32_t line, column;

	zta_error__position(s->text, s->at, &line, &column);
	return zta_error__at(s->err, status, line, column, "%s", message);
}

static zta_status
count(scanner *s)
{
	return ++s->nodes > ZTA_XML_NODES_MAX ?
	    fail(s, ZTA_ELIMIT, "too many elements and attributes") :
	    ZTA_OK;
}

/* From behind '<' to behind '>'. */
static zta_status
scan_tag(scanner *s)
{
	char quote = '\0', c, before = '\0';
	uint32_t attributes = 0;
	bool end = s->text.ptr[s->at] == '/';
	zta_status status = ZTA_OK;

	if (end && s->depth-- == 0) {
		return fail(s, ZTA_ESYNTAX, "an end without a beginning");
	}
	if (!end && ++s->depth > ZTA_XML_DEPTH_MAX) {
		return fail(s, ZTA_ELIMIT, "nested too deep");
	}
	if (!end) {
		status = count(s);
	}
	for (; status == ZTA_OK && s->at < s->text.len; s->at++) {
		c = s->text.ptr[s->at];
		if (c == '<') {
			return fail(s, ZTA_ESYNTAX, "`<` inside of a tag");
		}
		if (quote != '\0') {
			quote = c == quote ? '\0' : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '=') {
			status = ++attributes > ZTA_XML_ATTRIBUTES_MAX ?
			    fail(s, ZTA_ELIMIT, "too many attributes") :
			    count(s);
		} else if (c == '>') {
			s->depth -= !end && before == '/';
			s->at++;
			return ZTA_OK;
		}
		before = c;
	}
	return status != ZTA_OK ? status :
				  fail(s, ZTA_ESYNTAX, "a tag without an end");
}

/* Parsers may stop at a NUL; the others are no XML. */
static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

/* The declaration says nothing that is not known: what is read is UTF-8. */
static void
skip_declaration(scanner *s)
{
	zta_str begin = ZTA_STR("<?xml ");

	if (zta_str__starts(s->text, begin)) {
		s->at = zta_str__find(s->text, '>');
	}
}

zta_status
zta_xml__scan(zta_str text, zta_error *err)
{
	scanner s = { .text = text, .err = err };
	zta_status status = ZTA_OK;
	size_t i;

	if (text.len > ZTA_XML_TEXT_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "XML over %zu bytes", ZTA_XML_TEXT_MAX);
	}
	s.at = zta_utf8__check(text);
	if (s.at < text.len) {
		return fail(&s, ZTA_ESYNTAX, "no UTF-8");
	}
	for (i = 0; i < text.len; i++) {
		if (is_control(text.ptr[i])) {
			s.at = i;
			return fail(&s, ZTA_ESYNTAX, "a control character");
		}
	}
	s.at = 0;
	skip_declaration(&s);
	while (status == ZTA_OK && s.at < text.len) {
		if (text.ptr[s.at++] != '<') {
			continue;
		}
		if (s.at < text.len &&
		    (text.ptr[s.at] == '!' || text.ptr[s.at] == '?')) {
			return fail(&s, ZTA_EINVALID,
			    "document types, comments, CDATA and processing "
			    "instructions are not read");
		}
		status = s.at < text.len ?
		    scan_tag(&s) :
		    fail(&s, ZTA_ESYNTAX, "a tag without an end");
	}
	return status != ZTA_OK || s.depth == 0 ?
	    status :
	    fail(&s, ZTA_ESYNTAX, "an element without an end");
}
