/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_schema.c - the schema of a snapshot. Partitions are decided as one
 * set, so their schemas are one schema: their texts are joined, and the line of
 * an error is looked up among them.
 */
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "pdp/snapshot_part.h"

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
static zta_str
find_schema_line(const zta_snapshot *s, zta_error *err)
{
	const zta_tree_file *file;
	zta_str path = { "", 0 };
	uint32_t at = 0, lines;

	while (err != NULL &&
	    (file = zta_snapshot__next_file(s, ZTA_PART_SCHEMA, &at)) != NULL) {
		lines = count_lines(file->text) + 1;
		path = file->path;
		if (err->line <= lines) {
			break;
		}
		err->line -= lines;
	}
	return path;
}

static bool
is_json(zta_str text)
{
	size_t i = 0;

	while (i < text.len && strchr(" \t\r\n", text.ptr[i]) != NULL) {
		i++;
	}
	return i < text.len && text.ptr[i] == '{';
}

/* One of several schemas, on its own; they are only joined if each is one. */
static zta_status
check_schema(zta_snapshot_loader *l, const zta_tree_file *file)
{
	zta_schema_text parsed;
	zta_arena scratch;
	zta_status status;

	if (is_json(file->text)) {
		return zta_error__at(l->err, ZTA_EINVALID, 1, 1,
		    "one of several schemas must be in the human syntax");
	}
	zta_arena__init(&scratch, SIZE_MAX);
	status = zta_schema_text__parse(&scratch, file->text, &parsed, l->err);
	zta_arena__release(&scratch);
	return status;
}

static zta_status
check_schemas(zta_snapshot_loader *l)
{
	const zta_tree_file *file;
	zta_status status = ZTA_OK;
	uint32_t at = 0;

	while (status == ZTA_OK &&
	    (file = zta_snapshot__next_file(l->s, ZTA_PART_SCHEMA, &at)) !=
		NULL) {
		status = zta_snapshot_loader__tell(
		    l, file->path, check_schema(l, file));
	}
	return status;
}

static zta_status
add_joined(zta_snapshot_loader *l)
{
	const zta_tree_file *file;
	zta_buf joined;
	zta_status status;
	uint32_t at = 0;

	zta_buf__init(&joined, SIZE_MAX);
	while ((file = zta_snapshot__next_file(l->s, ZTA_PART_SCHEMA, &at)) !=
	    NULL) {
		zta_buf__put(&joined, file->text);
		zta_buf__byte(&joined, '\n');
	}
	status = joined.status != ZTA_OK ?
	    zta_error__nomem(l->err) :
	    zta_cedar_add_schema(
		l->s->cedar, ZTA_STR(""), zta_buf__str(&joined), l->err);
	zta_buf__release(&joined);
	return status == ZTA_OK ? ZTA_OK :
				  zta_snapshot_loader__tell(l,
				      find_schema_line(l->s, l->err), status);
}

zta_status
zta_snapshot_loader__schemas(zta_snapshot_loader *l)
{
	const zta_tree_file *first;
	uint32_t at = 0, told = l->sink == NULL ? 0 : l->sink->told;
	zta_status status = ZTA_OK;

	first = zta_snapshot__next_file(l->s, ZTA_PART_SCHEMA, &at);
	if (first == NULL) {
		return ZTA_OK;
	}
	if (zta_snapshot__next_file(l->s, ZTA_PART_SCHEMA, &at) == NULL) {
		status = zta_snapshot_loader__tell(l, first->path,
		    zta_cedar_add_schema(
			l->s->cedar, first->path, first->text, l->err));
	} else {
		status = check_schemas(l);
		if (status == ZTA_OK &&
		    (l->sink == NULL || l->sink->told == told)) {
			status = add_joined(l);
		}
	}
	if (status != ZTA_OK || l->sink == NULL || l->sink->told == told) {
		return status;
	}
	/* An engine that failed takes nothing more: go on without a schema. */
	zta_cedar_close(l->s->cedar);
	return zta_cedar_open(&l->s->cedar, l->err);
}
