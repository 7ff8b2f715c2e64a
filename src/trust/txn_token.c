/* SPDX-License-Identifier: Apache-2.0 */
/* txn_token.c - see txn_token.h. */
#include "trust/txn_token.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "cedar/quote.h"
#include "identity/claims.h"

/* --- writing */

static bool
take(zta_str *text, zta_str prefix)
{
	if (!zta_str__starts(*text, prefix)) {
		return false;
	}
	*text = (zta_str){ text->ptr + prefix.len, text->len - prefix.len };
	return true;
}

bool
zta_subject__is(zta_str text, zta_str type, zta_str id)
{
	zta_str middle = ZTA_STR("::\"");
	zta_buf buf;
	bool same;

	if (zta_quote__is_plain(id)) {
		return text.len == type.len + middle.len + id.len + 1 &&
		    take(&text, type) && take(&text, middle) &&
		    take(&text, id) && text.ptr[0] == '"';
	}
	/* Few ids are like that, so they may cost a buffer. */
	zta_buf__init(&buf, SIZE_MAX);
	zta_quote__uid(&buf, type, id);
	same = buf.status == ZTA_OK && zta_str__eq(zta_buf__str(&buf), text);
	zta_buf__release(&buf);
	return same;
}

static void
put_text(zta_json_out *out, const char *name, zta_str text)
{
	if (text.len > 0) {
		zta_json_out__name(out, name);
		zta_json_out__str(out, text);
	}
}

static void
put_seconds(zta_json_out *out, const char *name, int64_t ms)
{
	zta_json_out__name(out, name);
	zta_json_out__int(out, ms / 1000);
}

static void
put_digest(zta_json_out *out, zta_str digest)
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	if (digest.len == ZTA_SHA256_LEN) {
		zta_b64__encode(digest, digits);
		put_text(out, "digest", (zta_str){ digits, sizeof(digits) });
	}
}

/* SPEC: rfc8693 4.1: the current actor outside, earlier ones inside. */
static void
put_actors(zta_json_out *out, const zta_ring *rings, uint32_t count)
{
	uint32_t i;

	for (i = count; i > 0; i--) {
		zta_json_out__name(out, "act");
		zta_json_out__open(out, '{');
		put_text(out, "sub", rings[i - 1].workload);
	}
	for (i = 0; i < count; i++) {
		zta_json_out__close(out, '}');
	}
}

