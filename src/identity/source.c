/* SPDX-License-Identifier: Apache-2.0 */
/* source.c - see source.h: the document, and what all sources have. */
#include "identity/source.h"

#include "base/limits.h"
#include "base/str.h"
#include "identity/source_part.h"

#define DEFAULT_LEEWAY_S 30
#define MAX_AGE_MAX_S (366 * 24 * 3600)

/* A string that is not empty; NULL in `node` fails too. */
zta_status
zta_source__need_text(zta_source_reader *r, const zta_json *source,
    const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(source, name);

	if (node == NULL) {
		return ZTA_SOURCE_FAIL(
		    r, source, "the source needs `%s`", name);
	}
	if (node->type != ZTA_JSON_STRING || node->count == 0) {
		return ZTA_SOURCE_FAIL(r, node, "`%s` must be a string", name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

/* One string, or an array of them; at least one. */
zta_status
zta_source__texts(zta_source_reader *r, const zta_json *node, const char *name,
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
			return ZTA_SOURCE_FAIL(
			    r, item, "`%s` holds strings", name);
		}
		list[i] = zta_json__str(item);
		item = zta_json__after(item);
	}
	*out = list;
	*count = n;
	return n > 0 ? ZTA_OK : ZTA_SOURCE_FAIL(r, node, "`%s` is empty", name);
}

/* A number of seconds from 0 to `max`, as milliseconds. */
zta_status
zta_source__seconds(zta_source_reader *r, const zta_json *source,
    const char *name, int64_t max, int64_t *out)
{
	const zta_json *node = zta_json__get(source, name);

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_INTEGER || node->u.integer < 0 ||
	    node->u.integer > max) {
		return ZTA_SOURCE_FAIL(
		    r, node, "`%s` is 0 to %lld seconds", name, (long long)max);
	}
	*out = node->u.integer * 1000;
	return ZTA_OK;
}

/* --- one source */

static zta_status
find_kind(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_str name = { NULL, 0 };
	zta_status status = zta_source__need_text(r, node, "kind", &name);
	size_t i;

	for (i = 0; status == ZTA_OK && zta_kind__all[i] != NULL; i++) {
		if (zta_str__is(name, zta_kind__all[i]->name)) {
			out->kind = zta_kind__all[i];
			return ZTA_OK;
		}
	}
	return status != ZTA_OK ?
	    status :
	    ZTA_SOURCE_FAIL(r, zta_json__get(node, "kind"),
		"there is no such kind of source");
}

static const char *const common[] = { "kind", "audience", "leeway_s",
	"max_age_s", "proof", "dpop_nonce", "status_grace_s" };

#define COMMON (sizeof(common) / sizeof(common[0]))
/* Members of one kind. */
#define MEMBERS_MAX 64

/* A member that is misspelt must not pass for one that is absent. */
static zta_status
check_members(zta_source_reader *r, const zta_json *node, const zta_kind *kind)
{
	const char *names[COMMON + MEMBERS_MAX + 1];
	size_t i, count = COMMON;

	memcpy(names, common, sizeof(common));
	for (i = 0; i < MEMBERS_MAX && kind->members[i] != NULL; i++) {
		names[count++] = kind->members[i];
	}
	names[count] = NULL;
	return zta_json__only(&r->doc, node, names, r->err);
}

static zta_status
read_common(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	const zta_json *audience = zta_json__get(node, "audience");
	zta_status status;

	if (audience == NULL) {
		return ZTA_SOURCE_FAIL(r, node,
		    "a source without `audience` would accept tokens that "
		    "were meant for others");
	}
	status = zta_source__texts(
	    r, audience, "audience", &out->audiences, &out->audience_count);
	if (status == ZTA_OK) {
		status = zta_source__seconds(
		    r, node, "leeway_s", ZTA_LEEWAY_MAX_S, &out->leeway_ms);
	}
	if (status == ZTA_OK) {
		status = zta_source__seconds(
		    r, node, "max_age_s", MAX_AGE_MAX_S, &out->max_age_ms);
	}
	if (status == ZTA_OK) {
		status = zta_source__seconds(r, node, "status_grace_s",
		    ZTA_STATUS_GRACE_MAX_S, &out->status_grace_ms);
	}
	return status != ZTA_OK ? status :
				  zta_source__read_proofs(r, node, out);
}

static zta_status
read_source(zta_source_reader *r, const zta_json *name, const zta_json *node,
    zta_source *out)
{
	static const char *const sub[] = { "sub", NULL };
	zta_status status;

	*out = (zta_source){ .name = zta_json__str(name),
		.leeway_ms = DEFAULT_LEEWAY_S * 1000,
		.id = { ZTA_STR("sub"), sub } };
	if (node->type != ZTA_JSON_OBJECT || name->count == 0) {
		return ZTA_SOURCE_FAIL(r, node, "a source is a named object");
	}
	status = find_kind(r, node, out);
	if (status == ZTA_OK) {
		status = check_members(r, node, out->kind);
	}
	if (status == ZTA_OK) {
		status = read_common(r, node, out);
	}
	return status != ZTA_OK ? status : out->kind->read(r, node, out);
}

/* A credential is claimed by one source at most. */
static zta_status
check_claim(
    zta_source_reader *r, const zta_json *node, const zta_source *source)
{
	const zta_source *other;
	uint32_t i;

	for (i = 0; i < r->out->count; i++) {
		other = &r->out->list[i];
		if (other->kind->claims == source->kind->claims &&
		    (zta_str__starts(other->prefix, source->prefix) ||
			zta_str__starts(source->prefix, other->prefix)) &&
		    zta_str__eq(other->issuer, source->issuer) &&
		    zta_str__eq(other->trust_domain, source->trust_domain)) {
			return ZTA_SOURCE_FAIL(r, node,
			    "source `%.*s` has this issuer already",
			    ZTA_STR_ARG(other->name));
		}
	}
	return ZTA_OK;
}

static void
release_source(zta_source *source)
{
	zta_jwks__release(&source->keys);
	zta_x509_roots__drop(source->roots);
}

static zta_status
read_sources(zta_source_reader *r)
{
	const zta_json *root = r->doc.root;
	const zta_json *sources = zta_json__get(root, "sources"), *name;
	zta_source *to;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (sources == NULL || sources->type != ZTA_JSON_OBJECT ||
	    root->count != 1) {
		return ZTA_SOURCE_FAIL(
		    r, root, "expected {\"sources\": {...}}");
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
		}
		if (status == ZTA_OK) {
			r->out->count++;
		} else {
			release_source(to);
		}
		if (zta_error__tell(r->sink, status, r->err)) {
			status = ZTA_OK;
		}
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

static zta_status
read_document(zta_source_reader *r, zta_str text)
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
	zta_source_reader r = {
		.arena = arena, .keys = keys, .out = out, .err = err
	};

	return read_document(&r, text);
}

zta_status
zta_sources__check(zta_sources *out, zta_arena *arena, zta_str text,
    zta_error_sink *sink, zta_error *err)
{
	zta_source_reader r = {
		.arena = arena, .sink = sink, .out = out, .err = err
	};

	return read_document(&r, text);
}

void
zta_sources__release(zta_sources *sources)
{
	uint32_t i;

	for (i = 0; i < sources->count; i++) {
		release_source(&sources->list[i]);
	}
	sources->count = 0;
}
