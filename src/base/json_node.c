/* SPDX-License-Identifier: Apache-2.0 */
/* json_node.c - look into a JSON document, and say where a node stands. */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"

bool
zta_json__begins(zta_str text)
{
	size_t at = 0;

	while (at < text.len &&
	    (text.ptr[at] == ' ' || text.ptr[at] == '\t' ||
		text.ptr[at] == '\n' || text.ptr[at] == '\r')) {
		at++;
	}
	return at < text.len && text.ptr[at] == '{';
}

const zta_json *
zta_json__find(const zta_json *object, zta_str name)
{
	const zta_json *member, *value;
	uint32_t i;

	if (object->type != ZTA_JSON_OBJECT) {
		return NULL;
	}
	member = zta_json__first(object);
	for (i = 0; i < object->count; i++) {
		value = member + 1;
		/* Names of one length are common, such of one letter not. */
		if (member->count == name.len &&
		    (name.len == 0 ||
			(member->u.text[0] == name.ptr[0] &&
			    memcmp(member->u.text, name.ptr, name.len) == 0))) {
			return value;
		}
		/* Most are one node: the next member need not wait for this. */
		member = __builtin_expect(value->span == 1, 1) ?
		    value + 1 :
		    value + value->span;
	}
	return NULL;
}

zta_str
zta_json__text_in(const zta_json *object, const char *name)
{
	const zta_json *node =
	    object == NULL ? NULL : zta_json__get(object, name);

	return node == NULL || node->type != ZTA_JSON_STRING ?
	    ZTA_STR("") :
	    zta_json__str(node);
}

const char *
zta_json__type_name(const zta_json *node)
{
	switch ((zta_json_type)node->type) {
	case ZTA_JSON_NULL:
		return "null";
	case ZTA_JSON_FALSE:
	case ZTA_JSON_TRUE:
		return "a boolean";
	case ZTA_JSON_INTEGER:
		return "an integer";
	case ZTA_JSON_NUMBER:
		return "a number that is not a 64-bit integer";
	case ZTA_JSON_STRING:
		return "a string";
	case ZTA_JSON_ARRAY:
		return "an array";
	case ZTA_JSON_OBJECT:
		return "an object";
	}
	return "nothing";
}

/* A growing JSON Pointer in a fixed buffer; too long a one is cut short. */
typedef struct pointer {
	char text[ZTA_PLACE_MAX];
	size_t len;
} pointer;

static void
put(pointer *p, char c)
{
	if (p->len + 1 < sizeof(p->text)) {
		p->text[p->len++] = c;
		p->text[p->len] = '\0';
	}
}

/* SPEC: rfc6901 3 */
static void
put_name(pointer *p, zta_str name)
{
	size_t i;

	put(p, '/');
	for (i = 0; i < name.len; i++) {
		if (name.ptr[i] == '~' || name.ptr[i] == '/') {
			put(p, '~');
			put(p, name.ptr[i] == '~' ? '0' : '1');
		} else if ((unsigned char)name.ptr[i] >= 0x20) {
			put(p, name.ptr[i]);
		} else {
			put(p, '?');
		}
	}
}

static void
put_index(pointer *p, uint32_t index)
{
	char digits[16];
	int i, len = snprintf(digits, sizeof(digits), "/%u", index);

	for (i = 0; i < len; i++) {
		put(p, digits[i]);
	}
}

/* The child of `node` that is or contains `target`, its step put into `p`. */
static const zta_json *
step_down(const zta_json *node, const zta_json *target, pointer *p)
{
	const zta_json *child = zta_json__first(node), *name;
	uint32_t i;

	for (i = 0; i < node->count; i++) {
		name = child;
		if (node->type == ZTA_JSON_OBJECT) {
			child = zta_json__after(name);
		}
		if (target < zta_json__after(child)) {
			if (node->type == ZTA_JSON_OBJECT) {
				put_name(p, zta_json__str(name));
			} else {
				put_index(p, i);
			}
			return target < child ? target : child;
		}
		child = zta_json__after(child);
	}
	return target;
}

zta_status
zta_json__fail(const zta_json_doc *doc, const zta_json *node, zta_error *err,
    zta_status status, const char *format, ...)
{
	pointer p = { .len = 0 };
	zta_error_mark mark = doc->mark;
	const zta_json *at = doc->root;
	char message[ZTA_MSG_MAX];
	uint32_t line, column;
	va_list args;

	if (err == NULL) {
		return status;
	}
	while (at != node) {
		at = step_down(at, node, &p);
	}
	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	zta_error__move(&mark, doc->text, node->at, &line, &column);
	(void)zta_error__at(err, status, line, column, "%s", message);
	zta_error__place(err, "%s", p.text);
	return status;
}

static bool
is_one_of(zta_str name, const char *const *names)
{
	/* Most differ in the first byte; of none at all that is the NUL. */
	char first = name.len == 0 ? '\0' : name.ptr[0];

	for (; *names != NULL; names++) {
		if (**names == first && zta_str__is(name, *names)) {
			return true;
		}
	}
	return false;
}

zta_status
zta_json__only(const zta_json_doc *doc, const zta_json *node,
    const char *const *names, zta_error *err)
{
	const zta_json *name = zta_json__first(node);
	uint32_t i;

	if (node->type != ZTA_JSON_OBJECT) {
		return zta_json__fail(
		    doc, node, err, ZTA_EINVALID, "expected an object");
	}
	for (i = 0; i < node->count; i++) {
		if (!is_one_of(zta_json__str(name), names)) {
			return zta_json__fail(doc, name, err, ZTA_EINVALID,
			    "there is no such member here");
		}
		name = zta_json__after(zta_json__after(name));
	}
	return ZTA_OK;
}

static zta_status
read_strings(const zta_json_doc *doc, const zta_json *node, bool may_be_empty,
    zta_arena *arena, const zta_str **out, uint32_t *count, zta_error *err)
{
	const zta_json *item;
	zta_str *list;
	uint32_t i;

	*out = NULL;
	*count = 0;
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_ARRAY) {
		return zta_json__fail(doc, node, err, ZTA_EINVALID,
		    "expected an array of strings");
	}
	list = zta_arena__alloc(arena, (node->count + 1) * sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	item = zta_json__first(node);
	for (i = 0; i < node->count; i++) {
		if (item->type != ZTA_JSON_STRING ||
		    (item->count == 0 && !may_be_empty)) {
			return zta_json__fail(doc, item, err, ZTA_EINVALID,
			    may_be_empty ?
				"expected a string" :
				"expected a string that is not empty");
		}
		list[i] = zta_json__str(item);
		item = zta_json__after(item);
	}
	*out = list;
	*count = node->count;
	return ZTA_OK;
}

zta_status
zta_json__strings(const zta_json_doc *doc, const zta_json *node,
    zta_arena *arena, const zta_str **out, uint32_t *count, zta_error *err)
{
	return read_strings(doc, node, true, arena, out, count, err);
}

zta_status
zta_json__words(const zta_json_doc *doc, const zta_json *node, zta_arena *arena,
    const zta_str **out, uint32_t *count, zta_error *err)
{
	return read_strings(doc, node, false, arena, out, count, err);
}