static void
put_parents(zta_json_out *out, const zta_subject *subject)
{
	uint32_t i;

	if (subject->parent_count == 0) {
		return;
	}
	zta_json_out__name(out, "parents");
	zta_json_out__open(out, '[');
	for (i = 0; i < subject->parent_count; i++) {
		zta_json_out__open(out, '{');
		put_text(out, "type", subject->parents[i].type);
		put_text(out, "id", subject->parents[i].id);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

static void
put_subject(zta_json_out *out, const zta_txn *txn)
{
	zta_json_out__name(out, "subject");
	zta_json_out__open(out, '{');
	put_text(out, "type", txn->subject.type);
	put_text(out, "id", txn->subject.id);
	put_text(out, "kind", txn->subject.kind);
	put_text(out, "source", txn->subject.source);
	put_text(out, "trust_domain", txn->subject.trust_domain);
	put_digest(out, txn->subject_digest);
	put_parents(out, &txn->subject);
	if (txn->subject.attributes.root != NULL) {
		zta_json_out__name(out, "attributes");
		(void)zta_json_out__node(out, txn->subject.attributes.root);
	}
	zta_json_out__close(out, '}');
}

static void
put_ring(zta_json_out *out, const zta_ring *ring)
{
	zta_json_out__open(out, '{');
	put_text(out, "wl", ring->workload);
	put_text(out, "source", ring->source);
	put_text(out, "trust_domain", ring->trust_domain);
	put_text(out, "proof", zta_str_of(zta_proof__name(ring->proof)));
	put_digest(out, ring->digest);
	put_seconds(out, "at", ring->at);
	zta_json_out__close(out, '}');
}

static void
put_scope(zta_json_out *out, const zta_txn *txn)
{
	zta_buf words;
	uint32_t i;

	zta_buf__init(&words, SIZE_MAX);
	for (i = 0; i < txn->scope_count; i++) {
		zta_buf__text(&words, i > 0 ? " " : "");
		zta_buf__put(&words, txn->scopes[i]);
	}
	if (words.status != ZTA_OK) {
		out->buf->status = words.status;
	}
	zta_json_out__name(out, "scope");
	zta_json_out__str(out, zta_buf__str(&words));
	zta_buf__release(&words);
}

static void
put_ztauth(zta_json_out *out, const zta_txn *txn)
{
	uint32_t i;

	zta_json_out__name(out, "ztauth");
	zta_json_out__open(out, '{');
	put_text(out, "zone", txn->zone);
	put_text(out, "ledger", txn->ledger);
	put_text(out, "commit", txn->commit);
	put_subject(out, txn);
	zta_json_out__name(out, "rings");
	zta_json_out__open(out, '[');
	for (i = 0; i < txn->ring_count; i++) {
		put_ring(out, &txn->rings[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__name(out, "dlg");
	zta_json_out__open(out, '[');
	for (i = 0; i < txn->delegation_count; i++) {
		zta_json_out__str(out, txn->delegations[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

static void
put_object(zta_json_out *out, const char *name, const zta_json *object)
{
	if (object != NULL) {
		zta_json_out__name(out, name);
		(void)zta_json_out__node(out, object);
	}
}

void
zta_txn_token__put(zta_buf *buf, const zta_txn *txn)
{
	zta_json_out out = { buf, false };
	zta_buf sub;

	zta_buf__init(&sub, SIZE_MAX);
	zta_quote__uid(&sub, txn->subject.type, txn->subject.id);
	if (sub.status != ZTA_OK) {
		buf->status = sub.status;
	}
	zta_json_out__open(&out, '{');
	put_text(&out, "iss", txn->issuer);
	put_seconds(&out, "iat", txn->issued_at);
	put_seconds(&out, "exp", txn->expires_at);
	put_text(&out, "aud", txn->audience);
	put_text(&out, "txn", txn->txn);
	put_text(&out, "sub", zta_buf__str(&sub));
	put_actors(&out, txn->rings, txn->ring_count);
	put_scope(&out, txn);
	put_object(&out, "rctx", txn->request_context);
	put_object(&out, "tctx", txn->request_details);
	put_text(&out, "req_wl", txn->rings[txn->ring_count - 1].workload);
	put_ztauth(&out, txn);
	zta_json_out__close(&out, '}');
	zta_buf__release(&sub);
}

/* --- reading */

typedef struct reader {
	zta_arena *arena;
	zta_error *err;
	zta_json_doc payload;
	bool broken; /* a member is missing or of the wrong form */
} reader;

static zta_str
take_text(reader *r, const zta_json *object, const char *name, bool needed)
{
	const zta_json *node = zta_json__get(object, name);

	if (node != NULL && node->type == ZTA_JSON_STRING) {
		return zta_json__str(node);
	}
	r->broken = r->broken || needed || node != NULL;
	return (zta_str){ NULL, 0 };
}

static const zta_json *
take_object(reader *r, const zta_json *object, const char *name)
{
	const zta_json *node = zta_json__get(object, name);

	r->broken =
	    r->broken || (node != NULL && node->type != ZTA_JSON_OBJECT);
	return node;
}

static int64_t
take_date(reader *r, const zta_json *object, const char *name)
{
	const zta_json *node = zta_json__get(object, name);
	int64_t ms = 0;

	r->broken = r->broken || node == NULL || !zta_claims__date(node, &ms);
	return ms;
}

static zta_str
take_digest(reader *r, const zta_json *object)
{
	zta_str digits = take_text(r, object, "digest", true);
	char *bytes = zta_arena__alloc(r->arena, digits.len + 1);
	size_t len = 0;

	if (bytes == NULL || !zta_b64__decode(digits, bytes, &len) ||
	    len != ZTA_SHA256_LEN) {
		r->broken = true;
		len = 0;
	}
	return (zta_str){ bytes, len };
}

static zta_proof
take_proof(reader *r, const zta_json *object)
{
	zta_str word = take_text(r, object, "proof", true);
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
take_rings(reader *r, const zta_json *object, zta_txn *out)
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
		rings[i].workload = take_text(r, node, "wl", true);
		rings[i].source = take_text(r, node, "source", true);
		rings[i].trust_domain =
		    take_text(r, node, "trust_domain", false);
		rings[i].proof = take_proof(r, node);
		rings[i].digest = take_digest(r, node);
		rings[i].at = take_date(r, node, "at");
		node = zta_json__after(node);
	}
	out->rings = rings;
	out->ring_count = list->count;
}

static void
take_scopes(reader *r, const zta_json *root, zta_txn *out)
{
	zta_str rest = take_text(r, root, "scope", true), word;
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
take_parents(reader *r, const zta_json *subject, zta_subject *out)
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
		parents[i].type = take_text(r, node, "type", true);
		parents[i].id = take_text(r, node, "id", true);
		node = zta_json__after(node);
	}
	out->parents = parents;
	out->parent_count = list->count;
}

static void
take_attributes(reader *r, const zta_json *subject, zta_subject *out)
{
	const zta_json *node = zta_json__get(subject, "attributes");

	if (node != NULL) {
		r->broken = r->broken || node->type != ZTA_JSON_OBJECT;
		out->attributes = r->payload;
		out->attributes.root = (zta_json *)(uintptr_t)node;
	}
}

static void
take_delegations(reader *r, const zta_json *object, zta_txn *out)
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
take_ztauth(reader *r, const zta_json *node, zta_txn *out)
{
	const zta_json *subject;

	if (node == NULL || node->type != ZTA_JSON_OBJECT) {
		r->broken = true;
		return;
	}
	out->zone = take_text(r, node, "zone", true);
	out->ledger = take_text(r, node, "ledger", false);
	out->commit = take_text(r, node, "commit", true);
	subject = zta_json__get(node, "subject");
	if (subject == NULL || subject->type != ZTA_JSON_OBJECT) {
		r->broken = true;
		return;
	}
	out->subject.type = take_text(r, subject, "type", true);
	out->subject.id = take_text(r, subject, "id", true);
	out->subject.kind = take_text(r, subject, "kind", true);
	out->subject.source = take_text(r, subject, "source", true);
	out->subject.trust_domain =
	    take_text(r, subject, "trust_domain", false);
	out->subject_digest = take_digest(r, subject);
	take_parents(r, subject, &out->subject);
	take_attributes(r, subject, &out->subject);
	take_rings(r, node, out);
	take_delegations(r, node, out);
}

zta_status
zta_txn_token__read(
    const zta_jws *jws, zta_arena *arena, zta_txn *out, zta_error *err)
{
	const zta_json *root = jws->payload.root;
	reader r = { .arena = arena, .err = err, .payload = jws->payload };
	zta_str sub;

	*out = (zta_txn){ 0 };
	out->issuer = take_text(&r, root, "iss", true);
	out->audience = take_text(&r, root, "aud", true);
	out->txn = take_text(&r, root, "txn", true);
	out->issued_at = take_date(&r, root, "iat");
	out->expires_at = take_date(&r, root, "exp");
	sub = take_text(&r, root, "sub", true);
	take_scopes(&r, root, out);
	out->request_context = take_object(&r, root, "rctx");
	out->request_details = take_object(&r, root, "tctx");
	take_ztauth(&r, zta_json__get(root, "ztauth"), out);
	if (r.broken ||
	    !zta_subject__is(sub, out->subject.type, out->subject.id)) {
		return zta_error__set(err, ZTA_EUNTRUSTED,
		    "the token is no transaction token of this form");
	}
	return ZTA_OK;
}

static zta_status
read_txn(void *out, const zta_jws *jws, zta_arena *arena, zta_error *err)
{
	return zta_txn_token__read(jws, arena, out, err);
}

const zta_known_reading zta_txn_token__reading = { sizeof(zta_txn), read_txn };
