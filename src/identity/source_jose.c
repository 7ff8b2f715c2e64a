/* SPDX-License-Identifier: Apache-2.0 */
/* source_jose.c - what verifies a JWS of a source: see source_part.h. */
#include "identity/source_part.h"

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"

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

/* A file name, not a path: the directory is for the operator to choose. */
static bool
is_file_name(zta_str name)
{
	return name.len > 0 && name.len < 256 && name.ptr[0] != '.' &&
	    zta_str__find(name, '/') == name.len &&
	    zta_str__find(name, '\0') == name.len;
}

static zta_status
read_key_file(zta_source_reader *r, const zta_json *node, const char *use,
    zta_source *out)
{
	zta_json_doc doc;
	char path[4096];
	zta_str text;
	zta_status status;

	if (node->type != ZTA_JSON_STRING ||
	    !is_file_name(zta_json__str(node))) {
		return ZTA_SOURCE_FAIL(
		    r, node, "`jwks_file` is the name of a file");
	}
	if (r->sink != NULL) {
		return ZTA_OK;
	}
	if (r->keys == NULL) {
		return ZTA_SOURCE_FAIL(
		    r, node, "there is no directory for key files");
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/%.*s", r->keys,
		ZTA_STR_ARG(zta_json__str(node))) >= sizeof(path)) {
		return ZTA_SOURCE_FAIL(r, node, "the path is too long");
	}
	status =
	    zta_file__read(r->arena, path, ZTA_LEDGER_FILE_MAX, &text, r->err);
	if (status == ZTA_OK) {
		status = zta_json__read(r->arena, text, &doc, r->err);
	}
	if (status == ZTA_OK) {
		status = zta_jwks__read(
		    &out->keys, r->arena, &doc, doc.root, use, r->err);
	}
	if (status != ZTA_OK) {
		zta_error__replace(r->err, "%s", path);
	}
	return status;
}

static zta_status
read_keys(zta_source_reader *r, const zta_json *source, const char *use,
    zta_source *out)
{
	const zta_json *set = zta_json__get(source, "jwks");
	const zta_json *file = zta_json__get(source, "jwks_file");

	if ((set == NULL) == (file == NULL)) {
		return ZTA_SOURCE_FAIL(
		    r, source, "a source needs `jwks` or `jwks_file`");
	}
	return file != NULL ?
	    read_key_file(r, file, use, out) :
	    zta_jwks__read(&out->keys, r->arena, &r->doc, set, use, r->err);
}

zta_status
zta_source__read_jose(zta_source_reader *r, const zta_json *source,
    const char *use, zta_source *out)
{
	const zta_json *types = zta_json__get(source, "typ");
	zta_status status = read_algs(r, source, out);

	if (status == ZTA_OK && types != NULL) {
		status = zta_source__texts(
		    r, types, "typ", &out->types, &out->type_count);
	}
	return status != ZTA_OK ? status : read_keys(r, source, use, out);
}
