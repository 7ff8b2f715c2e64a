/* SPDX-License-Identifier: Apache-2.0 */
/* chain_take.c - see chain_claims.h: reading. */
#include "trust/chain_claims.h"

#include "base/b64.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/claims.h"

zta_str
zta_chain__take_text(
    zta_chain_reader *r, const zta_json *object, const char *name, bool needed)
{
	const zta_json *node = zta_json__get(object, name);

	if (node != NULL && node->type == ZTA_JSON_STRING) {
		return zta_json__str(node);
	}
	r->broken = r->broken || needed || node != NULL;
	return (zta_str){ NULL, 0 };
}

static const zta_json *
take_object(zta_chain_reader *r, const zta_json *object, const char *name)
{
	const zta_json *node = zta_json__get(object, name);

	r->broken =
	    r->broken || (node != NULL && node->type != ZTA_JSON_OBJECT);
	return node;
}

int64_t
zta_chain__take_date(
    zta_chain_reader *r, const zta_json *object, const char *name)
{
	const zta_json *node = zta_json__get(object, name);
	int64_t ms = 0;

	r->broken = r->broken || node == NULL || !zta_claims__date(node, &ms);
	return ms;
}

zta_str
zta_chain__take_digest(
    zta_chain_reader *r, const zta_json *object, const char *name, bool needed)
{
	zta_str digits = zta_chain__take_text(r, object, name, needed);
	char *bytes = zta_arena__alloc(r->arena, digits.len + 1);
	size_t len = 0;

	if (digits.ptr == NULL) {
		return (zta_str){ NULL, 0 };
	}
	if (bytes == NULL || !zta_b64__decode(digits, bytes, &len) ||
	    len != ZTA_SHA256_LEN) {
		r->broken = true;
		len = 0;
	}
	return (zta_str){ bytes, len };
}

static zta_proof
take_proof(zta_chain_reader *r, const zta_json *object)
{
	zta_str word = zta_chain__take_text(r, object, "proof", true);
	zta_proof proof;

	for (proof = ZTA_PROOF_BEARER; proof <= ZTA_PROOF_WPT; proof++) {
		if (zta_str__is(word, zta_proof__name(proof))) {
			return proof;
		}
	}
	r->broken = true;
	return ZTA_PROOF_BEARER;
}

static void
take_ring_list(zta_chain_reader *r, const zta_json *object, zta_txn *out)
{
	const zta_json *list = zta_json__get(object, "rings"), *node;
	zta_ring *rings;
	uint32_t i;

	if (list == NULL || list->type != ZTA_JSON_ARRAY || list->count == 0 ||
	    list->count > ZTA_TXN_RINGS_MAX) {
		r->broken = true;
		return;
	}
	rings = zta_arena__zalloc(r->arena, list->count, sizeof(*rings));
	if (rings == NULL) {
		r->broken = true;
		return;
	}
	node = zta_json__first(list);
	for (i = 0; i < list->count && !r->broken; i++) {
		if (node->type != ZTA_JSON_OBJECT) {
			r->broken = true;
			return;
		}
		rings[i].workload = zta_chain__take_text(r, node, "wl", true);
		rings[i].source = zta_chain__take_text(r, node, "source", true);
		rings[i].trust_domain =
		    zta_chain__take_text(r, node, "trust_domain", false);
		rings[i].proof = take_proof(r, node);
		rings[i].digest =
		    zta_chain__take_digest(r, node, "digest", true);
		rings[i].at = zta_chain__take_date(r, node, "at");
		node = zta_json__after(node);
	}
	out->rings = rings;
	out->ring_count = list->count;
}

static void
take_scopes(zta_chain_reader *r, const zta_json *root, zta_txn *out)
{
	zta_str rest = zta_chain__take_text(r, root, "scope", true), word;
	zta_str *words =
	    zta_arena__alloc(r->arena, (rest.len + 1) * sizeof(*words));

	if (words == NULL) {
		r->broken = true;
		return;
	}
	while (zta_str__next(&rest, ' ', &word)) {
		if (word.len > 0) {
			words[out->scope_count++] = word;
		}
	}
	out->scopes = words;
}

