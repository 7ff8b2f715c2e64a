/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c - see manifest.h. */
#include "ledger/manifest.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "ledger/name.h"

typedef struct reader {
	zta_arena *arena;
	const zta_tree *tree;
	zta_json_doc doc;
	zta_manifest *out;
	zta_error_sink *sink; /* NULL: the first error ends it */
	zta_error *err;
	const zta_json *runtimes; /* NULL: none */
	bool lost;                /* the partitions are not all known */
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* The status with which to go on. */
static zta_status
tell(reader *r, zta_status status)
{
	return zta_error__tell(r->sink, status, r->err) ? ZTA_OK : status;
}

static zta_status
read_string(reader *r, const zta_json *node, zta_str *out)
{
	if (node->type != ZTA_JSON_STRING) {
		return FAIL(r, node, "expected a string");
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

static zta_status
read_bool(reader *r, const zta_json *node, bool *out)
{
	if (node == NULL) {
		return ZTA_OK;
	}
	if (!zta_json__is_bool(node)) {
		return FAIL(r, node, "expected true or false");
	}
	*out = node->type == ZTA_JSON_TRUE;
	return ZTA_OK;
}

/* An object of strings, of these names. */
static zta_status
check_strings(reader *r, const zta_json *node, const char *const *names)
{
	const zta_json *name;
	zta_str text;
	uint32_t i;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read_string(r, zta_json__after(name), &text);
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

static zta_status
read_metadata(reader *r, const zta_json *node)
{
	static const char *const names[] = { "name", "description", "author",
		"license", NULL };
	zta_status status;

	if (node == NULL) {
		return FAIL(r, r->doc.root, "the manifest needs `metadata`");
	}
	status = check_strings(r, node, names);
	if (status == ZTA_OK && zta_json__get(node, "name") == NULL) {
		return FAIL(r, node, "metadata needs a `name`");
	}
	return status != ZTA_OK ?
	    status :
	    read_string(r, zta_json__get(node, "name"), &r->out->name);
}

/* "cedar[4.0+]": {"language": {...}, "engine": {...}} */
static zta_status
check_runtime(reader *r, const zta_json *node)
{
	static const char *const parts[] = { "language", "engine", NULL };
	static const char *const names[] = { "name", "version", "distribution",
		NULL };
	const zta_json *part;
	size_t i;
	zta_status status = zta_json__only(&r->doc, node, parts, r->err);

	for (i = 0; status == ZTA_OK && parts[i] != NULL; i++) {
		part = zta_json__get(node, parts[i]);
		status = part == NULL ? ZTA_OK : check_strings(r, part, names);
	}
	return status;
}

static zta_status
read_runtimes(reader *r, const zta_json *node)
{
	const zta_json *name;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "expected an object");
	}
	r->runtimes = node;
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = tell(r, check_runtime(r, zta_json__after(name)));
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

/* --- partitions */

/* "/", or "/a/b" of names that a ledger may have. */
static bool
is_partition(zta_str name)
{
	static const char *const taken[] = { "trust", "identity", "tests",
		"entities", NULL };
	zta_str segment;
	size_t i, at;
	bool first = true;

	if (name.len == 0 || name.ptr[0] != '/') {
		return false;
	}
	name = (zta_str){ name.ptr + 1, name.len - 1 };
	if (name.len == 0) {
		return true;
	}
	while (zta_str__next(&name, '/', &segment)) {
		if (zta_ledger_name__breaks(segment, &at) != NULL) {
			return false;
		}
		for (i = 0; first && taken[i] != NULL; i++) {
			if (zta_str__is(segment, taken[i])) {
				return false;
			}
		}
		first = false;
	}
	return true;
}

/* A partition that names no runtime uses the one that there is. */
static zta_status
check_runtime_name(reader *r, const zta_json *node)
{
	zta_str name = { NULL, 0 };
	char *text;
	zta_status status = node == NULL ? ZTA_OK : read_string(r, node, &name);

	if (node == NULL || status != ZTA_OK) {
		return status;
	}
	text = zta_arena__cstr(r->arena, name);
	if (text == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	return r->runtimes != NULL && zta_json__get(r->runtimes, text) != NULL ?
	    ZTA_OK :
	    FAIL(r, node, "`runtimes` has no such runtime");
}

/* A schema that the manifest promises must be there. */
static zta_status
read_schema(reader *r, const zta_json *node, zta_partition *out)
{
	static const char name[] = "/schema.cedarschema";
	size_t len = out->path.len + sizeof(name) - 1;
	char *path;
	zta_status status = read_bool(r, node, &out->schema);

	if (status != ZTA_OK || !out->schema) {
		return status;
	}
	path = zta_arena__alloc(r->arena, len);
	if (path == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	memcpy(path, out->path.ptr, out->path.len);
	memcpy(path + out->path.len, name, sizeof(name) - 1);
	/* No slash stands before a name at the top. */
	path += out->path.len == 0;
	len -= out->path.len == 0;
	if (zta_tree__find(r->tree, (zta_str){ path, len }) == NULL) {
		return FAIL(r, node,
		    "the manifest promises `%.*s`, which is not there",
		    (int)len, path);
	}
	return ZTA_OK;
}

static zta_status
read_partition(
    reader *r, const zta_json *name, const zta_json *node, zta_partition *out)
{
	static const char *const names[] = { "runtime", "schema", "namespace",
		NULL };
	const zta_json *space;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);
	zta_str path = zta_json__str(name);

	*out = (zta_partition){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	if (!is_partition(path)) {
		return FAIL(r, name,
		    "a partition is `/` or `/name`, and not a name that the "
		    "ledger itself uses");
	}
	out->path = (zta_str){ path.ptr + 1, path.len - 1 };
	status = tell(r, check_runtime_name(r, zta_json__get(node, "runtime")));
	if (status == ZTA_OK) {
		status =
		    tell(r, read_schema(r, zta_json__get(node, "schema"), out));
	}
	space = zta_json__get(node, "namespace");
	if (status == ZTA_OK && space != NULL) {
		status = read_string(r, space, &out->name_space);
	}
	return status;
}

static int
by_path(const void *a, const void *b)
{
	const zta_partition *x = a, *y = b;

	return zta_str__cmp(x->path, y->path);
}

static zta_status
read_partitions(reader *r, const zta_json *node)
{
	zta_manifest *m = r->out;
	const zta_json *name;
	uint32_t i, count = node == NULL ? 0 : node->count;
	bool root = false;
	zta_status status = ZTA_OK;

	r->lost = true;
	if (node != NULL && node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "expected an object");
	}
	if (count > ZTA_LEDGER_PARTITIONS_MAX) {
		return FAIL(
		    r, node, "over %u partitions", ZTA_LEDGER_PARTITIONS_MAX);
	}
	m->partitions =
	    zta_arena__zalloc(r->arena, count + 1, sizeof(*m->partitions));
	if (m->partitions == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	m->partition_count = 0;
	r->lost = false;
	name = count == 0 ? NULL : zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = read_partition(r, name, zta_json__after(name),
		    &m->partitions[m->partition_count]);
		if (status == ZTA_OK) {
			root = root ||
			    m->partitions[m->partition_count].path.len == 0;
			m->partition_count++;
		} else {
			r->lost = true;
			status = tell(r, status);
		}
		name = zta_json__after(zta_json__after(name));
	}
	if (!root) {
		m->partitions[m->partition_count++] = (zta_partition){ 0 };
	}
	zta_sort__run(
	    m->partitions, m->partition_count, sizeof(*m->partitions), by_path);
	return status;
}

/* --- zone settings */

static zta_status
read_binding(reader *r, const zta_json *name, const zta_json *node,
    zta_scope_binding *out)
{
	static const char *const names[] = { "actions", "resources", NULL };
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	*out = (zta_scope_binding){ .scope = zta_json__str(name) };
	if (status == ZTA_OK) {
		status =
		    zta_json__words(&r->doc, zta_json__get(node, "actions"),
			r->arena, &out->actions, &out->action_count, r->err);
	}
	if (status == ZTA_OK) {
		status = zta_json__words(&r->doc,
		    zta_json__get(node, "resources"), r->arena,
		    &out->resource_types, &out->resource_type_count, r->err);
	}
	return status;
}

static zta_status
read_bindings(reader *r, const zta_json *node)
{
	const zta_json *name;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "expected an object");
	}
	r->out->bound = true;
	r->out->bindings = zta_arena__zalloc(
	    r->arena, node->count + 1, sizeof(*r->out->bindings));
	if (r->out->bindings == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = tell(r,
		    read_binding(
			r, name, zta_json__after(name), &r->out->bindings[i]));
		name = zta_json__after(zta_json__after(name));
	}
	r->out->binding_count = node->count;
	return status;
}

static zta_status
read_require(reader *r, const zta_json *node)
{
	static const char *const words[] = {
		[ZTA_REQUIRE_TXN_TOKEN] = "txn-token",
		[ZTA_REQUIRE_WORKLOAD] = "workload",
		[ZTA_REQUIRE_NONE] = "none",
	};
	zta_zone_require i;

	if (node == NULL) {
		return ZTA_OK;
	}
	for (i = 0; node->type == ZTA_JSON_STRING && i <= ZTA_REQUIRE_NONE;
	     i++) {
		if (zta_str__is(zta_json__str(node), words[i])) {
			r->out->require = i;
			return ZTA_OK;
		}
	}
	return FAIL(
	    r, node, "`require` is \"txn-token\", \"workload\" or \"none\"");
}

static zta_status
read_zone(reader *r, const zta_json *node)
{
	static const char *const names[] = { "require", "properties",
		"standing_grants", "scopes", NULL };
	zta_status status;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "expected an object");
	}
	status = tell(r, zta_json__only(&r->doc, node, names, r->err));
	if (status == ZTA_OK) {
		status =
		    tell(r, read_require(r, zta_json__get(node, "require")));
	}
	if (status == ZTA_OK) {
		status = tell(r,
		    read_bool(r, zta_json__get(node, "properties"),
			&r->out->properties));
	}
	if (status == ZTA_OK) {
		status = tell(r,
		    read_bool(r, zta_json__get(node, "standing_grants"),
			&r->out->standing));
	}
	return status != ZTA_OK ?
	    status :
	    read_bindings(r, zta_json__get(node, "scopes"));
}

