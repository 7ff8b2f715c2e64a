/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_endpoint.c - see bundle_endpoint.h.
 *
 * 1. By https_spiffe the endpoint is known by the last bundle that was had,
 *    however long ago: the first is in a file.
 * 2. A bundle never goes back to an older one. SPEC: spiffe-bundle 4.1.1
 */
#include "identity/bundle_endpoint.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/spiffe_bundle.h"
#include "identity/x509_svid.h"

/* What was had before: fetched, or read from the file. */
typedef struct before {
	const zta_source *source;
	const zta_x509_roots *roots; /* NULL: none */
	int64_t sequence;
	zta_error why; /* the endpoint is refused; empty: it is not */
} before;

/* A zta_tls_check. SPEC: spiffe-federation 5.2.2 */
static bool
is_endpoint(void *context, const zta_x509_chain *chain)
{
	before *b = context;
	zta_principal shown = { 0 };
	zta_refusal refusal;
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, 2 * ZTA_X509_CHAIN_BYTES_MAX);
	status = b->roots == NULL ?
	    zta_error__set(&b->why, ZTA_EUNTRUSTED,
		"there is no bundle to know the endpoint by") :
	    zta_x509_svid__verify(b->roots, &arena, chain, ZTA_X509_SERVER,
		zta_time__now_ms(), &shown, &refusal, &b->why);
	if (status == ZTA_OK &&
	    !zta_str__eq(shown.id, b->source->bundle_endpoint)) {
		status = zta_error__set(&b->why, ZTA_EUNTRUSTED,
		    "the endpoint is another one, `%.*s`",
		    ZTA_STR_ARG(shown.id));
	}
	zta_arena__release(&arena);
	return status == ZTA_OK;
}

static zta_status
ask(before *b, const zta_outside *outside, zta_arena *arena, zta_str *text,
    zta_error *err)
{
	zta_tls_peer peer = { .check = is_endpoint, .context = b };
	zta_outside_answer answer = { 0 };
	zta_json_doc doc;
	zta_status status = zta_outside__get_json(outside, arena,
	    b->source->keys_url, ZTA_KEYS_TEXT_MAX,
	    b->source->bundle_endpoint.len > 0 ? &peer : NULL, &answer, &doc,
	    err);

	*text = answer.body;
	return status != ZTA_OK && b->why.message[0] != '\0' ?
	    zta_error__set(err, ZTA_EUNTRUSTED, "%.200s", b->why.message) :
	    status;
}

/* Read it into `f`, which holds its text. */
static zta_status
take(const before *b, zta_fetched *f, int64_t *refresh_ms, zta_error *err)
{
	zta_json_doc *doc = zta_arena__alloc(&f->arena, sizeof(*doc));
	zta_spiffe_bundle bundle;
	zta_status status;

	if (doc == NULL) {
		return zta_arena__failed(&f->arena, err);
	}
	status = zta_json__read(&f->arena, f->text, doc, err);
	if (status == ZTA_OK) {
		status = zta_spiffe_bundle__read(
		    &bundle, &f->arena, doc, doc->root, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	f->keys = bundle.keys;
	f->roots = bundle.roots;
	f->sequence = bundle.sequence;
	*refresh_ms = bundle.refresh_ms;
	return zta_spiffe_bundle__follows(b->sequence, bundle.sequence) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EUNTRUSTED,
		"the bundle is an old one: its sequence is %" PRId64
		", after %" PRId64,
		bundle.sequence, b->sequence);
}

static zta_status
keep(const zta_need *need, zta_ring *ring, const before *b, zta_str text,
    zta_error *err)
{
	zta_fetched *fetched = zta_fetched__make(text);
	int64_t bound = need->source->keys_refresh_ms, refresh_ms = bound;
	zta_status status = fetched == NULL ?
	    zta_error__nomem(err) :
	    take(b, fetched, &refresh_ms, err);

	if (status == ZTA_OK) {
		status = zta_ring__put(ring, need->key, fetched,
		    refresh_ms < bound ? refresh_ms : bound,
		    need->source->keys_max_age_ms, true);
	}
	zta_fetched__drop(fetched);
	return status;
}

zta_status
zta_bundle_endpoint__fetch(const zta_need *need, zta_ring *ring,
    const zta_outside *outside, zta_error *err)
{
	const zta_source *source = need->source;
	before b = { .source = source,
		.roots = source->roots,
		.sequence = source->bundle_sequence };
	zta_ring_view last;
	zta_arena arena;
	zta_str text;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_ring__look(ring, need->key, need->gate, 0, &last);
	if (last.value != NULL) {
		b.roots = last.value->roots;
		b.sequence = last.value->sequence;
	}
	status = ask(&b, outside, &arena, &text, err);
	if (status == ZTA_OK) {
		status = keep(need, ring, &b, text, err);
	}
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(source->keys_url));
	}
	zta_fetched__drop(last.value);
	zta_arena__release(&arena);
	return status;
}
