/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c - see snapshot.h. */
#include "pdp/snapshot.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* Text of a file, or empty. */
static zta_str
text_of(const zta_snapshot *s, const char *path)
{
	const zta_tree_file *file = zta_tree__find(&s->tree, zta_str_of(path));

	return file == NULL ? (zta_str){ "", 0 } : file->text;
}

static uint32_t
count_lines(zta_str text)
{
	uint32_t lines = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		lines += text.ptr[i] == '\n';
	}
	return lines;
}

/* Which file of the joined schema is line `err->line` in? */
static void
place_schema_error(const zta_snapshot *s, zta_error *err)
{
	const zta_tree_file *file;
	uint32_t i, lines;

	for (i = 0; err != NULL && i < s->tree.count; i++) {
		file = &s->tree.files[i];
		if (zta_manifest__part_of(&s->manifest, file->path) !=
		    ZTA_PART_SCHEMA) {
			continue;
		}
		lines = count_lines(file->text) + 1;
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file->path));
		if (err->line <= lines) {
			return;
		}
		err->line -= lines;
	}
}

/* Partitions are decided as one set, so their schemas are one schema. */
static zta_status
add_schemas(zta_snapshot *s, zta_error *err)
{
	zta_buf joined;
	uint32_t i;
	zta_status status = ZTA_OK;

	zta_buf__init(&joined, SIZE_MAX);
	for (i = 0; i < s->tree.count; i++) {
		if (zta_manifest__part_of(&s->manifest,
			s->tree.files[i].path) == ZTA_PART_SCHEMA) {
			zta_buf__put(&joined, s->tree.files[i].text);
			zta_buf__byte(&joined, '\n');
		}
	}
	if (joined.status != ZTA_OK) {
		status = zta_error__nomem(err);
	} else if (joined.len > 0) {
		status = zta_cedar_add_schema(
		    s->cedar, ZTA_STR(""), zta_buf__str(&joined), err);
		if (status != ZTA_OK) {
			place_schema_error(s, err);
		}
	}
	zta_buf__release(&joined);
	return status;
}

static zta_status
add_policies(zta_snapshot *s, zta_error *err)
{
	const zta_tree_file *file;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < s->tree.count; i++) {
		file = &s->tree.files[i];
		if (zta_manifest__part_of(&s->manifest, file->path) ==
		    ZTA_PART_POLICIES) {
			status = zta_cedar_add_policies(s->cedar, file->path,
			    file->text, ZTA_CEDAR_BY_PATH, err);
		}
	}
	return status;
}

static zta_status
add_entities(zta_snapshot *s, zta_error *err)
{
	const zta_tree_file *file;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < s->tree.count; i++) {
		file = &s->tree.files[i];
		if (zta_manifest__part_of(&s->manifest, file->path) ==
		    ZTA_PART_ENTITIES) {
			status = zta_cedar_add_entities(
			    s->cedar, file->path, file->text, err);
		}
	}
	return status;
}

/* Statements and tests are not used here, but a broken one is not kept. */
static zta_status
check_documents(zta_snapshot *s, zta_error *err)
{
	const zta_tree_file *file;
	zta_ledger_part part;
	zta_arena scratch;
	zta_json_doc doc;
	zta_status status = ZTA_OK;
	uint32_t i;

	zta_arena__init(&scratch, SIZE_MAX);
	for (i = 0; status == ZTA_OK && i < s->tree.count; i++) {
		file = &s->tree.files[i];
		part = zta_manifest__part_of(&s->manifest, file->path);
		if (part == ZTA_PART_STATEMENT || part == ZTA_PART_TEST) {
			status =
			    zta_json__read(&scratch, file->text, &doc, err);
			if (status != ZTA_OK) {
				zta_error__replace(
				    err, "%.*s", ZTA_STR_ARG(file->path));
			}
			zta_arena__reset(&scratch);
		}
	}
	zta_arena__release(&scratch);
	return status;
}

static zta_status
load_cedar(zta_snapshot *s, zta_error *err)
{
	zta_status status = zta_cedar_open(&s->cedar, err);

	if (status == ZTA_OK) {
		status = add_schemas(s, err);
	}
	if (status == ZTA_OK) {
		status = add_policies(s, err);
	}
	if (status == ZTA_OK) {
		status = add_entities(s, err);
	}
	return status != ZTA_OK ? status : zta_cedar_seal(s->cedar, err);
}

static zta_status
load_identity(zta_snapshot *s, const char *keys, zta_error *err)
{
	zta_str text = text_of(s, "identity/sources.json");
	zta_status status;

	if (text.len == 0) {
		return ZTA_OK;
	}
	status = zta_sources__read(&s->sources, &s->arena, text, keys, err);
	/* A key file has its own place. */
	if (status != ZTA_OK && err != NULL &&
	    (keys == NULL || strncmp(err->place, keys, strlen(keys)) != 0)) {
		zta_error__replace(err, "identity/sources.json");
	}
	return status;
}

static zta_status
load(zta_snapshot *s, const char *dir, const char *keys, zta_error *err)
{
	zta_status status = zta_tree__read_dir(&s->arena, dir, &s->tree, err);

	if (status == ZTA_OK) {
		status =
		    zta_manifest__read(&s->arena, &s->tree, &s->manifest, err);
	}
	if (status == ZTA_OK) {
		status = check_documents(s, err);
	}
	if (status == ZTA_OK) {
		status = load_cedar(s, err);
	}
	if (status == ZTA_OK) {
		status = zta_trust_model__read(&s->model, &s->arena,
		    text_of(s, "trust/levels.json"),
		    text_of(s, "trust/groups.json"), err);
	}
	if (status == ZTA_OK) {
		status = zta_elevation__open(&s->elevation, &s->model,
		    text_of(s, "trust/elevation.cedar"), err);
	}
	return status != ZTA_OK ? status : load_identity(s, keys, err);
}

zta_status
zta_snapshot__load(
    zta_snapshot **out, const char *dir, const char *keys, zta_error *err)
{
	zta_snapshot *s = calloc(1, sizeof(*s));
	zta_status status;

	*out = NULL;
	if (s == NULL) {
		return zta_error__nomem(err);
	}
	atomic_init(&s->references, 1);
	zta_arena__init(&s->arena, SIZE_MAX);
	status = load(s, dir, keys, err);
	if (status != ZTA_OK) {
		zta_snapshot__drop(s);
		return status;
	}
	*out = s;
	return ZTA_OK;
}

zta_snapshot *
zta_snapshot__keep(zta_snapshot *s)
{
	atomic_fetch_add(&s->references, 1);
	return s;
}

void
zta_snapshot__drop(zta_snapshot *s)
{
	if (s != NULL && atomic_fetch_sub(&s->references, 1) == 1) {
		zta_cedar_close(s->cedar);
		zta_elevation__close(s->elevation);
		zta_sources__release(&s->sources);
		zta_arena__release(&s->arena);
		free(s);
	}
}

zta_str
zta_snapshot__namespace(const zta_snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->manifest.partition_count; i++) {
		if (s->manifest.partitions[i].path.len == 0) {
			return s->manifest.partitions[i].name_space;
		}
	}
	return (zta_str){ "", 0 };
}