/* --- the tree */

static zta_status
read_manifest(reader *r)
{
	static const char *const names[] = { "metadata", "runtimes",
		"partitions", "zone", NULL };
	const zta_json *root = r->doc.root;
	zta_status status;

	if (root->type != ZTA_JSON_OBJECT) {
		return FAIL(r, root, "expected an object");
	}
	status = tell(r, zta_json__only(&r->doc, root, names, r->err));
	if (status == ZTA_OK) {
		status =
		    tell(r, read_metadata(r, zta_json__get(root, "metadata")));
	}
	if (status == ZTA_OK) {
		status =
		    tell(r, read_runtimes(r, zta_json__get(root, "runtimes")));
	}
	if (status == ZTA_OK) {
		status = tell(
		    r, read_partitions(r, zta_json__get(root, "partitions")));
	}
	return status != ZTA_OK ? status :
				  read_zone(r, zta_json__get(root, "zone"));
}

static zta_status
read_file(reader *r, const zta_tree_file *file)
{
	zta_status status;

	if (file == NULL) {
		return zta_error__at(
		    r->err, ZTA_EINVALID, 1, 1, "a ledger needs a manifest");
	}
	status = zta_json__read(r->arena, file->text, &r->doc, r->err);
	if (status != ZTA_OK) {
		return status;
	}
	r->lost = false;
	return read_manifest(r);
}

