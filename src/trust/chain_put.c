/* SPDX-License-Identifier: Apache-2.0 */
/* chain_put.c - see chain_claims.h: writing. */
#include "trust/chain_claims.h"

#include "base/b64.h"
#include "base/str.h"
#include "cedar/quote.h"

void
zta_chain__put_seconds(zta_json_out *out, const char *name, int64_t ms)
{
	zta_json_out__name(out, name);
	zta_json_out__int(out, ms / 1000);
}

void
zta_chain__put_digest(zta_json_out *out, const char *name, zta_str digest)
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	if (digest.len == ZTA_SHA256_LEN) {
		zta_b64__encode(digest, digits);
		zta_json_out__member_if(
		    out, name, (zta_str){ digits, sizeof(digits) });
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
		zta_json_out__member_if(out, "type", subject->parents[i].type);
		zta_json_out__member_if(out, "id", subject->parents[i].id);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

static void
put_subject(zta_json_out *out, const zta_txn *txn)
{
	zta_json_out__name(out, "subject");
	zta_json_out__open(out, '{');
	zta_json_out__member_if(out, "type", txn->subject.type);
	zta_json_out__member_if(out, "id", txn->subject.id);
	zta_json_out__member_if(out, "kind", txn->subject.kind);
	zta_json_out__member_if(out, "source", txn->subject.source);
	zta_json_out__member_if(out, "trust_domain", txn->subject.trust_domain);
	zta_chain__put_digest(out, "digest", txn->subject_digest);
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
	zta_json_out__member_if(out, "wl", ring->workload);
	zta_json_out__member_if(out, "source", ring->source);
	zta_json_out__member_if(out, "trust_domain", ring->trust_domain);
	zta_json_out__member_if(
	    out, "proof", zta_str_of(zta_proof__name(ring->proof)));
	zta_chain__put_digest(out, "digest", ring->digest);
	zta_chain__put_seconds(out, "at", ring->at);
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
	zta_json_out__member(out, "scope", zta_buf__str(&words));
	zta_buf__release(&words);
}

static void
put_object(zta_json_out *out, const char *name, const zta_json *object)
{
	if (object != NULL) {
		zta_json_out__name(out, name);
		(void)zta_json_out__node(out, object);
	}
}

static void
put_sub(zta_json_out *out, const zta_subject *subject)
{
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_quote__uid(&text, subject->type, subject->id);
	if (text.status != ZTA_OK) {
		out->buf->status = text.status;
	}
	zta_json_out__member_if(out, "sub", zta_buf__str(&text));
	zta_buf__release(&text);
}

void
zta_chain__put(zta_json_out *out, const zta_txn *txn)
{
	zta_json_out__member_if(out, "iss", txn->issuer);
	zta_chain__put_seconds(out, "iat", txn->issued_at);
	zta_chain__put_seconds(out, "exp", txn->expires_at);
	zta_json_out__member_if(out, "aud", txn->audience);
	zta_json_out__member_if(out, "txn", txn->txn);
	put_sub(out, &txn->subject);
	put_scope(out, txn);
	put_object(out, "rctx", txn->request_context);
	put_object(out, "tctx", txn->request_details);
}

void
zta_chain__put_grants(zta_json_out *out, const zta_txn *txn)
{
	uint32_t i;

	zta_json_out__name(out, "dlg");
	zta_json_out__open(out, '[');
	for (i = 0; i < txn->delegation_count; i++) {
		zta_json_out__str(out, txn->delegations[i]);
	}
	zta_json_out__close(out, ']');
}

void
zta_chain__put_rings(zta_json_out *out, const zta_txn *txn)
{
	uint32_t i;

	zta_json_out__member_if(out, "zone", txn->zone);
	zta_json_out__member_if(out, "ledger", txn->ledger);
	zta_json_out__member_if(out, "commit", txn->commit);
	put_subject(out, txn);
	zta_json_out__name(out, "rings");
	zta_json_out__open(out, '[');
	for (i = 0; i < txn->ring_count; i++) {
		put_ring(out, &txn->rings[i]);
	}
	zta_json_out__close(out, ']');
}
