/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine.c - see quarantine.h. The document is read for the places of its
 * values; what is written is the text around them. A new entry stands after the
 * last one as that stands after the one before it.
 */
#include "trust/quarantine.h"

#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"
#include "base/utf8.h"

/* The document, and where the edit is. */
typedef struct editor {
	zta_arena *arena;
	zta_str text, entry;
	zta_json_doc doc;
	const zta_json *list; /* NULL: there is no quarantine */
	zta_error *err;
} editor;

zta_status
zta_quarantine__check(zta_str entry, zta_error *err)
{
	size_t star = zta_str__find(entry, '*'), i;
	bool text = entry.len > 0 && zta_utf8__check(entry) == entry.len;

	for (i = 0; text && i < entry.len; i++) {
		text = (unsigned char)entry.ptr[i] >= 0x20;
	}
	if (!text) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the id of a workload is a line of UTF-8");
	}
	if (star != entry.len &&
	    (star + 1 != entry.len || !zta_str__ends(entry, ZTA_STR("/*")))) {
		return zta_error__set(err, ZTA_EINVAL,
		    "%.*s: a star stands for all below a `/`, at the end: "
		    "`spiffe://shop.example/orders/*`",
		    ZTA_STR_ARG(entry));
	}
	return ZTA_OK;
}

/* --- places in the text */

/* Where the string that begins at `at`, which was read, has ended. */
static size_t
string_end(zta_str text, size_t at)
{
	for (at++; text.ptr[at] != '"'; at++) {
		at += text.ptr[at] == '\\';
	}
	return at + 1;
}

static size_t
skip_blank(zta_str text, size_t at)
{
	while (zta_str__find(ZTA_STR(" \t\r\n"), text.ptr[at]) < 4) {
		at++;
	}
	return at;
}

static zta_str
cut(zta_str text, size_t from, size_t to)
{
	return (zta_str){ text.ptr + from, to - from };
}

