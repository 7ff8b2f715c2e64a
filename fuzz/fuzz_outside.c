/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_outside.c - what comes back from outside. An input is the metadata of an
 * issuer, a key set that is fetched, and an answer about an opaque token. What is
 * accepted must say that it is of this issuer, that it is active.
 */
#include "fuzz.h"

#include <string.h>

#include "base/str.h"
#include "base/url.h"
#include "identity/keys.h"
#include "identity/verify.h"

/* 2026-01-01 */
#define NOW 1767225600000

static zta_arena keep;
static zta_sources sources;

static void
set_up(void)
{
	static const char text[] =
	    "{\"sources\":{"
	    "\"a\":{\"kind\":\"introspection\",\"audience\":\"me\","
	    "\"endpoint\":\"https://a/i\",\"client_id\":\"c\","
	    "\"client_auth\":\"private_key_jwt\","
	    "\"clients\":\"web\",\"principal\":{\"kind\":\"human\","
	    "\"type\":\"User\",\"parents\":[{\"claim\":\"/r/roles\","
	    "\"type\":\"Role\"}],\"attributes\":{\"d\":\"/r/d\"}}},"
	    "\"b\":{\"kind\":\"oidc\",\"issuer\":\"https://b\","
	    "\"discovery\":true,\"audience\":\"me\","
	    "\"algorithms\":[\"ES256\",\"RS256\",\"EdDSA\"]}}}";

	zta_arena__init(&keep, SIZE_MAX);
	if (zta_sources__read(&sources, &keep, ZTA_STR(text), NULL, NULL) !=
	    ZTA_OK) {
		abort();
	}
}

/* Whatever is asked is answered with the input. */
static zta_status
ask(void *context, zta_arena *arena, const zta_outside_request *request,
    zta_outside_answer *out, zta_error *err)
{
	(void)arena;
	(void)request;
	(void)err;
	*out = (zta_outside_answer){
		.status = 200, .body = *(zta_str *)context, .max_age_ms = -1
	};
	return ZTA_OK;
}

static zta_status
sign(void *context, zta_str payload, zta_buf *token, zta_error *err)
{
	(void)context;
	(void)err;
	zta_buf__put(token, payload);
	return token->status;
}

static void
verify(zta_ring *ring, zta_arena *arena, const zta_outside *outside,
    const zta_json_doc *doc)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { ZTA_STR("opaque"),
		ZTA_AS_ACCESS_TOKEN, &around };
	const zta_verifier with = {
		.sources = &sources, .ring = ring, .arena = arena, .now = NOW
	};
	zta_principal principal;
	zta_why_not why_not;
	zta_error err;
	const zta_json *active;

	if (zta_identity__verify(&with, &presented, &principal, &why_not,
		&err) != ZTA_EUNAVAILABLE) {
		abort();
	}
	(void)zta_need__fetch(&why_not.need, ring, outside, &err);
	if (zta_identity__verify(
		&with, &presented, &principal, &why_not, &err) == ZTA_OK) {
		active = zta_json__get(doc->root, "active");
		if (active == NULL || active->type != ZTA_JSON_TRUE ||
		    principal.id.len == 0 ||
		    principal.expires_at <= NOW - 30000) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size }, uri;
	const zta_outside outside = {
		.ask = ask, .sign = sign, .context = &text
	};
	zta_arena arena;
	zta_json_doc doc;
	zta_need need;
	zta_ring *ring;
	zta_error err;
	zta_url url;

	if (sources.count == 0) {
		set_up();
	}
	(void)!zta_url__read(text, &url);
	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_json__read(&arena, text, &doc, &err) == ZTA_OK &&
	    zta_ring__open(&ring, NULL, &err) == ZTA_OK) {
		if (doc.root->type == ZTA_JSON_OBJECT &&
		    zta_keys__read_metadata(
			&doc, ZTA_STR("https://b"), &uri, &err) == ZTA_OK &&
		    zta_json__get(doc.root, "issuer") == NULL) {
			abort();
		}
		if (zta_keys__need(&sources.list[1], &need)) {
			(void)zta_need__fetch(&need, ring, &outside, &err);
		}
		verify(ring, &arena, &outside, &doc);
		zta_ring__close(ring);
	}
	zta_arena__release(&arena);
	return 0;
}
