/* SPDX-License-Identifier: Apache-2.0 */
/* tree_object.c - see tree_object.h. */
#include "ledger/tree_object.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "ledger/name.h"

/* A mode, a space, one byte of name, a NUL, an id. */
#define ENTRY_MIN (sizeof(mode_directory) + 1 + ZTA_OID_LEN)

static const char mode_file[] = "100644 ";
static const char mode_directory[] = "40000 ";

/* Where we are, for the place of an error. */
typedef struct cursor {
	zta_str body; /* of a tree that is decoded, else empty */
	size_t at;
	uint32_t entry; /* the first is 1 */
	zta_error *err;
} cursor;

__attribute__((format(printf, 4, 5))) static zta_status
fail(const cursor *c, size_t at, zta_status status, const char *format, ...)
{
	char rule[ZTA_MSG_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(rule, sizeof(rule), format, args);
	va_end(args);
	(void)zta_error__set(c->err, status, "%s", rule);
	if (c->entry == 0) {
		zta_error__place(c->err, "tree");
	} else if (c->body.len == 0) {
		zta_error__place(c->err, "tree entry %u", c->entry);
	} else {
		zta_error__place(
		    c->err, "tree entry %u, byte %zu", c->entry, at);
	}
	return status;
}

/* Where the name of an entry stands, if it was decoded. */
static size_t
name_at(const cursor *c, const zta_tree_entry *entry)
{
	return c->body.len == 0 ? 0 : (size_t)(entry->name.ptr - c->body.ptr);
}

int
zta_tree_entry__cmp(const void *a, const void *b)
{
	const zta_tree_entry *x = a, *y = b;
	size_t len = x->name.len < y->name.len ? x->name.len : y->name.len;
	int by = len == 0 ? 0 : memcmp(x->name.ptr, y->name.ptr, len);
	int p, q;

	if (by != 0) {
		return by;
	}
	p = len < x->name.len ? (unsigned char)x->name.ptr[len] :
	    x->directory      ? '/' :
				'\0';
	q = len < y->name.len ? (unsigned char)y->name.ptr[len] :
	    y->directory      ? '/' :
				'\0';
	return p - q;
}

/* --- the rules */

/* Names that are one when folded stay in the order of their entries. */
static int
cmp_folded(const void *a, const void *b)
{
	const zta_tree_entry *x = *(const zta_tree_entry *const *)a;
	const zta_tree_entry *y = *(const zta_tree_entry *const *)b;
	int by = zta_ledger_name__cmp_folded(x->name, y->name);

	return by != 0 ? by : (x > y) - (x < y);
}

/* Of all entries: there is one, and no two differ in case alone. */
static zta_status
check_together(zta_arena *arena, cursor *c, const zta_tree_object *tree)
{
	const zta_tree_entry **sorted;
	uint32_t i;

	if (tree->count == 0) {
		return fail(c, 0, ZTA_EINVALID, "a tree has an entry");
	}
	sorted = zta_arena__zalloc(arena, tree->count, sizeof(*sorted));
	if (sorted == NULL) {
		return zta_arena__failed(arena, c->err);
	}
	for (i = 0; i < tree->count; i++) {
		sorted[i] = &tree->entries[i];
	}
	zta_sort__run(sorted, tree->count, sizeof(*sorted), cmp_folded);
	for (i = 1; i < tree->count; i++) {
		if (zta_ledger_name__cmp_folded(
			sorted[i - 1]->name, sorted[i]->name) != 0) {
			continue;
		}
		c->entry = (uint32_t)(sorted[i] - tree->entries) + 1;
		return fail(c, name_at(c, sorted[i]), ZTA_EINVALID,
		    "`%.*s` and `%.*s` are one name to some file systems",
		    ZTA_STR_ARG(sorted[i - 1]->name),
		    ZTA_STR_ARG(sorted[i]->name));
	}
	return ZTA_OK;
}

/* What an entry breaks by itself, or after the one before it. */
static zta_status
check_entry(const cursor *c, const zta_tree_entry *entry)
{
	size_t start = name_at(c, entry), at;
	const char *rule = zta_ledger_name__breaks(entry->name, &at);
	int by;

	if (rule != NULL) {
		return fail(c, start + at, ZTA_EINVALID, "%s", rule);
	}
	if (zta_oid__is_none(&entry->oid)) {
		return fail(c, start + entry->name.len + 1, ZTA_EINVALID,
		    "an id is not all zeros");
	}
	if (c->entry == 1) {
		return ZTA_OK;
	}
	by = zta_tree_entry__cmp(entry - 1, entry);
	if (by == 0) {
		return fail(c, start, ZTA_EINVALID,
		    "`%.*s` stands here a second time",
		    ZTA_STR_ARG(entry->name));
	}
	return by < 0 ?
	    ZTA_OK :
	    fail(c, start, ZTA_EINVALID, "`%.*s` is out of order after `%.*s`",
		ZTA_STR_ARG(entry->name), ZTA_STR_ARG(entry[-1].name));
}

/* --- decoding */

/* The mode and its space; what is wrong with another one. */
static zta_status
take_mode(cursor *c, bool *directory)
{
	static const struct {
		const char *mode, *rule;
	} known[] = {
		{ "100755 ", "a ledger has no executable files" },
		{ "120000 ", "a ledger has no symbolic links" },
		{ "160000 ", "a ledger has no submodules" },
		{ "0", "a mode has no leading zero" },
	};
	zta_str rest = { c->body.ptr + c->at, c->body.len - c->at };
	size_t i;

	*directory = zta_str__starts(rest, zta_str_of(mode_directory));
	if (*directory || zta_str__starts(rest, zta_str_of(mode_file))) {
		c->at += *directory ? sizeof(mode_directory) - 1 :
				      sizeof(mode_file) - 1;
		return ZTA_OK;
	}
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (zta_str__starts(rest, zta_str_of(known[i].mode))) {
			return fail(
			    c, c->at, ZTA_EINVALID, "%s", known[i].rule);
		}
	}
	return fail(c, c->at, ZTA_EINVALID,
	    "a mode is `100644` or `40000`, and a space");
}

