/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - see replay.h. */
#include "pdp/replay.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"

/* --- writing */

static void
put_node(zta_json_out *out, const char *name, const zta_json *node)
{
	if (node != NULL) {
		zta_json_out__name(out, name);
		(void)zta_json_out__node(out, node);
	}
}

static void
put_entity(zta_json_out *out, const char *name, zta_str type, zta_str id,
    const zta_json *properties)
{
	zta_json_out__name(out, name);
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "type", type);
	zta_json_out__member(out, "id", id);
	put_node(out, "properties", properties);
	zta_json_out__close(out, '}');
}

/* Without `authorization_model`, where the token is. */
static void
put_request(zta_json_out *out, const zta_authzen *r)
{
	zta_json_out__name(out, "request");
	zta_json_out__open(out, '{');
	put_entity(out, "subject", r->subject_type, r->subject_id,
	    r->subject_properties);
	zta_json_out__name(out, "action");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "name", r->action);
	put_node(out, "properties", r->action_properties);
	zta_json_out__close(out, '}');
	put_entity(out, "resource", r->resource_type, r->resource_id,
	    r->resource_properties);
	put_node(out, "context", r->context);
	zta_json_out__close(out, '}');
}

static void
put_ring(zta_json_out *out, const zta_ring *ring)
{
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "workload", ring->workload);
	zta_json_out__member(out, "source", ring->source);
	zta_json_out__member(out, "trust_domain", ring->trust_domain);
	zta_json_out__member(
	    out, "proof", zta_str_of(zta_proof__name(ring->proof)));
	zta_json_out__name(out, "at");
	zta_json_out__int(out, ring->at);
	zta_json_out__close(out, '}');
}

/* With what its credential said of it, which is nowhere else. */
static void
put_subject(zta_json_out *out, const zta_subject *s)
{
	uint32_t i;

	zta_json_out__name(out, "subject");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "type", s->type);
	zta_json_out__member(out, "id", s->id);
	zta_json_out__member(out, "kind", s->kind);
	zta_json_out__member(out, "source", s->source);
	zta_json_out__member(out, "trust_domain", s->trust_domain);
	if (s->parent_count > 0) {
		zta_json_out__name(out, "parents");
		zta_json_out__open(out, '[');
		for (i = 0; i < s->parent_count; i++) {
			zta_json_out__open(out, '{');
			zta_json_out__member(out, "type", s->parents[i].type);
			zta_json_out__member(out, "id", s->parents[i].id);
			zta_json_out__close(out, '}');
		}
		zta_json_out__close(out, ']');
	}
	put_node(out, "attributes", s->attributes.root);
	zta_json_out__close(out, '}');
}

