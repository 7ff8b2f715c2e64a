/* SPDX-License-Identifier: Apache-2.0 */
/* source_jose.c - what verifies a JWS of a source: see source_part.h. */
#include "identity/source_part.h"

#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"

/* Issuers change keys within days, and show new ones ahead. */
#define DEFAULT_REFRESH_S INT64_C(900)
#define DEFAULT_KEYS_AGE_S INT64_C(24 * 3600)

/* SPEC: rfc8725 3.1, 3.2: the source names its algorithms, all asymmetric. */
static zta_status
read_algs(zta_source_reader *r, const zta_json *source, zta_source *out)
{
	const zta_json *node = zta_json__get(source, "algorithms"), *item;
	zta_alg alg;
	uint32_t i;

	if (node == NULL || node->type != ZTA_JSON_ARRAY || node->count == 0) {
		return ZTA_SOURCE_FAIL(r, node == NULL ? source : node,
		    "a source needs `algorithms`, an array of RS256, PS256, "
		    "ES256, EdDSA");
	}
	item = zta_json__first(node);
	for (i = 0; i < node->count; i++) {
		alg = item->type == ZTA_JSON_STRING ?
		    zta_alg_of(zta_json__str(item)) :
		    ZTA_ALG_NONE;
		if (alg == ZTA_ALG_NONE) {
			return ZTA_SOURCE_FAIL(r, item,
			    "only RS256, PS256, ES256 and EdDSA are accepted: "
			    "no `none`, and no shared secrets");
		}
		out->algs |= 1u << alg;
		item = zta_json__after(item);
	}
	return ZTA_OK;
}

static zta_status
read_key_file(zta_source_reader *r, const zta_json *node, const char *use,
    zta_source *out)
{
	zta_json_doc doc;
	zta_status status =
	    zta_source__read_json_file(r, node, "jwks_file", &doc);

	if (status != ZTA_OK || doc.root == NULL) {
		return status;
	}
	status =
	    zta_jwks__read(&out->keys, r->arena, &doc, doc.root, use, r->err);
	return status == ZTA_OK ? ZTA_OK :
				  zta_source__blame_file(r, node, status);
}

/* --- keys that are fetched */

zta_status
zta_source__address(zta_source_reader *r, const zta_json *source,
    const char *name, zta_str text)
{
	const zta_json *node = zta_json__get(source, name);
	zta_url url;

	return zta_url__read(text, &url) &&
		(url.secure || zta_url__is_loopback(&url)) ?
	    ZTA_OK :
	    ZTA_SOURCE_FAIL(r, node == NULL ? source : node,
		"`%s` is no https URL in its plain form", name);
}

/* With NULs between them. */
zta_status
zta_source__name_fetched(zta_source_reader *r, const char *what,
    zta_str address, const zta_source *source, zta_str *out)
{
	zta_str name = source->name;
	size_t len = name.len + 1 + strlen(what) + 1 + address.len;
	char *text = zta_arena__alloc(r->arena, len), *to = text;

	if (text == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	memcpy(to, name.ptr, name.len);
	to += name.len;
	*to++ = '\0';
	to = stpcpy(to, what) + 1;
	memcpy(to, address.ptr, address.len);
	*out = (zta_str){ text, len };
	return ZTA_OK;
}

zta_status
zta_source__read_key_times(zta_source_reader *r, const zta_json *source,
    int64_t refresh_s, zta_source *out)
{
	zta_status status;

	out->keys_refresh_ms = refresh_s * 1000;
	out->keys_max_age_ms = DEFAULT_KEYS_AGE_S * 1000;
	status = zta_source__seconds(r, source, "keys_refresh_s",
	    ZTA_KEYS_REFRESH_MAX_S, &out->keys_refresh_ms);
	if (status == ZTA_OK) {
		status = zta_source__seconds(r, source, "keys_max_age_s",
		    ZTA_KEYS_AGE_MAX_S, &out->keys_max_age_ms);
	}
	if (status == ZTA_OK &&
	    (out->keys_refresh_ms < ZTA_KEYS_REFRESH_MIN_S * 1000 ||
		out->keys_max_age_ms < out->keys_refresh_ms)) {
		return ZTA_SOURCE_FAIL(r, source,
		    "`keys_refresh_s` is one second at least, and no more "
		    "than `keys_max_age_s`");
	}
	return status;
}

static zta_status
read_remote(zta_source_reader *r, const zta_json *source, const zta_json *uri,
    const char *use, zta_source *out)
{
	zta_str address = out->issuer;
	zta_status status =
	    zta_source__read_key_times(r, source, DEFAULT_REFRESH_S, out);

	out->keys_use = use;
	if (status == ZTA_OK && uri != NULL) {
		status = zta_source__need_text(
		    r, source, "jwks_uri", &out->keys_url);
		address = out->keys_url;
	}
	if (status == ZTA_OK) {
		status = zta_source__address(
		    r, source, uri != NULL ? "jwks_uri" : "issuer", address);
	}
	return status != ZTA_OK ?
	    status :
	    zta_source__name_fetched(r, use, address, out, &out->keys_key);
}

static zta_status
read_keys(zta_source_reader *r, const zta_json *source, const char *use,
    zta_source *out)
{
	const zta_json *set = zta_json__get(source, "jwks");
	const zta_json *file = zta_json__get(source, "jwks_file");
	const zta_json *uri = zta_json__get(source, "jwks_uri");
	const zta_json *discovery = zta_json__get(source, "discovery");

	if (discovery != NULL && discovery->type != ZTA_JSON_TRUE) {
		return ZTA_SOURCE_FAIL(
		    r, discovery, "`discovery` is true, or not there");
	}
	if ((set != NULL) + (file != NULL) + (uri != NULL) +
		(discovery != NULL) !=
	    1) {
		return ZTA_SOURCE_FAIL(r, source,
		    "a source needs one of `jwks`, `jwks_file`, `jwks_uri` "
		    "and `discovery`");
	}
	if (discovery != NULL && out->issuer.len == 0) {
		return ZTA_SOURCE_FAIL(
		    r, discovery, "`discovery` needs an `issuer`");
	}
	if (uri != NULL || discovery != NULL) {
		return read_remote(r, source, uri, use, out);
	}
	return file != NULL ?
	    read_key_file(r, file, use, out) :
	    zta_jwks__read(&out->keys, r->arena, &r->doc, set, use, r->err);
}

zta_status
zta_source__read_jose_rules(
    zta_source_reader *r, const zta_json *source, zta_source *out)
{
	const zta_json *types = zta_json__get(source, "typ");
	zta_status status = read_algs(r, source, out);

	if (status == ZTA_OK && types != NULL) {
		status = zta_source__texts(
		    r, types, "typ", &out->types, &out->type_count);
	}
	return status;
}

zta_status
zta_source__read_jose(zta_source_reader *r, const zta_json *source,
    const char *use, zta_source *out)
{
	zta_status status = zta_source__read_jose_rules(r, source, out);

	return status != ZTA_OK ? status : read_keys(r, source, use, out);
}
