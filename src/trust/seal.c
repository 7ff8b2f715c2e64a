/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - see seal.h. */
#include "trust/seal.h"

#include "base/b64.h"
#include "base/limits.h"
#include "base/str.h"
#include "trust/chain_claims.h"

#define JTI_DIGITS 32

/* --- what is sealed */

static bool
is_channel(const zta_json *node)
{
	uint32_t i;

	if (node == NULL || node->type != ZTA_JSON_STRING || node->count == 0 ||
	    node->count > ZTA_SEAL_CHANNEL_MAX) {
		return false;
	}
	for (i = 0; i < node->count; i++) {
		if ((unsigned char)node->u.text[i] < ' ' ||
		    node->u.text[i] == '\x7f') {
			return false;
		}
	}
	return true;
}

static bool
take_payload(const zta_json *node, zta_sealed *out)
{
	size_t len;

	return node != NULL && node->type == ZTA_JSON_STRING &&
	    node->count == ZTA_B64_LEN(ZTA_SHA256_LEN) &&
	    zta_b64__decode(zta_json__str(node), out->payload, &len);
}

static bool
take_count(const zta_json *node, zta_sealed *out)
{
	if (node == NULL) {
		return true;
	}
	if (node->type != ZTA_JSON_INTEGER || node->u.integer < 1 ||
	    node->u.integer > ZTA_SEAL_PAYLOADS_MAX) {
		return false;
	}
	out->payloads = (uint32_t)node->u.integer;
	return true;
}

const char *
zta_sealed__take(const zta_json *object, zta_sealed *out)
{
	const zta_json *channel = zta_json__get(object, "channel");
	const zta_json *once = zta_json__get(object, "once");

	*out = (zta_sealed){ 0 };
	if (!is_channel(channel)) {
		return "`channel` is 1 to 256 bytes without control characters";
	}
	out->channel = zta_json__str(channel);
	if (!take_payload(zta_json__get(object, "payload_sha256"), out)) {
		return "`payload_sha256` is a SHA-256 in base64url";
	}
	if (!take_count(zta_json__get(object, "payloads"), out)) {
		return "`payloads` is a number from 1 to 1048576";
	}
	out->once = once != NULL && once->type == ZTA_JSON_TRUE;
	return once == NULL || zta_json__is_bool(once) ?
	    NULL :
	    "`once` is true or false";
}

static void
put_sealed(zta_json_out *out, const zta_sealed *what)
{
	zta_json_out__member_if(out, "channel", what->channel);
	zta_chain__put_digest(out, "payload_sha256",
	    (zta_str){ (const char *)what->payload, ZTA_SHA256_LEN });
	if (what->payloads > 0) {
		zta_json_out__member_int(out, "payloads", what->payloads);
	}
	if (what->once) {
		zta_json_out__name(out, "once");
		zta_json_out__bool(out, true);
	}
}

/* --- the seal */

void
zta_seal__put(zta_buf *buf, const zta_seal *seal)
{
	const zta_txn *txn = &seal->txn;
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_chain__put(&out, txn);
	zta_chain__put_grants(&out, txn);
	zta_json_out__member_if(&out, "jti", seal->jti);
	zta_json_out__member_int(&out, "ring", txn->ring_count);
	zta_json_out__member_if(
	    &out, "actor", txn->rings[txn->ring_count - 1].workload);
	put_sealed(&out, &seal->what);
	zta_json_out__member_if(&out, "decision", seal->decision);
	zta_json_out__member_int(&out, "log_index", (int64_t)seal->log_index);
	zta_chain__put_digest(&out, "prev", txn->seal);
	zta_json_out__name(&out, "ztauth");
	zta_json_out__open(&out, '{');
	zta_chain__put_rings(&out, txn);
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
}

static zta_str
take_id(zta_chain_reader *r, const char *name)
{
	zta_str digits = zta_chain__take_text(r, r->payload.root, name, true);
	unsigned char bytes[JTI_DIGITS / 2];

	r->broken = r->broken || digits.len != JTI_DIGITS ||
	    !zta_hex__decode(digits, bytes);
	return digits;
}

static int64_t
take_number(zta_chain_reader *r, const char *name)
{
	const zta_json *node = zta_json__get(r->payload.root, name);

	if (node == NULL || node->type != ZTA_JSON_INTEGER ||
	    node->u.integer < 0) {
		r->broken = true;
		return 0;
	}
	return node->u.integer;
}

/* `ring` and `actor` say of the chain what it is. */
static void
check_ring(zta_chain_reader *r, const zta_txn *txn)
{
	zta_str actor = zta_chain__take_text(r, r->payload.root, "actor", true);

	r->broken = r->broken || take_number(r, "ring") != txn->ring_count ||
	    !zta_str__eq(actor, txn->rings[txn->ring_count - 1].workload);
}

zta_status
zta_seal__read(
    const zta_jws *jws, zta_arena *arena, zta_seal *out, zta_error *err)
{
	static const char *const names[] = { "iss", "iat", "exp", "aud", "txn",
		"sub", "scope", "rctx", "tctx", "dlg", "jti", "ring", "actor",
		"channel", "payload_sha256", "payloads", "once", "decision",
		"log_index", "prev", "ztauth", NULL };
	const zta_json *root = jws->payload.root;
	zta_chain_reader r = { .arena = arena, .payload = jws->payload };

	*out = (zta_seal){ 0 };
	zta_chain__take(&r, &out->txn);
	zta_chain__take_grants(&r, root, &out->txn);
	out->txn.seal = zta_chain__take_digest(&r, root, "prev", false);
	out->jti = take_id(&r, "jti");
	out->decision = take_id(&r, "decision");
	out->log_index = (uint64_t)take_number(&r, "log_index");
	check_ring(&r, &out->txn);
	if (r.broken || zta_sealed__take(root, &out->what) != NULL ||
	    zta_json__only(&jws->payload, root, names, NULL) != ZTA_OK) {
		return zta_error__set(
		    err, ZTA_EUNTRUSTED, "the token is no seal of this form");
	}
	zta_digest__sha256(jws->payload.text, out->digest);
	return ZTA_OK;
}

static zta_status
read_seal(void *out, const zta_jws *jws, zta_arena *arena, zta_error *err)
{
	return zta_seal__read(jws, arena, out, err);
}

const zta_known_reading zta_seal__reading = { sizeof(zta_seal), read_seal };