static zta_status
read_document(editor *e)
{
	const zta_json *node;
	uint32_t i;
	zta_status status = zta_json__read(e->arena, e->text, &e->doc, e->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (e->doc.root->type != ZTA_JSON_OBJECT) {
		return zta_json__fail(&e->doc, e->doc.root, e->err,
		    ZTA_EINVALID, "expected {\"groups\": [...]}");
	}
	e->list = zta_json__get(e->doc.root, "quarantine");
	if (e->list != NULL && e->list->type != ZTA_JSON_ARRAY) {
		return zta_json__fail(&e->doc, e->list, e->err, ZTA_EINVALID,
		    "expected an array of strings");
	}
	for (i = 0; e->list != NULL && i < e->list->count; i++) {
		node = e->list + 1 + i;
		/* All before it are strings: a node each. */
		if (node->type != ZTA_JSON_STRING) {
			return zta_json__fail(&e->doc, node, e->err,
			    ZTA_EINVALID, "expected a string");
		}
	}
	return ZTA_OK;
}

static bool
has(const editor *e)
{
	uint32_t i;

	for (i = 0; e->list != NULL && i < e->list->count; i++) {
		if (zta_str__eq(zta_json__str(e->list + 1 + i), e->entry)) {
			return true;
		}
	}
	return false;
}

/* --- adding */

static void
put_entry(zta_buf *buf, zta_str entry)
{
	zta_json_out out = { buf, false };

	zta_json_out__str(&out, entry);
}

/* What stands between an entry and the next: as it does here, or is usual. */
static zta_str
separator(const editor *e, const zta_json *last)
{
	size_t open = (size_t)e->list->at + 1;
	zta_str before = cut(e->text, open, e->list[1].at);

	if (e->list->count > 1) {
		return cut(e->text, string_end(e->text, last[-1].at), last->at);
	}
	return zta_str__find(before, '\n') < before.len ? before : ZTA_STR(" ");
}

/* Into the array; returns where the rest of the text goes on. */
static size_t
add_to_list(const editor *e, zta_buf *buf)
{
	const zta_json *last = e->list + e->list->count;
	size_t open = (size_t)e->list->at + 1;
	size_t at = e->list->count == 0 ? open : string_end(e->text, last->at);
	zta_str blank;

	zta_buf__put(buf, cut(e->text, 0, at));
	if (e->list->count == 0) {
		blank = cut(e->text, open, skip_blank(e->text, open));
		if (zta_str__find(blank, '\n') == blank.len) {
			zta_buf__put(buf, blank);
		}
	} else {
		if (e->list->count == 1) {
			zta_buf__byte(buf, ',');
		}
		zta_buf__put(buf, separator(e, last));
	}
	put_entry(buf, e->entry);
	return at;
}

/* A member at the end of the document, which has no quarantine. */
static size_t
add_list(const editor *e, zta_buf *buf)
{
	size_t open = (size_t)e->doc.root->at + 1;
	size_t first = skip_blank(e->text, open);
	size_t at = e->text.len;

	while (e->text.ptr[at - 1] != '}') {
		at--;
	}
	at--;
	while (at > open && skip_blank(e->text, at - 1) != at - 1) {
		at--;
	}
	zta_buf__put(buf, cut(e->text, 0, at));
	if (e->doc.root->count > 0) {
		zta_buf__byte(buf, ',');
		zta_buf__put(buf, cut(e->text, open, first));
	}
	zta_buf__text(buf, "\"quarantine\": [");
	put_entry(buf, e->entry);
	zta_buf__byte(buf, ']');
	return at;
}

/* --- removing */

/* Each entry that stays keeps what stood before it. */
static size_t
without(const editor *e, zta_buf *buf)
{
	const zta_json *item = e->list + 1;
	size_t open = (size_t)e->list->at + 1, end = open;
	uint32_t i, kept = 0;

	zta_buf__put(buf, cut(e->text, 0, open));
	for (i = 0; i < e->list->count; i++, item++) {
		if (!zta_str__eq(zta_json__str(item), e->entry)) {
			zta_buf__put(buf,
			    kept++ > 0 ? cut(e->text, end, item->at) :
					 cut(e->text, open, e->list[1].at));
			zta_buf__put(buf,
			    cut(e->text, item->at,
				string_end(e->text, item->at)));
		}
		end = string_end(e->text, item->at);
	}
	return kept > 0 ? end : skip_blank(e->text, end);
}

/* --- both */

static zta_status
edit(zta_arena *arena, zta_str text, zta_str entry, bool add, zta_str *out,
    zta_error *err)
{
	editor e = { .arena = arena, .text = text, .entry = entry, .err = err };
	size_t rest;
	zta_buf buf;
	zta_status status = read_document(&e);

	*out = text;
	if (status != ZTA_OK) {
		zta_error__inside(err, "%s", ZTA_QUARANTINE_FILE);
		return status;
	}
	if (has(&e) == add) {
		return ZTA_OK;
	}
	zta_buf__init(&buf, SIZE_MAX);
	rest = !add        ? without(&e, &buf) :
	    e.list != NULL ? add_to_list(&e, &buf) :
			     add_list(&e, &buf);
	zta_buf__put(&buf, cut(text, rest, text.len));
	*out = zta_arena__copy(arena, zta_buf__str(&buf));
	if (buf.status != ZTA_OK || out->ptr == NULL) {
		status = zta_error__nomem(err);
	}
	zta_buf__release(&buf);
	return status;
}

zta_status
zta_quarantine__add(
    zta_arena *arena, zta_str text, zta_str entry, zta_str *out, zta_error *err)
{
	return edit(arena, text, entry, true, out, err);
}

zta_status
zta_quarantine__remove(
    zta_arena *arena, zta_str text, zta_str entry, zta_str *out, zta_error *err)
{
	return edit(arena, text, entry, false, out, err);
}
