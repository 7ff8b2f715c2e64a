/* SPDX-License-Identifier: Apache-2.0 */
/*
 * question_context.c - the context of a question: question_part.h.
 *
 * It is made of JSON nodes, so that what the PEP sent and what the decision adds
 * get their types from the schema in one way.
 */
#include "pdp/question_part.h"

#include "base/error.h"
#include "base/str.h"
#include "cedar/request.h"

typedef zta_question_maker maker;

/* Nodes without what the request and the token have several of. */
#define PLAIN_MAX 16u

static bool
declares(const maker *m, const char *name)
{
	const zta_cedar *cedar = m->snapshot->cedar;
	const zta_action *declared;
	uint32_t key;

	if (cedar->schema == NULL) {
		return true;
	}
	declared = zta_schema__action(cedar->schema, m->out->action);
	key = zta_names__find_symbol(m->reader.names, zta_str_of(name));
	return declared != NULL && key != ZTA_NAME_NONE &&
	    zta_type__attr(declared->context, key) != NULL;
}

/* --- nodes, at `*to`, which is moved past them */

static zta_json *
put(zta_json **to, zta_json_type type)
{
	zta_json *node = (*to)++;

	*node = (zta_json){ .type = type, .span = 1 };
	return node;
}

static void
put_text(zta_json **to, zta_str text)
{
	zta_json *node = put(to, ZTA_JSON_STRING);

	node->count = (uint32_t)text.len;
	node->u.text = text.ptr;
}

static void
put_number(zta_json **to, int64_t number)
{
	put(to, ZTA_JSON_INTEGER)->u.integer = number;
}

static void
put_texts(zta_json **to, const zta_str *list, uint32_t count)
{
	zta_json *array = put(to, ZTA_JSON_ARRAY);
	uint32_t i;

	array->count = count;
	array->span += count;
	for (i = 0; i < count; i++) {
		put_text(to, list[i]);
	}
}

static void
put_nodes(zta_json **to, const zta_json *first, uint32_t count)
{
	memcpy(*to, first, count * sizeof(*first));
	*to += count;
}

/* --- the members */

static void
put_flow(zta_json **to, const zta_flow *flow)
{
	const zta_txn *txn = flow->txn;
	zta_json *object = put(to, ZTA_JSON_OBJECT);
	zta_str workload = txn != NULL ?
	    txn->rings[txn->ring_count - 1].workload :
	    flow->caller != NULL ? flow->caller->id :
				   (zta_str){ "", 0 };

	put_text(to, ZTA_STR("workload"));
	put_text(to, workload);
	put_text(to, ZTA_STR("level"));
	put_number(to, flow->level);
	put_text(to, ZTA_STR("ring"));
	put_number(to, txn == NULL ? 0 : txn->ring_count);
	put_text(to, ZTA_STR("scopes"));
	put_texts(to, txn == NULL ? NULL : txn->scopes,
	    txn == NULL ? 0 : txn->scope_count);
	put_text(to, ZTA_STR("delegation"));
	put_texts(to, txn == NULL ? NULL : txn->delegations,
	    txn == NULL ? 0 : txn->delegation_count);
	object->count = 5;
	object->span = (uint32_t)(*to - object);
}

static void
put_action(zta_json **to, const zta_json *properties)
{
	if (properties == NULL) {
		(void)put(to, ZTA_JSON_OBJECT);
	} else {
		put_nodes(to, properties, properties->span);
	}
}

/* All of it, in the arena; NULL: no memory. */
static zta_json *
make_nodes(const maker *m)
{
	const zta_json *sent = m->request->context;
	const zta_json *properties = m->request->action_properties;
	const zta_txn *txn = m->flow->txn;
	size_t room = PLAIN_MAX + (sent == NULL ? 0 : sent->span) +
	    (properties == NULL ? 0 : properties->span) +
	    (txn == NULL ? 0 :
			   (size_t)txn->scope_count + txn->delegation_count);
	zta_json *root =
	    zta_arena__alloc(m->reader.arena, room * sizeof(*root));
	zta_json *to = root;

	if (root == NULL) {
		return NULL;
	}
	(void)put(&to, ZTA_JSON_OBJECT);
	if (sent != NULL) {
		root->count = sent->count;
		put_nodes(&to, zta_json__first(sent), sent->span - 1);
	}
	if (declares(m, "action")) {
		root->count++;
		put_text(&to, ZTA_STR("action"));
		put_action(&to, properties);
	}
	if (declares(m, "ztauth")) {
		root->count++;
		put_text(&to, ZTA_STR("ztauth"));
		put_flow(&to, m->flow);
	}
	root->span = (uint32_t)(to - root);
	return root;
}

zta_status
zta_question__context(maker *m)
{
	zta_value_reader reader = m->reader;
	const zta_json_doc doc = { .text = m->request->doc.text,
		.root = make_nodes(m) };
	char place[ZTA_PLACE_MAX];
	zta_status status;

	if (doc.root == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	reader.doc = &doc;
	status = zta_request__context(
	    &reader, doc.root, m->out->action, &m->out->context);
	if (status != ZTA_OK && m->err != NULL) {
		/* What was added here has neither line nor column. */
		m->err->line = m->err->column = 0;
		memcpy(place, m->err->place, sizeof(place));
		zta_error__replace(m->err, "/context%s", place);
	}
	return status;
}
