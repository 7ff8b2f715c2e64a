/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_schema.c - schemas: the human syntax, and JSON, which begins with {. One
 * that can be read can be written in JSON, and one of the human syntax as text
 * too; what is written means the same, and is written the same again.
 */
#include "fuzz.h"

#include "base/json.h"
#include "base/str.h"
#include "cedar/entities.h"
#include "cedar/schema.h"
#include "ztauth/cedar.h"

static void
must(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* --- do two schemas mean the same? Each has numbers of its own for names. */

static uint32_t
other(const zta_schema *a, uint32_t symbol, const zta_schema *b)
{
	return zta_names__find_symbol(
	    b->names, zta_names__text(a->names, symbol));
}

static uint32_t
other_uid(const zta_schema *a, uint32_t uid, const zta_schema *b)
{
	return zta_names__find_uid(b->names,
	    other(a, zta_names__type_of(a->names, uid), b),
	    zta_names__id_of(a->names, uid));
}

static void
same_list(const zta_schema *a, const uint32_t *x, uint32_t count,
    const zta_schema *b, const uint32_t *y, uint32_t other_count,
    uint32_t (*translate)(const zta_schema *, uint32_t, const zta_schema *))
{
	uint32_t i;

	must(count == other_count);
	for (i = 0; i < count; i++) {
		must(zta_uids__has(y, count, translate(a, x[i], b)));
	}
}

/* `steps` bounds what types cost that are small but huge when written out. */
static void
same_type(const zta_schema *a, const zta_type *x, const zta_schema *b,
    const zta_type *y, uint32_t *steps)
{
	const zta_attr *attr;
	uint32_t i;

	must((x == NULL) == (y == NULL));
	if (x == NULL || *steps == 0) {
		return;
	}
	--*steps;
	must(x->kind == y->kind && x->attr_count == y->attr_count);
	if (x->kind == ZTA_VALUE_ENTITY) {
		must(other(a, x->entity, b) == y->entity);
	}
	same_type(a, x->element, b, y->element, steps);
	for (i = 0; i < x->attr_count; i++) {
		attr = zta_type__attr(y, other(a, x->attrs[i].key, b));
		must(attr != NULL && attr->required == x->attrs[i].required);
		same_type(a, x->attrs[i].type, b, attr->type, steps);
	}
}

static void
same_entity(const zta_schema *a, const zta_entity_type *x, const zta_schema *b)
{
	const zta_entity_type *y = zta_schema__entity(b, other(a, x->name, b));
	uint32_t i, steps = 10000;

	must(y != NULL && x->choice_count == y->choice_count);
	same_list(a, x->ancestors, x->ancestor_count, b, y->ancestors,
	    y->ancestor_count, other);
	same_type(a, x->shape, b, y->shape, &steps);
	same_type(a, x->tags, b, y->tags, &steps);
	for (i = 0; i < x->choice_count; i++) {
		must(zta_str__eq(x->choices[i], y->choices[i]));
	}
}

static void
same_action(const zta_schema *a, const zta_action *x, const zta_schema *b)
{
	const zta_action *y = zta_schema__action(b, other_uid(a, x->uid, b));
	uint32_t steps = 10000;

	must(y != NULL);
	same_list(a, x->ancestors, x->ancestor_count, b, y->ancestors,
	    y->ancestor_count, other_uid);
	same_list(a, x->principals, x->principal_count, b, y->principals,
	    y->principal_count, other);
	same_list(a, x->resources, x->resource_count, b, y->resources,
	    y->resource_count, other);
	same_type(a, x->context, b, y->context, &steps);
}

static void
same(zta_str text, zta_str again)
{
	zta_arena arena;
	zta_names names, other_names;
	zta_schema a, b;
	uint32_t i;

	zta_arena__init(&arena, SIZE_MAX);
	zta_names__init(&names, &arena, 1);
	zta_names__init(&other_names, &arena, 2);
	must(zta_schema__read(&a, &names, names.arena, text, NULL) == ZTA_OK);
	must(zta_schema__read(
		 &b, &other_names, other_names.arena, again, NULL) == ZTA_OK);
	must(a.entity_count == b.entity_count);
	must(a.action_count == b.action_count);
	for (i = 0; i < a.entity_count; i++) {
		same_entity(&a, &a.entities[i], &b);
	}
	for (i = 0; i < a.action_count; i++) {
		same_action(&a, &a.actions[i], &b);
	}
	zta_arena__release(&arena);
}

/* --- the target */

static zta_status
load(zta_str text)
{
	zta_cedar *engine;
	zta_error err;
	zta_status status;

	must(zta_cedar_open(&engine, NULL) == ZTA_OK);
	status = zta_cedar_add_schema(engine, ZTA_STR("s"), text, &err);
	if (status == ZTA_OK) {
		must(zta_cedar_seal(engine, &err) == ZTA_OK);
	}
	zta_cedar_close(engine);
	return status;
}

static zta_str
to_json(zta_str text)
{
	zta_str out;

	must(
	    zta_cedar_schema_to_json(ZTA_STR("s"), text, &out, NULL) == ZTA_OK);
	same(text, out);
	return out;
}

/* From text to JSON, to text, to JSON: what comes twice is the same. */
static void
go_round(zta_str text)
{
	zta_str json = to_json(text), text_again, json_again;

	must(zta_cedar_schema_to_text(ZTA_STR("s"), json, &text_again, NULL) ==
	    ZTA_OK);
	must(zta_str__eq(text, text_again));
	json_again = to_json(text_again);
	must(zta_str__eq(json, json_again));
	zta_str_free(json);
	zta_str_free(text_again);
	zta_str_free(json_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size }, out;
	zta_error err;
	zta_status status = load(text);

	if (status != ZTA_OK) {
		must(zta_cedar_schema_to_json(ZTA_STR("s"), text, &out, NULL) ==
		    status);
		return 0;
	}
	zta_str_free(to_json(text));
	status = zta_cedar_schema_to_text(ZTA_STR("s"), text, &out, &err);
	if (status != ZTA_OK) {
		must(status == ZTA_EINVALID && err.line > 0);
		must(zta_json__begins(text));
		return 0;
	}
	same(text, out);
	go_round(out);
	zta_str_free(out);
	return 0;
}