static void
put_chain(zta_json_out *out, const zta_txn *txn)
{
	uint32_t i;

	zta_json_out__name(out, "chain");
	zta_json_out__open(out, '{');
	put_subject(out, &txn->subject);
	zta_json_out__name(out, "scopes");
	zta_json_out__open(out, '[');
	for (i = 0; i < txn->scope_count; i++) {
		zta_json_out__str(out, txn->scopes[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__name(out, "rings");
	zta_json_out__open(out, '[');
	for (i = 0; i < txn->ring_count; i++) {
		put_ring(out, &txn->rings[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

bool
zta_replay__put(const zta_authzen *request, const zta_principal *caller,
    const zta_decision *d, zta_buf *buf)
{
	zta_json_out out = { buf, false };
	char id[2 * ZTA_LEAF_ID_LEN];

	if (zta_str__is(zta_str_of(d->leg), "token") ||
	    (d->txn != NULL && d->txn->delegation_count > 0)) {
		return false;
	}
	zta_hex__encode((zta_str){ (const char *)d->id, sizeof(d->id) }, id);
	zta_json_out__open(&out, '{');
	zta_json_out__member(&out, "id", (zta_str){ id, sizeof(id) });
	zta_json_out__name(&out, "time");
	zta_json_out__int(&out, d->time);
	put_request(&out, request);
	if (d->txn != NULL) {
		put_chain(&out, d->txn);
	}
	if (caller != NULL) {
		zta_json_out__member(&out, "caller", caller->id);
	}
	zta_json_out__member_if(&out, "home", d->home);
	if (request->relays) {
		zta_json_out__name(&out, "relays");
		zta_json_out__bool(&out, true);
	}
	zta_json_out__close(&out, '}');
	return true;
}

/* --- reading */

typedef struct reader {
	zta_arena *arena;
	zta_json_doc doc;
	zta_replay *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
take(reader *r, const zta_json *node, const char *name, zta_json_type type,
    const zta_json **out)
{
	*out = zta_json__get(node, name);
	return *out != NULL && (*out)->type == type ?
	    ZTA_OK :
	    FAIL(r, *out == NULL ? node : *out, "`%s` is missing, or wrong",
		name);
}

static zta_status
take_text(reader *r, const zta_json *node, const char *name, zta_str *out)
{
	const zta_json *text;
	zta_status status = take(r, node, name, ZTA_JSON_STRING, &text);

	if (status == ZTA_OK) {
		*out = zta_json__str(text);
	}
	return status;
}

static zta_status
take_time(reader *r, const zta_json *node, const char *name, int64_t *out)
{
	const zta_json *number;
	zta_status status = take(r, node, name, ZTA_JSON_INTEGER, &number);

	if (status == ZTA_OK && number->u.integer < 0) {
		return FAIL(r, number, "`%s` is before 1970", name);
	}
	if (status == ZTA_OK) {
		*out = number->u.integer;
	}
	return status;
}

static zta_status
read_id(reader *r)
{
	zta_str text;
	zta_status status = take_text(r, r->doc.root, "id", &text);

	return status != ZTA_OK ?
	    status :
	    text.len == 2 * ZTA_LEAF_ID_LEN &&
		zta_hex__decode(text, r->out->id) ?
	    ZTA_OK :
	    FAIL(r, r->doc.root, "`id` has 32 hexadecimal digits");
}

static zta_status
read_request(reader *r)
{
	static const char *const names[] = { "subject", "action", "resource",
		"context", NULL };
	const zta_json *node;
	zta_json_doc doc = { .text = r->doc.text };
	zta_status status =
	    take(r, r->doc.root, "request", ZTA_JSON_OBJECT, &node);

	if (status == ZTA_OK) {
		status = zta_json__only(&r->doc, node, names, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	doc.root = r->doc.root + (node - r->doc.root);
	return zta_authzen__of(&doc, &r->out->request, r->err);
}

static zta_status
read_proof(reader *r, const zta_json *node, zta_proof *out)
{
	zta_str name;
	zta_proof proof;
	zta_status status = take_text(r, node, "proof", &name);

	for (proof = ZTA_PROOF_BEARER;
	     status == ZTA_OK && proof <= ZTA_PROOF_WPT; proof++) {
		if (zta_str__is(name, zta_proof__name(proof))) {
			*out = proof;
			return ZTA_OK;
		}
	}
	return status != ZTA_OK ? status : FAIL(r, node, "no such proof");
}

static zta_status
read_ring(reader *r, const zta_json *node, zta_ring *out)
{
	static const char *const names[] = { "workload", "source",
		"trust_domain", "proof", "at", NULL };
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = take_text(r, node, "workload", &out->workload);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "source", &out->source);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "trust_domain", &out->trust_domain);
	}
	if (status == ZTA_OK) {
		status = read_proof(r, node, &out->proof);
	}
	return status != ZTA_OK ? status : take_time(r, node, "at", &out->at);
}

static zta_status
read_rings(reader *r, const zta_json *chain, zta_txn *txn)
{
	const zta_json *list, *node;
	zta_ring *rings;
	uint32_t i;
	zta_status status = take(r, chain, "rings", ZTA_JSON_ARRAY, &list);

	if (status != ZTA_OK) {
		return status;
	}
	if (list->count == 0 || list->count > ZTA_TXN_RINGS_MAX) {
		return FAIL(
		    r, list, "a chain has 1 to %u rings", ZTA_TXN_RINGS_MAX);
	}
	rings = zta_arena__zalloc(r->arena, list->count, sizeof(*rings));
	if (rings == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = read_ring(r, node, &rings[i]);
		node = zta_json__after(node);
	}
	txn->rings = rings;
	txn->ring_count = list->count;
	return status;
}

static zta_status
read_parents(reader *r, const zta_json *subject, zta_subject *out)
{
	static const char *const names[] = { "type", "id", NULL };
	const zta_json *list = zta_json__get(subject, "parents"), *node;
	zta_entity_name *parents;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (list == NULL) {
		return ZTA_OK;
	}
	if (list->type != ZTA_JSON_ARRAY || list->count == 0 ||
	    list->count > ZTA_PRINCIPAL_PARENTS_MAX) {
		return FAIL(r, list, "`parents` are 1 to %u",
		    ZTA_PRINCIPAL_PARENTS_MAX);
	}
	parents = zta_arena__zalloc(r->arena, list->count, sizeof(*parents));
	if (parents == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = zta_json__only(&r->doc, node, names, r->err);
		if (status == ZTA_OK) {
			status = take_text(r, node, "type", &parents[i].type);
		}
		if (status == ZTA_OK) {
			status = take_text(r, node, "id", &parents[i].id);
		}
		node = zta_json__after(node);
	}
	out->parents = parents;
	out->parent_count = list->count;
	return status;
}

static zta_status
read_attributes(reader *r, const zta_json *subject, zta_subject *out)
{
	const zta_json *node = zta_json__get(subject, "attributes");

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "`attributes` is an object");
	}
	out->attributes = r->doc;
	out->attributes.root = r->doc.root + (node - r->doc.root);
	return ZTA_OK;
}

static zta_status
read_subject(reader *r, const zta_json *chain, zta_subject *out)
{
	static const char *const names[] = { "type", "id", "kind", "source",
		"trust_domain", "parents", "attributes", NULL };
	const zta_json *node;
	zta_status status = take(r, chain, "subject", ZTA_JSON_OBJECT, &node);

	if (status == ZTA_OK) {
		status = zta_json__only(&r->doc, node, names, r->err);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "type", &out->type);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "id", &out->id);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "kind", &out->kind);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "source", &out->source);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "trust_domain", &out->trust_domain);
	}
	if (status == ZTA_OK) {
		status = read_parents(r, node, out);
	}
	return status != ZTA_OK ? status : read_attributes(r, node, out);
}

