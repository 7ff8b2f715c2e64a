/* SPDX-License-Identifier: Apache-2.0 */
/* spiffe_bundle.c - see spiffe_bundle.h. */
#include "identity/spiffe_bundle.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/x509_svid.h"

/* SPEC: spiffe-federation 4.1: what to take where none is said. */
#define REFRESH_DEFAULT_S 300

typedef struct reader {
	zta_arena *arena;
	const zta_json_doc *doc;
	zta_spiffe_bundle *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* An integer that is not negative; absent, `*out` stays. */
static zta_status
read_number(reader *r, const zta_json *bundle, const char *name, int64_t *out)
{
	const zta_json *node = zta_json__get(bundle, name);

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_INTEGER || node->u.integer < 0) {
		return FAIL(r, node, "`%s` is no integer from 0 on", name);
	}
	*out = node->u.integer;
	return ZTA_OK;
}

/* The first of `x5c` counts; a key without it is left out. SPEC: x509-svid 6.2 */
static zta_status
read_root(reader *r, const zta_json *jwk)
{
	const zta_json *x5c = zta_json__get(jwk, "x5c"), *text;
	zta_refusal refusal;
	zta_error why = { 0 };
	zta_str der;
	char *bytes;
	zta_status status;

	if (x5c == NULL || x5c->type != ZTA_JSON_ARRAY || x5c->count == 0) {
		return ZTA_OK;
	}
	text = zta_json__first(x5c);
	if (text->type != ZTA_JSON_STRING) {
		return FAIL(r, text, "`x5c` holds no strings");
	}
	bytes = zta_arena__alloc(r->arena, text->count + 1);
	if (bytes == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	if (!zta_b64_std__decode(zta_json__str(text), bytes, &der.len)) {
		return FAIL(r, text, "`x5c` is not base64");
	}
	der.ptr = bytes;
	status = zta_x509_roots__add(r->out->roots, der, &why);
	if (status == ZTA_OK) {
		status =
		    zta_x509_svid__check_issuer(r->arena, der, &refusal, &why);
	}
	return status == ZTA_OK || status == ZTA_ENOMEM ?
	    status :
	    FAIL(r, text, "%s", why.message);
}

static zta_status
read_key(reader *r, const zta_json *jwk)
{
	const zta_json *use;

	if (jwk->type != ZTA_JSON_OBJECT) {
		return FAIL(r, jwk, "a key must be an object");
	}
	use = zta_json__get(jwk, "use");
	if (use == NULL || use->type != ZTA_JSON_STRING) {
		return ZTA_OK;
	}
	if (zta_str__is(zta_json__str(use), "x509-svid")) {
		return read_root(r, jwk);
	}
	return zta_str__is(zta_json__str(use), "jwt-svid") ?
	    zta_jwks__add(&r->out->keys, r->doc, jwk, "jwt-svid", r->err) :
	    ZTA_OK;
}

static zta_status
read_keys(reader *r, const zta_json *keys)
{
	const zta_json *jwk = zta_json__first(keys);
	zta_status status = ZTA_OK;
	uint32_t i;

	if (keys->count > ZTA_JWKS_KEYS_MAX) {
		return FAIL(r, keys, "over %d keys", ZTA_JWKS_KEYS_MAX);
	}
	r->out->keys.keys = zta_arena__zalloc(
	    r->arena, keys->count + 1, sizeof(*r->out->keys.keys));
	if (r->out->keys.keys == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	for (i = 0; status == ZTA_OK && i < keys->count; i++) {
		status = read_key(r, jwk);
		jwk = zta_json__after(jwk);
	}
	if (status == ZTA_OK && r->out->keys.count == 0 &&
	    zta_x509_roots__count(r->out->roots) == 0) {
		return FAIL(r, keys, "no key here verifies SVIDs");
	}
	return status;
}

zta_status
zta_spiffe_bundle__read(zta_spiffe_bundle *out, zta_arena *arena,
    const zta_json_doc *doc, const zta_json *node, zta_error *err)
{
	reader r = { arena, doc, out, err };
	const zta_json *keys = zta_json__get(node, "keys");
	int64_t refresh_s = REFRESH_DEFAULT_S;
	zta_status status;

	*out = (zta_spiffe_bundle){ .sequence = -1 };
	if (keys == NULL || keys->type != ZTA_JSON_ARRAY) {
		return FAIL(&r, node, "a bundle needs an array `keys`");
	}
	status = read_number(&r, node, "spiffe_sequence", &out->sequence);
	if (status == ZTA_OK) {
		status =
		    read_number(&r, node, "spiffe_refresh_hint", &refresh_s);
	}
	if (status == ZTA_OK) {
		status = zta_x509_roots__open(&out->roots, err);
	}
	if (status == ZTA_OK) {
		status = read_keys(&r, keys);
	}
	/* A hint is no order: neither a flood nor never. */
	refresh_s = refresh_s < ZTA_SPIFFE_REFRESH_MIN_S ?
	    ZTA_SPIFFE_REFRESH_MIN_S :
	    refresh_s;
	out->refresh_ms = 1000 *
	    (refresh_s > ZTA_SPIFFE_REFRESH_MAX_S ? ZTA_SPIFFE_REFRESH_MAX_S :
						    refresh_s);
	if (status != ZTA_OK) {
		zta_spiffe_bundle__release(out);
	}
	return status;
}

void
zta_spiffe_bundle__release(zta_spiffe_bundle *bundle)
{
	zta_jwks__release(&bundle->keys);
	zta_x509_roots__drop(bundle->roots);
	bundle->roots = NULL;
}

bool
zta_spiffe_bundle__follows(int64_t now, int64_t next)
{
	return now < 0 || next < 0 || next >= now;
}