static void
take_parents(zta_chain_reader *r, const zta_json *subject, zta_subject *out)
{
	const zta_json *list = zta_json__get(subject, "parents"), *node;
	zta_entity_name *parents;
	uint32_t i;

	if (list == NULL) {
		return;
	}
	if (list->type != ZTA_JSON_ARRAY ||
	    list->count > ZTA_PRINCIPAL_PARENTS_MAX) {
		r->broken = true;
		return;
	}
	parents =
	    zta_arena__zalloc(r->arena, list->count + 1, sizeof(*parents));
	node = zta_json__first(list);
	r->broken = r->broken || parents == NULL;
	for (i = 0; i < list->count && !r->broken; i++) {
		parents[i].type = zta_chain__take_text(r, node, "type", true);
		parents[i].id = zta_chain__take_text(r, node, "id", true);
		node = zta_json__after(node);
	}
	out->parents = parents;
	out->parent_count = list->count;
}

static void
take_attributes(zta_chain_reader *r, const zta_json *subject, zta_subject *out)
{
	const zta_json *node = zta_json__get(subject, "attributes");

	if (node != NULL) {
		r->broken = r->broken || node->type != ZTA_JSON_OBJECT;
		out->attributes = r->payload;
		out->attributes.root = (zta_json *)(uintptr_t)node;
	}
}

void
zta_chain__take_grants(
    zta_chain_reader *r, const zta_json *object, zta_txn *out)
{
	const zta_json *list = zta_json__get(object, "dlg");
	zta_json_doc doc = r->payload;

	if (list == NULL || list->type != ZTA_JSON_ARRAY ||
	    list->count > ZTA_GRANT_CHAIN_MAX ||
	    zta_json__words(&doc, list, r->arena, &out->delegations,
		&out->delegation_count, NULL) != ZTA_OK) {
		r->broken = true;
	}
}

static void
take_ztauth(zta_chain_reader *r, const zta_json *node, zta_txn *out)
{
	const zta_json *subject;

	if (node == NULL || node->type != ZTA_JSON_OBJECT) {
		r->broken = true;
		return;
	}
	out->zone = zta_chain__take_text(r, node, "zone", true);
	out->ledger = zta_chain__take_text(r, node, "ledger", false);
	out->commit = zta_chain__take_text(r, node, "commit", true);
	subject = zta_json__get(node, "subject");
	if (subject == NULL || subject->type != ZTA_JSON_OBJECT) {
		r->broken = true;
		return;
	}
	out->subject.type = zta_chain__take_text(r, subject, "type", true);
	out->subject.id = zta_chain__take_text(r, subject, "id", true);
	out->subject.kind = zta_chain__take_text(r, subject, "kind", true);
	out->subject.source = zta_chain__take_text(r, subject, "source", true);
	out->subject.trust_domain =
	    zta_chain__take_text(r, subject, "trust_domain", false);
	out->subject_digest =
	    zta_chain__take_digest(r, subject, "digest", true);
	take_parents(r, subject, &out->subject);
	take_attributes(r, subject, &out->subject);
	take_ring_list(r, node, out);
}

void
zta_chain__take(zta_chain_reader *r, zta_txn *out)
{
	const zta_json *root = r->payload.root;

	out->issuer = zta_chain__take_text(r, root, "iss", true);
	out->audience = zta_chain__take_text(r, root, "aud", true);
	out->txn = zta_chain__take_text(r, root, "txn", true);
	out->issued_at = zta_chain__take_date(r, root, "iat");
	out->expires_at = zta_chain__take_date(r, root, "exp");
	take_scopes(r, root, out);
	out->request_context = take_object(r, root, "rctx");
	out->request_details = take_object(r, root, "tctx");
	take_ztauth(r, zta_json__get(root, "ztauth"), out);
	r->broken = r->broken ||
	    !zta_subject__is(zta_chain__take_text(r, root, "sub", true),
		out->subject.type, out->subject.id);
}