static zta_status
read_chain(reader *r, const zta_json *chain)
{
	static const char *const names[] = { "subject", "scopes", "rings",
		NULL };
	zta_txn *txn = zta_arena__zalloc(r->arena, 1, sizeof(*txn));
	zta_status status = zta_json__only(&r->doc, chain, names, r->err);

	if (txn == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	if (status == ZTA_OK) {
		status = read_subject(r, chain, &txn->subject);
	}
	if (status == ZTA_OK) {
		status =
		    zta_json__words(&r->doc, zta_json__get(chain, "scopes"),
			r->arena, &txn->scopes, &txn->scope_count, r->err);
	}
	r->out->txn = txn;
	return status != ZTA_OK ? status : read_rings(r, chain, txn);
}

static zta_status
read_relays(reader *r)
{
	const zta_json *node = zta_json__get(r->doc.root, "relays");

	if (node != NULL && node->type != ZTA_JSON_TRUE) {
		return FAIL(r, node, "`relays` is true, or absent");
	}
	r->out->request.relays = node != NULL;
	return ZTA_OK;
}

zta_status
zta_replay__read(
    zta_arena *arena, zta_str text, zta_replay *out, zta_error *err)
{
	static const char *const names[] = { "id", "time", "request", "chain",
		"caller", "home", "relays", NULL };
	reader r = { .arena = arena, .out = out, .err = err };
	const zta_json *chain;
	zta_status status = zta_json__read(arena, text, &r.doc, err);

	*out = (zta_replay){ .caller = ZTA_STR(""), .home = ZTA_STR("") };
	if (status == ZTA_OK) {
		status = zta_json__only(&r.doc, r.doc.root, names, err);
	}
	if (status == ZTA_OK) {
		status = read_id(&r);
	}
	if (status == ZTA_OK) {
		status = take_time(&r, r.doc.root, "time", &out->time);
	}
	if (status == ZTA_OK) {
		status = read_request(&r);
	}
	chain = status == ZTA_OK ? zta_json__get(r.doc.root, "chain") : NULL;
	if (chain != NULL) {
		status = read_chain(&r, chain);
	}
	if (status == ZTA_OK && zta_json__get(r.doc.root, "caller") != NULL) {
		status = take_text(&r, r.doc.root, "caller", &out->caller);
	}
	if (status == ZTA_OK && zta_json__get(r.doc.root, "home") != NULL) {
		status = take_text(&r, r.doc.root, "home", &out->home);
	}
	return status != ZTA_OK ? status : read_relays(&r);
}

bool
zta_replay__front(zta_str line, unsigned char id[ZTA_LEAF_ID_LEN], int64_t *ms)
{
	static const char before[] = "{\"id\":\"", between[] = "\",\"time\":";
	const zta_str digits = { line.ptr + sizeof(before) - 1,
		2 * (size_t)ZTA_LEAF_ID_LEN };
	size_t at = sizeof(before) - 1 + digits.len + sizeof(between) - 1, i;
	int64_t time = 0;

	if (line.len <= at ||
	    memcmp(line.ptr, before, sizeof(before) - 1) != 0 ||
	    memcmp(digits.ptr + digits.len, between, sizeof(between) - 1) !=
		0 ||
	    !zta_hex__decode(digits, id)) {
		return false;
	}
	/* Eighteen digits are no overflow, and a long time from now. */
	for (i = at; i < line.len && i - at < 18 && line.ptr[i] >= '0' &&
	     line.ptr[i] <= '9';
	     i++) {
		time = 10 * time + (line.ptr[i] - '0');
	}
	*ms = time;
	return i > at && i < line.len && line.ptr[i] == ',';
}
