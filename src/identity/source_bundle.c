/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_bundle.c - the keys of a trust domain, from a file or its endpoint: see
 * source_part.h. SPEC: spiffe-federation 5
 */
#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "identity/source_part.h"
#include "identity/spiffe_bundle.h"
#include "identity/spiffe_id.h"

static zta_status
read_file(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_spiffe_bundle bundle = { .roots = NULL };
	zta_json_doc doc;
	zta_status status =
	    zta_source__read_json_file(r, node, "bundle_file", &doc);

	if (status != ZTA_OK || doc.root == NULL) {
		return status;
	}
	status =
	    zta_spiffe_bundle__read(&bundle, r->arena, &doc, doc.root, r->err);
	if (status != ZTA_OK) {
		return zta_source__blame_file(r, node, status);
	}
	out->keys = bundle.keys;
	out->roots = bundle.roots;
	out->bundle_sequence = bundle.sequence;
	return ZTA_OK;
}

/*
 * Who serves a bundle to those that know one already: a workload of the same
 * trust domain, so that no other domain can speak for it.
 */
static zta_status
read_endpoint_id(zta_source_reader *r, const zta_json *source, zta_source *out)
{
	zta_str domain;
	zta_status status = zta_source__need_text(
	    r, source, "bundle_endpoint_id", &out->bundle_endpoint);

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_spiffe_id__read(out->bundle_endpoint, &domain) ||
	    !zta_str__eq(domain, out->trust_domain)) {
		return ZTA_SOURCE_FAIL(r,
		    zta_json__get(source, "bundle_endpoint_id"),
		    "`bundle_endpoint_id` is no SPIFFE ID of `trust_domain`");
	}
	return zta_json__get(source, "bundle_file") != NULL ?
	    ZTA_OK :
	    ZTA_SOURCE_FAIL(r, source,
		"`https_spiffe` needs a first bundle, `bundle_file`, by which "
		"the endpoint is known");
}

static zta_status
read_profile(zta_source_reader *r, const zta_json *source, zta_source *out)
{
	zta_str profile = { NULL, 0 };
	zta_status status =
	    zta_source__need_text(r, source, "bundle_profile", &profile);

	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(profile, "https_spiffe")) {
		return read_endpoint_id(r, source, out);
	}
	if (!zta_str__is(profile, "https_web")) {
		return ZTA_SOURCE_FAIL(r,
		    zta_json__get(source, "bundle_profile"),
		    "`bundle_profile` is https_web or https_spiffe");
	}
	return zta_json__get(source, "bundle_endpoint_id") == NULL ?
	    ZTA_OK :
	    ZTA_SOURCE_FAIL(r, zta_json__get(source, "bundle_endpoint_id"),
		"`bundle_endpoint_id` belongs to https_spiffe");
}

/* What was fetched from another, or another way, is not this. */
static zta_status
name_bundle(zta_source_reader *r, zta_source *out)
{
	const char *from = out->bundle_endpoint.len == 0 ?
	    "https_web" :
	    zta_arena__cstr(r->arena, out->bundle_endpoint);

	return from == NULL ? zta_arena__failed(r->arena, r->err) :
			      zta_source__name_fetched(
				  r, from, out->keys_url, out, &out->keys_key);
}

static zta_status
read_url(zta_source_reader *r, const zta_json *source, zta_source *out)
{
	zta_url url;
	zta_status status =
	    zta_source__need_text(r, source, "bundle_url", &out->keys_url);

	/* SPEC: spiffe-federation 5.1: without exception. */
	if (status == ZTA_OK &&
	    (!zta_url__read(out->keys_url, &url) || !url.secure)) {
		return ZTA_SOURCE_FAIL(r, zta_json__get(source, "bundle_url"),
		    "`bundle_url` is no https URL in its plain form");
	}
	if (status == ZTA_OK) {
		status = read_profile(r, source, out);
	}
	if (status == ZTA_OK) {
		status = zta_source__read_key_times(
		    r, source, ZTA_SPIFFE_REFRESH_MAX_S, out);
	}
	out->keys_bundle = true;
	return status != ZTA_OK ? status : name_bundle(r, out);
}

/* Whoever reads statements gives it the keys. */
static zta_status
read_stated(zta_source_reader *r, const zta_json *source, zta_source *out)
{
	const zta_json *stated = zta_json__get(source, "bundle_statement");

	if (stated->type != ZTA_JSON_TRUE) {
		return ZTA_SOURCE_FAIL(
		    r, stated, "`bundle_statement` is true, or absent");
	}
	out->keys_stated = true;
	return zta_json__get(source, "bundle_file") == NULL &&
		zta_json__get(source, "bundle_url") == NULL ?
	    ZTA_OK :
	    ZTA_SOURCE_FAIL(r, stated,
		"the bundle of a statement is the only one of its source");
}

zta_status
zta_source__read_bundle(
    zta_source_reader *r, const zta_json *source, zta_source *out)
{
	static const char *const others[] = { "jwks", "jwks_file", "jwks_uri",
		"discovery" };
	const zta_json *file = zta_json__get(source, "bundle_file");
	const zta_json *url = zta_json__get(source, "bundle_url");
	zta_status status;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (zta_json__get(source, others[i]) != NULL) {
			return ZTA_SOURCE_FAIL(r, source,
			    "a bundle holds all keys of its trust domain");
		}
	}
	if (url == NULL &&
	    (zta_json__get(source, "bundle_profile") != NULL ||
		zta_json__get(source, "bundle_endpoint_id") != NULL)) {
		return ZTA_SOURCE_FAIL(r, source,
		    "`bundle_profile` and `bundle_endpoint_id` belong to "
		    "`bundle_url`");
	}
	out->bundle_sequence = -1;
	status = zta_source__read_jose_rules(r, source, out);
	if (status == ZTA_OK &&
	    zta_json__get(source, "bundle_statement") != NULL) {
		status = read_stated(r, source, out);
	}
	if (status == ZTA_OK && url != NULL) {
		status = read_url(r, source, out);
	}
	return status != ZTA_OK || file == NULL ? status :
						  read_file(r, file, out);
}