zta_status
zta_manifest__assume(
    zta_arena *arena, const zta_tree *tree, zta_manifest *out, zta_error *err)
{
	zta_partition *root = zta_arena__zalloc(arena, 1, sizeof(*root));

	*out = (zta_manifest){ 0 };
	if (root == NULL) {
		return zta_arena__failed(arena, err);
	}
	root->schema =
	    zta_tree__find(tree, ZTA_STR("schema.cedarschema")) != NULL;
	out->partitions = root;
	out->partition_count = 1;
	return ZTA_OK;
}

zta_status
zta_manifest__check(zta_arena *arena, const zta_tree *tree,
    zta_error_sink *sink, zta_manifest *out, zta_error *err)
{
	reader r = { .arena = arena,
		.tree = tree,
		.out = out,
		.sink = sink,
		.err = err,
		.lost = true };
	zta_status status = zta_manifest__assume(arena, tree, out, err);

	if (sink != NULL) {
		sink->file = ZTA_STR("manifest.json");
	}
	if (status == ZTA_OK) {
		status = read_file(
		    &r, zta_tree__find(tree, ZTA_STR("manifest.json")));
	}
	if (status != ZTA_OK) {
		zta_error__replace(err, "manifest.json");
		return tell(&r, status);
	}
	return r.lost ? ZTA_OK :
			zta_manifest__check_places(out, tree, sink, err);
}

zta_status
zta_manifest__read(
    zta_arena *arena, const zta_tree *tree, zta_manifest *out, zta_error *err)
{
	return zta_manifest__check(arena, tree, NULL, out, err);
}

/* No list stands for all. */
static bool
listed(const zta_str *list, uint32_t count, zta_str text)
{
	return count == 0 || zta_str__is_among(text, list, count);
}

bool
zta_manifest__scope_covers(const zta_manifest *manifest, zta_str scope,
    zta_str action, zta_str resource_type)
{
	const zta_scope_binding *b;
	uint32_t i;

	if (!manifest->bound) {
		return zta_str__eq(scope, action);
	}
	for (i = 0; i < manifest->binding_count; i++) {
		b = &manifest->bindings[i];
		if (zta_str__eq(b->scope, scope) &&
		    listed(b->actions, b->action_count, action) &&
		    listed(b->resource_types, b->resource_type_count,
			resource_type)) {
			return true;
		}
	}
	return false;
}
