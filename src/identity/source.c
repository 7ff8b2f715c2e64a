/* SPDX-License-Identifier: Apache-2.0 */
/* source.c - see source.h. */
#include "identity/source.h"

#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/spiffe_id.h"

#define DEFAULT_LEEWAY_S 30
#define MAX_AGE_MAX_S (366 * 24 * 3600)

typedef struct reader {
	zta_arena *arena;
	zta_json_doc doc;
	const char *keys;     /* where key files are; NULL: nowhere */
	zta_error_sink *sink; /* not NULL: no key file is read */
	zta_sources *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

const char *
zta_principal__kind_name(zta_principal_kind kind)
{
	return kind == ZTA_PRINCIPAL_WORKLOAD ? "workload" : "human";
}

const char *
zta_proof__name(zta_proof proof)
{
	static const char *const names[] = { "bearer", "mtls", "dpop", "wpt" };

	return names[proof];
}

/* A string that is not empty; NULL in `node` fails too. */
static zta_status
need_text(reader *r, const zta_json *source, const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(source, name);

	if (node == NULL) {
		return FAIL(r, source, "the source needs `%s`", name);
	}
	if (node->type != ZTA_JSON_STRING || node->count == 0) {
		return FAIL(r, node, "`%s` must be a string", name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

/* One string, or an array of them; at least one. */
static zta_status
need_texts(reader *r, const zta_json *node, const char *name,
    const zta_str **out, uint32_t *count)
{
	bool array = node->type == ZTA_JSON_ARRAY;
	uint32_t i, n = array ? node->count : 1;
	const zta_json *item = array ? zta_json__first(node) : node;
	zta_str *list = zta_arena__alloc(r->arena, (n + 1) * sizeof(*list));

	if (list == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	for (i = 0; i < n; i++) {
		if (item->type != ZTA_JSON_STRING || item->count == 0) {
			return FAIL(r, item, "`%s` holds strings", name);
		}
		list[i] = zta_json__str(item);
		item = zta_json__after(item);
	}
	*out = list;
	*count = n;
	return n > 0 ? ZTA_OK : FAIL(r, node, "`%s` is empty", name);
}

/* SPEC: rfc8725 3.1, 3.2: the source names its algorithms, all asymmetric. */
static zta_status
read_algs(reader *r, const zta_json *source, zta_source *out)
{
	const zta_json *node = zta_json__get(source, "algorithms"), *item;
	zta_alg alg;
	uint32_t i;

	if (node == NULL || node->type != ZTA_JSON_ARRAY || node->count == 0) {
		return FAIL(r, node == NULL ? source : node,
		    "a source needs `algorithms`, an array of RS256, PS256, "
		    "ES256, EdDSA");
	}
	item = zta_json__first(node);
	for (i = 0; i < node->count; i++) {
		alg = item->type == ZTA_JSON_STRING ?
		    zta_alg_of(zta_json__str(item)) :
		    ZTA_ALG_NONE;
		if (alg == ZTA_ALG_NONE) {
			return FAIL(r, item,
			    "only RS256, PS256, ES256 and EdDSA are accepted: "
			    "no `none`, and no shared secrets");
		}
		out->algs |= 1u << alg;
		item = zta_json__after(item);
	}
	return ZTA_OK;
}

/* A number of seconds from 0 to `max`, as milliseconds. */
static zta_status
read_seconds(reader *r, const zta_json *source, const char *name, int64_t max,
    int64_t *out)
{
	const zta_json *node = zta_json__get(source, name);

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_INTEGER || node->u.integer < 0 ||
	    node->u.integer > max) {
		return FAIL(
		    r, node, "`%s` is 0 to %lld seconds", name, (long long)max);
	}
	*out = node->u.integer * 1000;
	return ZTA_OK;
}

/* --- keys */

/* A file name, not a path: the directory is for the operator to choose. */
static bool
is_file_name(zta_str name)
{
	return name.len > 0 && name.len < 256 && name.ptr[0] != '.' &&
	    zta_str__find(name, '/') == name.len &&
	    zta_str__find(name, '\0') == name.len;
}

static zta_status
read_key_file(reader *r, const zta_json *node, const char *use, zta_source *out)
{
	zta_json_doc doc;
	char path[4096];
	zta_str text;
	zta_status status;

	if (node->type != ZTA_JSON_STRING ||
	    !is_file_name(zta_json__str(node))) {
		return FAIL(r, node, "`jwks_file` is the name of a file");
	}
	if (r->sink != NULL) {
		return ZTA_OK;
	}
	if (r->keys == NULL) {
		return FAIL(r, node, "there is no directory for key files");
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/%.*s", r->keys,
		ZTA_STR_ARG(zta_json__str(node))) >= sizeof(path)) {
		return FAIL(r, node, "the path is too long");
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
read_keys(reader *r, const zta_json *source, zta_source *out)
{
	const zta_json *set = zta_json__get(source, "jwks");
	const zta_json *file = zta_json__get(source, "jwks_file");
	const char *use = out->kind == ZTA_SOURCE_SPIFFE ? "jwt-svid" : "sig";

	if ((set == NULL) == (file == NULL)) {
		return FAIL(r, source, "a source needs `jwks` or `jwks_file`");
	}
	return file != NULL ?
	    read_key_file(r, file, use, out) :
	    zta_jwks__read(&out->keys, r->arena, &r->doc, set, use, r->err);
}

/* --- what the principal becomes */

static zta_status
read_principal(reader *r, const zta_json *source, zta_source *out)
{
	static const char *const names[] = { "kind", "type", "id", NULL };
	const zta_json *node = zta_json__get(source, "principal");
	zta_str kind = { NULL, 0 }, claim = { NULL, 0 };
	zta_status status;

	out->principal = out->kind == ZTA_SOURCE_SPIFFE ?
	    ZTA_PRINCIPAL_WORKLOAD :
	    ZTA_PRINCIPAL_HUMAN;
	out->entity = out->kind == ZTA_SOURCE_SPIFFE ? ZTA_STR("Workload") :
						       ZTA_STR("User");
	out->id_claim = "sub";
	if (node == NULL) {
		return ZTA_OK;
	}
	if (out->kind == ZTA_SOURCE_SPIFFE) {
		return FAIL(r, node, "a SPIFFE source has no `principal`");
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = need_text(r, node, "kind", &kind);
	}
	if (status == ZTA_OK) {
		status = need_text(r, node, "type", &out->entity);
	}
	if (status == ZTA_OK && zta_json__get(node, "id") != NULL) {
		status = need_text(r, node, "id", &claim);
		out->id_claim = zta_arena__cstr(r->arena, claim);
		if (status == ZTA_OK && out->id_claim == NULL) {
			status = zta_arena__failed(r->arena, r->err);
		}
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(kind, "workload")) {
		out->principal = ZTA_PRINCIPAL_WORKLOAD;
	} else if (!zta_str__is(kind, "human")) {
		return FAIL(r, node, "`kind` is \"human\" or \"workload\"");
	}
	return ZTA_OK;
}

/* --- one source */

static zta_status
read_kind(reader *r, const zta_json *node, zta_source *out)
{
	zta_str kind = { NULL, 0 };
	zta_status status = need_text(r, node, "kind", &kind);

	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(kind, "jwt")) {
		out->kind = ZTA_SOURCE_JWT;
		return need_text(r, node, "issuer", &out->issuer);
	}
	if (zta_str__is(kind, "spiffe")) {
		out->kind = ZTA_SOURCE_SPIFFE;
		status = need_text(r, node, "trust_domain", &out->trust_domain);
		if (status == ZTA_OK &&
		    !zta_trust_domain__is_valid(out->trust_domain)) {
			return FAIL(
			    r, node, "`trust_domain` is no trust domain");
		}
		return status;
	}
	return FAIL(r, zta_json__get(node, "kind"),
	    "sources are of kind \"jwt\" or \"spiffe\"");
}

static zta_status
read_source(
    reader *r, const zta_json *name, const zta_json *node, zta_source *out)
{
	static const char *const names[] = { "kind", "issuer", "trust_domain",
		"audience", "algorithms", "jwks", "jwks_file", "typ",
		"leeway_s", "max_age_s", "principal", NULL };
	const zta_json *audience = zta_json__get(node, "audience");
	const zta_json *types = zta_json__get(node, "typ");
	zta_status status;

	*out = (zta_source){ .name = zta_json__str(name),
		.leeway_ms = DEFAULT_LEEWAY_S * 1000 };
	if (node->type != ZTA_JSON_OBJECT || name->count == 0) {
		return FAIL(r, node, "a source is a named object");
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = read_kind(r, node, out);
	}
	if (status == ZTA_OK && audience == NULL) {
		return FAIL(r, node,
		    "a source without `audience` would accept tokens that "
		    "were meant for others");
	}
	if (status == ZTA_OK) {
		status = need_texts(r, audience, "audience", &out->audiences,
		    &out->audience_count);
	}
	if (status == ZTA_OK) {
		status = read_algs(r, node, out);
	}
	if (status == ZTA_OK && types != NULL) {
		status =
		    need_texts(r, types, "typ", &out->types, &out->type_count);
	}
	if (status == ZTA_OK) {
		status = read_seconds(
		    r, node, "leeway_s", ZTA_LEEWAY_MAX_S, &out->leeway_ms);
	}
	if (status == ZTA_OK) {
		status = read_seconds(
		    r, node, "max_age_s", MAX_AGE_MAX_S, &out->max_age_ms);
	}
	if (status == ZTA_OK) {
		status = read_principal(r, node, out);
	}
	return status != ZTA_OK ? status : read_keys(r, node, out);
}

/* A credential is claimed by one source at most. */
static zta_status
check_claim(reader *r, const zta_json *node, const zta_source *source)
{
	const zta_source *other;
	uint32_t i;

	for (i = 0; i < r->out->count; i++) {
		other = &r->out->list[i];
		if (other->kind == source->kind &&
		    zta_str__eq(other->issuer, source->issuer) &&
		    zta_str__eq(other->trust_domain, source->trust_domain)) {
			return FAIL(r, node,
			    "source `%.*s` has this issuer already",
			    ZTA_STR_ARG(other->name));
		}
	}
	return ZTA_OK;
}

static zta_status
read_sources(reader *r)
{
	const zta_json *root = r->doc.root;
	const zta_json *sources = zta_json__get(root, "sources"), *name;
	zta_source *to;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (sources == NULL || sources->type != ZTA_JSON_OBJECT ||
	    root->count != 1) {
		return FAIL(r, root, "expected {\"sources\": {...}}");
	}
	if (sources->count > ZTA_SOURCES_MAX) {
		return zta_json__fail(&r->doc, sources, r->err, ZTA_ELIMIT,
		    "over %u sources", ZTA_SOURCES_MAX);
	}
	r->out->list = zta_arena__zalloc(
	    r->arena, sources->count + 1, sizeof(*r->out->list));
	if (r->out->list == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	name = zta_json__first(sources);
	for (i = 0; status == ZTA_OK && i < sources->count; i++) {
		to = &r->out->list[r->out->count];
		status = read_source(r, name, zta_json__after(name), to);
		if (status == ZTA_OK) {
			status = check_claim(r, name, to);
			/* Counted even if refused: its keys must be freed. */
			r->out->count++;
		}
		if (zta_error__tell(r->sink, status, r->err)) {
			status = ZTA_OK;
		}
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

static zta_status
read_document(reader *r, zta_str text)
{
	zta_status status;

	*r->out = (zta_sources){ 0 };
	status = zta_json__read(r->arena, text, &r->doc, r->err);
	if (status == ZTA_OK) {
		status = read_sources(r);
	}
	if (status != ZTA_OK) {
		zta_sources__release(r->out);
	}
	return zta_error__tell(r->sink, status, r->err) ? ZTA_OK : status;
}

zta_status
zta_sources__read(zta_sources *out, zta_arena *arena, zta_str text,
    const char *keys, zta_error *err)
{
	reader r = { .arena = arena, .keys = keys, .out = out, .err = err };

	return read_document(&r, text);
}

zta_status
zta_sources__check(zta_sources *out, zta_arena *arena, zta_str text,
    zta_error_sink *sink, zta_error *err)
{
	reader r = { .arena = arena, .sink = sink, .out = out, .err = err };

	return read_document(&r, text);
}

void
zta_sources__release(zta_sources *sources)
{
	uint32_t i;

	for (i = 0; i < sources->count; i++) {
		zta_jwks__release(&sources->list[i].keys);
	}
	sources->count = 0;
}
