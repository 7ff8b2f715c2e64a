/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - a strict JSON reader (RFC 8259).
 *
 * Stricter than the RFC where parsers are known to disagree, because whoever
 * decides and whoever asks must read the same thing: a member name may occur
 * once in an object, the text is UTF-8 without a byte order mark, nesting ends
 * at ZTA_JSON_DEPTH_MAX, escaped surrogates come in pairs. Integers that fit
 * are exact to 64 bits; every other number keeps its text and no value.
 *
 * The result is an array of nodes in document order. A node spans itself and
 * all that is inside it, so its next sibling is `node + node->span`:
 *
 *     {"a":[1,2]}  ->  OBJECT(1) STRING a, ARRAY(2) INTEGER 1, INTEGER 2
 *     spans            5         1         3        1          1
 */
#ifndef ZTA_BASE_JSON_H
#define ZTA_BASE_JSON_H

#include "base/arena.h"
#include "base/error.h"

typedef enum zta_json_type {
	ZTA_JSON_NULL,
	ZTA_JSON_FALSE,
	ZTA_JSON_TRUE,
	/* written without fraction or exponent, fits int64; -0 does not */
	ZTA_JSON_INTEGER,
	ZTA_JSON_NUMBER, /* any other number: `text` is how it was written */
	ZTA_JSON_STRING,
	ZTA_JSON_ARRAY,
	ZTA_JSON_OBJECT /* name, value, name, value ...; names are STRING */
} zta_json_type;

typedef struct zta_json {
	uint32_t type;  /* zta_json_type */
	uint32_t at;    /* byte offset in the text, for messages */
	uint32_t count; /* bytes of a string, elements, or members */
	uint32_t span;  /* nodes, this one included */
	union {
		int64_t integer;
		const char *text; /* string content, or a number as written */
	} u;
} zta_json;

/* A text that was read, kept together with its nodes for messages. */
typedef struct zta_json_doc {
	zta_str text;
	zta_json *root;
	zta_error_mark mark; /* lines are counted from here */
} zta_json_doc;

/*
 * Read `text`, which must be one value and outlive the document: strings
 * without escapes point into it. Everything else lies in `arena`.
 * Returns ZTA_ESYNTAX, or ZTA_EEXIST for a member that stands twice, with line
 * and column; ZTA_ELIMIT or ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_json__read(
    zta_arena *arena, zta_str text, zta_json_doc *doc, zta_error *err);

/* The same where values nest deeper, up to `depth_max`. */
ZTA_MUST_USE zta_status zta_json__read_deep(zta_arena *arena, zta_str text,
    uint32_t depth_max, zta_json_doc *doc, zta_error *err);

/* Does the text begin with a brace? JSON objects do; no Cedar text does. */
bool zta_json__begins(zta_str text);

/*
 * Read the elements of a large array one by one, so that only one needs to be
 * in memory. `text` is the whole document; `*at` begins as 0 and is moved on,
 * and `doc` is the same each time. Sets `doc->root` to NULL at the end of the array. Errors as above.
 */
ZTA_MUST_USE zta_status zta_json__next_element(zta_arena *arena, zta_str text,
    size_t *at, zta_json_doc *doc, zta_error *err);

/*
 * A copy that stands by itself, in memory of the caller: aligned as a node, and
 * as many bytes as it weighs.
 */
size_t zta_json__weight(const zta_json_doc *doc);
void zta_json__copy(const zta_json_doc *doc, void *to, zta_json_doc *out);

/* The value of member `name` of an object, or NULL. */
const zta_json *zta_json__find(const zta_json *object, zta_str name);

/* The same; the length of a literal costs nothing. */
static inline const zta_json *
zta_json__get(const zta_json *object, const char *name)
{
	return zta_json__find(
	    object, (zta_str){ name, __builtin_strlen(name) });
}

/* The text of a member; empty if it is none, or there is no such object. */
zta_str zta_json__text_in(const zta_json *object, const char *name);

/* The first node inside `node`, and the sibling after it. */
static inline const zta_json *
zta_json__first(const zta_json *node)
{
	return node + 1;
}

static inline const zta_json *
zta_json__after(const zta_json *node)
{
	return node + node->span;
}

/* The bytes of a STRING, or of a NUMBER as written. */
static inline zta_str
zta_json__str(const zta_json *node)
{
	return (zta_str){ node->u.text, node->count };
}

static inline bool
zta_json__is_bool(const zta_json *node)
{
	return node->type == ZTA_JSON_TRUE || node->type == ZTA_JSON_FALSE;
}

/* "an object", "a string" ...: for messages. */
const char *zta_json__type_name(const zta_json *node);

/*
 * Must `node` be an object with no other members than `names`, which ends with
 * NULL? A member that is misspelt must not pass for one that is absent.
 * ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_json__only(const zta_json_doc *doc,
    const zta_json *node, const char *const *names, zta_error *err);

/* An array of strings; no `node` is no strings. */
ZTA_MUST_USE zta_status zta_json__strings(const zta_json_doc *doc,
    const zta_json *node, zta_arena *arena, const zta_str **out,
    uint32_t *count, zta_error *err);

/* The same, none of them empty. */
ZTA_MUST_USE zta_status zta_json__words(const zta_json_doc *doc,
    const zta_json *node, zta_arena *arena, const zta_str **out,
    uint32_t *count, zta_error *err);

/*
 * Fill `err` about `node`: line and column of the text, and the JSON Pointer
 * (RFC 6901) as the place.
 */
__attribute__((format(printf, 5, 6))) zta_status zta_json__fail(
    const zta_json_doc *doc, const zta_json *node, zta_error *err,
    zta_status status, const char *format, ...);

#endif
