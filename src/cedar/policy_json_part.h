/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_part.h - the parts that the reader of JSON policies is made of;
 * for the files about JSON policies alone.
 */
#ifndef ZTA_CEDAR_POLICY_JSON_PART_H
#define ZTA_CEDAR_POLICY_JSON_PART_H

#include "base/json.h"
#include "cedar/ast.h"

/* An operator with operands: its key, and the names of the operands. */
typedef struct zta_policy_form {
	const char *key;
	zta_expr_op op;
	const char *operands[3]; /* NULL: no more */
} zta_policy_form;

/* Those that hold nothing but operands; the last has no key. */
extern const zta_policy_form zta_policy_forms[];

typedef struct zta_policy_reader {
	zta_arena *arena;
	const zta_json_doc *doc;
	uint32_t depth; /* of the recursion */
	zta_error *err;
} zta_policy_reader;

#define ZTA_POLICY_FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

zta_status zta_policy_part__no_room(zta_policy_reader *r);

static inline bool
zta_policy_part__is_string(const zta_json *node)
{
	return node != NULL && node->type == ZTA_JSON_STRING;
}

/* Is it the string `text`? */
bool zta_policy_part__is(const zta_json *node, const char *text);

/* Member `name` of the object, or an error that it lacks. */
ZTA_MUST_USE zta_status zta_policy_part__need(zta_policy_reader *r,
    const zta_json *object, const char *name, const zta_json **out);

/* Member `name`; NULL if it lacks or is null. */
const zta_json *zta_policy_part__may(const zta_json *object, const char *name);

/* An object with no other members than these three, some NULL. */
ZTA_MUST_USE zta_status zta_policy_part__only(zta_policy_reader *r,
    const zta_json *node, const char *a, const char *b, const char *c);

/* Each element of an array, as an item of `size` bytes in a list. */
typedef zta_status zta_policy_item(
    zta_policy_reader *r, const zta_json *node, void *item);
ZTA_MUST_USE zta_status zta_policy_part__list(zta_policy_reader *r,
    const zta_json *node, zta_policy_item *read, size_t size, void **list,
    uint32_t *count);

/* The name of an entity type, normalized. */
ZTA_MUST_USE zta_status zta_policy_part__type(
    zta_policy_reader *r, const zta_json *node, zta_str *out);

/* {"type":T,"id":I} or {"__entity":{...}} */
ZTA_MUST_USE zta_status zta_policy_part__uid(
    zta_policy_reader *r, const zta_json *node, zta_uid_text *out);

/* --- one file each: policy_json_scope.c, _expr.c, _value.c, _link.c */

/* The scope of principal, action or resource. */
ZTA_MUST_USE zta_status zta_policy_part__scope(zta_policy_reader *r,
    const zta_json *node, zta_expr_var var, zta_scope_text *out);

/* The body of a condition. */
ZTA_MUST_USE zta_status zta_policy_part__expr(
    zta_policy_reader *r, const zta_json *node, zta_expr **out);

/* What stands in {"Value":...}. */
ZTA_MUST_USE zta_status zta_policy_part__value(
    zta_policy_reader *r, const zta_json *node, zta_expr **out);

/* An array of links of templates. */
ZTA_MUST_USE zta_status zta_policy_part__links(
    zta_policy_reader *r, const zta_json *node, zta_policy_texts *out);

#endif