static zta_status
take_entry(cursor *c, zta_tree_entry *out)
{
	zta_status status = take_mode(c, &out->directory);
	zta_str rest = { c->body.ptr + c->at, c->body.len - c->at };

	if (status != ZTA_OK) {
		return status;
	}
	out->name = (zta_str){ rest.ptr, zta_str__find(rest, '\0') };
	if (out->name.len == rest.len) {
		return fail(c, c->at, ZTA_ESYNTAX, "no NUL ends the name");
	}
	c->at += out->name.len + 1;
	if (c->body.len - c->at < ZTA_OID_LEN) {
		return fail(c, c->at, ZTA_ESYNTAX,
		    "the tree ends within an id of 32 bytes");
	}
	memcpy(out->oid.bytes, c->body.ptr + c->at, ZTA_OID_LEN);
	c->at += ZTA_OID_LEN;
	return check_entry(c, out);
}

zta_status
zta_tree_object__decode(
    zta_arena *arena, zta_str body, zta_tree_object *out, zta_error *err)
{
	cursor c = { .body = body, .err = err };
	size_t room = body.len / ENTRY_MIN + 1;
	zta_tree_object tree = { 0 };
	zta_status status = ZTA_OK;

	*out = tree;
	room = room < ZTA_LEDGER_FILES_MAX ? room : ZTA_LEDGER_FILES_MAX;
	tree.entries = zta_arena__zalloc(arena, room, sizeof(*tree.entries));
	if (tree.entries == NULL) {
		return zta_arena__failed(arena, err);
	}
	while (status == ZTA_OK && c.at < body.len) {
		c.entry++;
		status = tree.count < room ?
		    take_entry(&c, &tree.entries[tree.count++]) :
		    fail(&c, c.at, ZTA_ELIMIT, "a tree has too many entries");
	}
	if (status == ZTA_OK) {
		status = check_together(arena, &c, &tree);
	}
	if (status == ZTA_OK) {
		*out = tree;
	}
	return status;
}

zta_status
zta_tree_object__read(zta_arena *arena, const zta_object_source *source,
    const zta_oid *oid, zta_tree_object *out, zta_error *err)
{
	char digits[ZTA_OID_HEX_MAX];
	zta_str body;
	zta_status status =
	    zta_object__read(source, oid, ZTA_OBJECT_TREE, arena, &body, err);

	*out = (zta_tree_object){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	status = zta_tree_object__decode(arena, body, out, err);
	if (status != ZTA_OK) {
		zta_oid__hex(oid, digits);
		zta_error__inside(err, "%s", digits);
	}
	return status;
}

/* --- encoding */

static void
put_entry(zta_buf *out, const zta_tree_entry *entry)
{
	zta_buf__text(out, entry->directory ? mode_directory : mode_file);
	zta_buf__put(out, entry->name);
	zta_buf__byte(out, '\0');
	zta_buf__put(
	    out, (zta_str){ (const char *)entry->oid.bytes, ZTA_OID_LEN });
}

zta_status
zta_tree_object__encode(
    zta_arena *arena, const zta_tree_object *tree, zta_buf *out, zta_error *err)
{
	cursor c = { .err = err };
	const zta_tree_entry *entry;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && c.entry < tree->count) {
		entry = &tree->entries[c.entry++];
		status = check_entry(&c, entry);
		put_entry(out, entry);
	}
	if (status == ZTA_OK) {
		status = check_together(arena, &c, tree);
	}
	return status == ZTA_OK && out->status != ZTA_OK ?
	    zta_error__set(err, out->status, "a tree is too large") :
	    status;
}
