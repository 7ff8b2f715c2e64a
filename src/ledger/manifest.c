/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c - see manifest.h. */
#include "ledger/manifest.h"

#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/name.h"

typedef struct reader {
	zta_arena *arena;
	zta_json_doc doc;
	zta_manifest *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

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

static zta_status
read_metadata(reader *r, const zta_json *node)
{
	static const char *const names[] = { "name", "description", "author",
		"license", NULL };
	const zta_json *name;
	zta_status status;

	if (node == NULL) {
		return FAIL(r, r->doc.root, "the manifest needs `metadata`");
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	name = zta_json__get(node, "name");
	if (status == ZTA_OK && name == NULL) {
		return FAIL(r, node, "metadata needs a `name`");
	}
	return status != ZTA_OK ? status : read_string(r, name, &r->out->name);
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
	status = read_bool(r, zta_json__get(node, "schema"), &out->schema);
	space = zta_json__get(node, "namespace");
	if (status == ZTA_OK && space != NULL) {
		status = read_string(r, space, &out->name_space);
	}
	return status;
}

static zta_status
read_partitions(reader *r, const zta_json *node)
{
	const zta_json *name;
	uint32_t i, count = node == NULL ? 0 : node->count;
	bool root = false;
	zta_status status = ZTA_OK;

	if (node != NULL && node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "expected an object");
	}
	if (count > ZTA_LEDGER_PARTITIONS_MAX) {
		return FAIL(
		    r, node, "over %u partitions", ZTA_LEDGER_PARTITIONS_MAX);
	}
	r->out->partitions =
	    zta_arena__zalloc(r->arena, count + 1, sizeof(*r->out->partitions));
	if (r->out->partitions == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	name = count == 0 ? NULL : zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = read_partition(
		    r, name, zta_json__after(name), &r->out->partitions[i]);
		root = root || r->out->partitions[i].path.len == 0;
		name = zta_json__after(zta_json__after(name));
	}
	r->out->partition_count = count + !root;
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
		status = read_binding(
		    r, name, zta_json__after(name), &r->out->bindings[i]);
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
	static const char *const names[] = { "require", "properties", "scopes",
		NULL };
	zta_status status;

	if (node == NULL) {
		return ZTA_OK;
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = read_require(r, zta_json__get(node, "require"));
	}
	if (status == ZTA_OK) {
		status = read_bool(
		    r, zta_json__get(node, "properties"), &r->out->properties);
	}
	return status != ZTA_OK ?
	    status :
	    read_bindings(r, zta_json__get(node, "scopes"));
}

/* --- the tree */

static bool
is_in(zta_str path, const char *dir, const char *suffix)
{
	zta_str prefix = zta_str_of(dir), rest;

	if (!zta_str__starts(path, prefix)) {
		return false;
	}
	rest = (zta_str){ path.ptr + prefix.len, path.len - prefix.len };
	return rest.len > zta_str_of(suffix).len &&
	    zta_str__ends(rest, zta_str_of(suffix)) &&
	    zta_str__find(rest, '/') == rest.len;
}

/* What a file of the partition `path` lies in is, without its prefix. */
static zta_ledger_part
part_of_partition(const zta_partition *partition, zta_str path)
{
	if (partition->schema && zta_str__is(path, "schema.cedarschema")) {
		return ZTA_PART_SCHEMA;
	}
	if (is_in(path, "", ".cedar")) {
		return ZTA_PART_POLICIES;
	}
	return is_in(path, "entities/", ".json") ? ZTA_PART_ENTITIES :
						   ZTA_PART_NONE;
}

zta_ledger_part
zta_manifest__part_of(const zta_manifest *manifest, zta_str path)
{
	static const struct {
		const char *path;
		zta_ledger_part part;
	} fixed[] = { { "manifest.json", ZTA_PART_MANIFEST },
		{ "trust/levels.json", ZTA_PART_LEVELS },
		{ "trust/groups.json", ZTA_PART_GROUPS },
		{ "trust/elevation.cedar", ZTA_PART_ELEVATION },
		{ "identity/sources.json", ZTA_PART_SOURCES } };
	const zta_partition *partition;
	zta_ledger_part part;
	zta_str rest;
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (zta_str__is(path, fixed[i].path)) {
			return fixed[i].part;
		}
	}
	if (is_in(path, "trust/statements/", ".json")) {
		return ZTA_PART_STATEMENT;
	}
	if (is_in(path, "tests/", ".json")) {
		return ZTA_PART_TEST;
	}
	for (i = 0; i < manifest->partition_count; i++) {
		partition = &manifest->partitions[i];
		rest = path;
		if (partition->path.len > 0) {
			if (!zta_str__starts(path, partition->path) ||
			    path.len <= partition->path.len ||
			    path.ptr[partition->path.len] != '/') {
				continue;
			}
			rest.ptr += partition->path.len + 1;
			rest.len -= partition->path.len + 1;
		}
		part = part_of_partition(partition, rest);
		if (part != ZTA_PART_NONE) {
			return part;
		}
	}
	return ZTA_PART_NONE;
}

