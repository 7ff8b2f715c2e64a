/* SPDX-License-Identifier: Apache-2.0 */
/* places.c - which part of a ledger a file is; see manifest.h. */
#include "base/error.h"
#include "base/str.h"
#include "ledger/manifest.h"

static bool
is_named(zta_str name, const char *suffix)
{
	return name.len > strlen(suffix) &&
	    zta_str__ends(name, zta_str_of(suffix));
}

/* Cut the last segment off `*path`. An empty path is the top, "/" is not. */
static zta_str
cut_name(zta_str *path)
{
	size_t at = path->len;
	zta_str name;

	while (at > 0 && path->ptr[at - 1] != '/') {
		at--;
	}
	name = (zta_str){ path->ptr + at, path->len - at };
	path->len = at > 1 ? at - 1 : at;
	return name;
}

static const zta_partition *
find_partition(const zta_manifest *manifest, zta_str path)
{
	uint32_t low = 0, high = manifest->partition_count, middle;
	int by;

	while (low < high) {
		middle = low + (high - low) / 2;
		by = zta_str__cmp(path, manifest->partitions[middle].path);
		if (by == 0) {
			return &manifest->partitions[middle];
		}
		if (by < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

/* A file of a partition: in its directory, or in `entities` there. */
static zta_ledger_part
part_in_partition(const zta_manifest *manifest, zta_str dir, zta_str name)
{
	const zta_partition *partition = find_partition(manifest, dir);

	if (partition != NULL && partition->schema &&
	    zta_str__is(name, "schema.cedarschema")) {
		return ZTA_PART_SCHEMA;
	}
	if (partition != NULL && is_named(name, ".cedar")) {
		return ZTA_PART_POLICIES;
	}
	return is_named(name, ".json") &&
		zta_str__is(cut_name(&dir), "entities") &&
		find_partition(manifest, dir) != NULL ?
	    ZTA_PART_ENTITIES :
	    ZTA_PART_NONE;
}

const zta_partition *
zta_manifest__partition_of(const zta_manifest *manifest, zta_str path)
{
	(void)cut_name(&path);
	return find_partition(manifest, path);
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
		{ "trust/delegators.json", ZTA_PART_DELEGATORS },
		{ "trust/domains.json", ZTA_PART_DOMAINS },
		{ "trust/elevation.cedar", ZTA_PART_ELEVATION },
		{ "identity/sources.json", ZTA_PART_SOURCES },
		{ "audit/masks.json", ZTA_PART_MASKS } };
	zta_str dir = path, name = cut_name(&dir);
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (zta_str__is(path, fixed[i].path)) {
			return fixed[i].part;
		}
	}
	if (is_named(name, ".json") && zta_str__is(dir, "trust/statements")) {
		return ZTA_PART_STATEMENT;
	}
	if (is_named(name, ".json") && zta_str__is(dir, "tests")) {
		return ZTA_PART_TEST;
	}
	return part_in_partition(manifest, dir, name);
}

zta_status
zta_manifest__check_places(const zta_manifest *manifest, const zta_tree *tree,
    zta_error_sink *sink, zta_error *err)
{
	zta_status status = ZTA_OK;
	zta_str path;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < tree->count; i++) {
		path = tree->files[i].path;
		if (zta_manifest__part_of(manifest, path) != ZTA_PART_NONE) {
			continue;
		}
		status = zta_error__at(err, ZTA_EINVALID, 1, 1,
		    "a ledger has no place for this file; is its partition, "
		    "or the schema of it, in the manifest?");
		zta_error__place(err, "%.*s", ZTA_STR_ARG(path));
		if (sink != NULL) {
			sink->file = path;
		}
		status = zta_error__tell(sink, status, err) ? ZTA_OK : status;
	}
	return status;
}
