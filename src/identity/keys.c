/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - see keys.h. */
#include "identity/keys.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "identity/bundle_endpoint.h"

/* --- the issuer's metadata */

zta_status
zta_keys__read_metadata(
    const zta_json_doc *doc, zta_str issuer, zta_str *jwks_uri, zta_error *err)
{
	const zta_json *named = zta_json__get(doc->root, "issuer");
	const zta_json *uri = zta_json__get(doc->root, "jwks_uri");

	/* SPEC: rfc8414 3.3: or another one would speak for it. */
	if (named == NULL || named->type != ZTA_JSON_STRING ||
	    !zta_str__eq(zta_json__str(named), issuer)) {
		return zta_json__fail(doc, named == NULL ? doc->root : named,
		    err, ZTA_EINVALID, "the metadata is not of this `issuer`");
	}
	if (uri == NULL || uri->type != ZTA_JSON_STRING) {
		return zta_json__fail(doc, uri == NULL ? doc->root : uri, err,
		    ZTA_EINVALID, "the metadata has no `jwks_uri`");
	}
	*jwks_uri = zta_json__str(uri);
	return ZTA_OK;
}

static zta_status
join(zta_arena *arena, zta_str a, zta_str b, zta_str c, zta_str *out,
    zta_error *err)
{
	char *text = zta_arena__alloc(arena, a.len + b.len + c.len + 1);

	if (text == NULL) {
		return zta_arena__failed(arena, err);
	}
	memcpy(text, a.ptr, a.len);
	memcpy(text + a.len, b.ptr, b.len);
	memcpy(text + a.len + b.len, c.ptr, c.len);
	*out = (zta_str){ text, a.len + b.len + c.len };
	return ZTA_OK;
}

/* SPEC: openid discovery 4: behind the issuer. rfc8414 3.1: before its path. */
static zta_status
place_metadata(
    zta_arena *arena, zta_str issuer, bool oauth, zta_str *out, zta_error *err)
{
	zta_str head = issuer, path = { "", 0 };
	zta_url url;

	if (issuer.len > 0 && issuer.ptr[issuer.len - 1] == '/') {
		head.len--;
	}
	if (!oauth) {
		return join(arena, head,
		    ZTA_STR("/.well-known/openid-configuration"), path, out,
		    err);
	}
	if (zta_url__read(head, &url)) {
		head.len -= url.path.len;
		path = url.path;
	}
	return join(arena, head,
	    ZTA_STR("/.well-known/oauth-authorization-server"), path, out, err);
}

static zta_status
ask_metadata(const zta_outside *outside, zta_arena *arena, zta_str issuer,
    zta_str *jwks_uri, zta_error *err)
{
	zta_outside_answer answer = { 0 };
	zta_json_doc doc;
	zta_str url;
	zta_status status = place_metadata(arena, issuer, false, &url, err);

	if (status == ZTA_OK) {
		status = zta_outside__get_json(outside, arena, url,
		    ZTA_DISCOVERY_MAX, NULL, &answer, &doc, err);
	}
	if (status != ZTA_OK && answer.status == 404) {
		status = place_metadata(arena, issuer, true, &url, err);
		if (status == ZTA_OK) {
			status = zta_outside__get_json(outside, arena, url,
			    ZTA_DISCOVERY_MAX, NULL, &answer, &doc, err);
		}
	}
	if (status == ZTA_OK) {
		status = zta_keys__read_metadata(&doc, issuer, jwks_uri, err);
		if (status != ZTA_OK) {
			zta_error__inside(err, "%.*s", ZTA_STR_ARG(url));
		}
	}
	return status;
}

/* --- the key set */

/* How long it is fresh: as its headers say, within the source's bound. */
static int64_t
fresh_for(const zta_source *source, int64_t max_age_ms)
{
	if (max_age_ms < 0 || max_age_ms > source->keys_refresh_ms) {
		return source->keys_refresh_ms;
	}
	return max_age_ms < ZTA_KEYS_FRESH_MIN_MS &&
		source->keys_refresh_ms > ZTA_KEYS_FRESH_MIN_MS ?
	    ZTA_KEYS_FRESH_MIN_MS :
	    max_age_ms;
}

static zta_status
take_keys(zta_fetched *f, const char *use, zta_error *err)
{
	zta_json_doc *doc = zta_arena__alloc(&f->arena, sizeof(*doc));
	zta_status status;

	if (doc == NULL) {
		return zta_arena__failed(&f->arena, err);
	}
	status = zta_json__read(&f->arena, f->text, doc, err);
	return status != ZTA_OK ?
	    status :
	    zta_jwks__read(&f->keys, &f->arena, doc, doc->root, use, err);
}

static zta_status
fetch(const zta_need *need, zta_ring *ring, const zta_outside *outside,
    zta_error *err)
{
	const zta_source *source = need->source;
	zta_outside_answer answer;
	zta_fetched *fetched = NULL;
	zta_str url = source->keys_url;
	zta_json_doc doc;
	zta_arena arena;
	zta_status status = ZTA_OK;

	zta_arena__init(&arena, SIZE_MAX);
	if (url.len == 0) {
		status =
		    ask_metadata(outside, &arena, source->issuer, &url, err);
	}
	if (status == ZTA_OK) {
		status = zta_outside__get_json(outside, &arena, url,
		    ZTA_KEYS_TEXT_MAX, NULL, &answer, &doc, err);
	}
	if (status == ZTA_OK) {
		fetched = zta_fetched__make(answer.body);
		status = fetched == NULL ?
		    zta_error__nomem(err) :
		    take_keys(fetched, source->keys_use, err);
		if (status != ZTA_OK) {
			zta_error__inside(err, "%.*s", ZTA_STR_ARG(url));
		}
	}
	if (status == ZTA_OK) {
		status = zta_ring__put(ring, need->key, fetched,
		    fresh_for(source, answer.max_age_ms),
		    source->keys_max_age_ms, true);
	}
	zta_fetched__drop(fetched);
	zta_arena__release(&arena);
	return status;
}

bool
zta_keys__need(const zta_source *source, zta_need *out)
{
	*out = (zta_need){ .source = source,
		.fetch =
		    source->keys_bundle ? zta_bundle_endpoint__fetch : fetch,
		.key = source->keys_key,
		.gate = source->keys_key,
		.metered = true };
	return source->keys_key.len > 0;
}

void
zta_keys__look(
    const zta_source *source, zta_ring *ring, int64_t since, zta_keys_view *out)
{
	zta_need need;
	bool fetched = zta_keys__need(source, &need);

	*out = (zta_keys_view){ 0 };
	if (fetched && ring != NULL) {
		zta_ring__look(ring, need.key, need.gate, since, &out->fetched);
	}
	if (out->fetched.value != NULL) {
		out->keys = &out->fetched.value->keys;
		out->roots = out->fetched.value->roots;
	} else if (!fetched || (source->roots != NULL && !out->fetched.had)) {
		out->keys = &source->keys;
		out->roots = source->roots;
	}
}

void
zta_keys__drop(zta_keys_view *view)
{
	zta_fetched__drop(view->fetched.value);
	*view = (zta_keys_view){ 0 };
}
