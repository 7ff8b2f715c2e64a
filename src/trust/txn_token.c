/* SPDX-License-Identifier: Apache-2.0 */
/* txn_token.c - see txn_token.h. */
#include "trust/txn_token.h"

#include "base/str.h"
#include "cedar/quote.h"
#include "trust/chain_claims.h"

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

/* SPEC: rfc8693 4.1: the current actor outside, earlier ones inside. */
static void
put_actors(zta_json_out *out, const zta_ring *rings, uint32_t count)
{
	uint32_t i;

	for (i = count; i > 0; i--) {
		zta_json_out__name(out, "act");
		zta_json_out__open(out, '{');
		zta_json_out__member_if(out, "sub", rings[i - 1].workload);
	}
	for (i = 0; i < count; i++) {
		zta_json_out__close(out, '}');
	}
}

static void
put_seal(zta_json_out *out, const zta_txn *txn)
{
	if (txn->seal.len > 0) {
		zta_json_out__name(out, "seal");
		zta_json_out__open(out, '{');
		zta_chain__put_digest(out, "digest", txn->seal);
		zta_chain__put_seconds(out, "exp", txn->seal_expires_at);
		zta_json_out__close(out, '}');
	}
}

void
zta_txn_token__put(zta_buf *buf, const zta_txn *txn)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_chain__put(&out, txn);
	put_actors(&out, txn->rings, txn->ring_count);
	zta_json_out__member_if(
	    &out, "req_wl", txn->rings[txn->ring_count - 1].workload);
	zta_json_out__name(&out, "ztauth");
	zta_json_out__open(&out, '{');
	zta_chain__put_rings(&out, txn);
	zta_chain__put_grants(&out, txn);
	put_seal(&out, txn);
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
}

static void
take_seal(zta_chain_reader *r, const zta_json *ztauth, zta_txn *out)
{
	const zta_json *seal = zta_json__get(ztauth, "seal");

	if (seal == NULL) {
		return;
	}
	if (seal->type != ZTA_JSON_OBJECT) {
		r->broken = true;
		return;
	}
	out->seal = zta_chain__take_digest(r, seal, "digest", true);
	out->seal_expires_at = zta_chain__take_date(r, seal, "exp");
}

zta_status
zta_txn_token__read(
    const zta_jws *jws, zta_arena *arena, zta_txn *out, zta_error *err)
{
	const zta_json *ztauth = zta_json__get(jws->payload.root, "ztauth");
	zta_chain_reader r = { .arena = arena, .payload = jws->payload };

	*out = (zta_txn){ 0 };
	zta_chain__take(&r, out);
	if (!r.broken) {
		zta_chain__take_grants(&r, ztauth, out);
		take_seal(&r, ztauth, out);
	}
	return r.broken ?
	    zta_error__set(err, ZTA_EUNTRUSTED,
		"the token is no transaction token of this form") :
	    ZTA_OK;
}

static zta_status
read_txn(void *out, const zta_jws *jws, zta_arena *arena, zta_error *err)
{
	return zta_txn_token__read(jws, arena, out, err);
}

const zta_known_reading zta_txn_token__reading = { sizeof(zta_txn), read_txn };