static zta_status
check_files(reader *r, const zta_tree *tree)
{
	zta_status status;
	uint32_t i;

	for (i = 0; i < tree->count; i++) {
		if (zta_manifest__part_of(r->out, tree->files[i].path) ==
		    ZTA_PART_NONE) {
			status = zta_error__at(r->err, ZTA_EINVALID, 1, 1,
			    "a ledger has no place for this file; is its "
			    "partition, or the schema of it, in the "
			    "manifest?");
			zta_error__place(
			    r->err, "%.*s", ZTA_STR_ARG(tree->files[i].path));
			return status;
		}
	}
	return ZTA_OK;
}

/* A schema that the manifest promises must be there. */
static zta_status
check_schemas(reader *r, const zta_tree *tree)
{
	const zta_partition *p;
	char path[ZTA_PLACE_MAX];
	uint32_t i;

	for (i = 0; i < r->out->partition_count; i++) {
		p = &r->out->partitions[i];
		(void)snprintf(path, sizeof(path), "%.*s%sschema.cedarschema",
		    ZTA_STR_ARG(p->path), p->path.len > 0 ? "/" : "");
		if (p->schema &&
		    zta_tree__find(tree, zta_str_of(path)) == NULL) {
			return FAIL(r, r->doc.root,
			    "the manifest promises `%s`, which is not there",
			    path);
		}
	}
	return ZTA_OK;
}

static zta_status
read_manifest(reader *r, const zta_tree *tree)
{
	static const char *const names[] = { "metadata", "runtimes",
		"partitions", "zone", NULL };
	const zta_json *root = r->doc.root;
	zta_status status = zta_json__only(&r->doc, root, names, r->err);

	if (status == ZTA_OK) {
		status = read_metadata(r, zta_json__get(root, "metadata"));
	}
	if (status == ZTA_OK) {
		status = read_partitions(r, zta_json__get(root, "partitions"));
	}
	if (status == ZTA_OK) {
		status = read_zone(r, zta_json__get(root, "zone"));
	}
	return status != ZTA_OK ? status : check_schemas(r, tree);
}

zta_status
zta_manifest__read(
    zta_arena *arena, const zta_tree *tree, zta_manifest *out, zta_error *err)
{
	reader r = { .arena = arena, .out = out, .err = err };
	const zta_tree_file *file =
	    zta_tree__find(tree, ZTA_STR("manifest.json"));
	zta_status status;

	*out = (zta_manifest){ 0 };
	if (file == NULL) {
		status = zta_error__at(
		    err, ZTA_EINVALID, 1, 1, "a ledger needs a manifest");
		zta_error__place(err, "manifest.json");
		return status;
	}
	status = zta_json__read(arena, file->text, &r.doc, err);
	if (status == ZTA_OK) {
		status = read_manifest(&r, tree);
	}
	if (status != ZTA_OK) {
		zta_error__replace(err, "manifest.json");
		return status;
	}
	return check_files(&r, tree);
}

static bool
listed(const zta_str *list, uint32_t count, zta_str text)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (zta_str__eq(list[i], text)) {
			return true;
		}
	}
	return count == 0;
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
