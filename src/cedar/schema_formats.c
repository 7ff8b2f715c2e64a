/* SPDX-License-Identifier: Apache-2.0 */
/* schema_formats.c - schemas from one form to the other, see ztauth/cedar.h. */
#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "cedar/schema.h"
#include "cedar/schema_scope.h"
#include "ztauth/cedar.h"

/* Only a schema that has a meaning is written. */
static zta_status
check(zta_arena *arena, const zta_schema_text *text, zta_error *err)
{
	zta_names names;
	zta_schema schema;

	zta_names__init(&names, arena, zta_random__seed());
	return zta_schema__resolve(&schema, &names, names.arena, text, err);
}

static zta_status
write_text(
    zta_arena *arena, const zta_schema_text *text, zta_buf *buf, zta_error *err)
{
	zta_schema_scope scope;
	zta_status status = zta_schema_scope__open(
	    &scope, arena, text, zta_random__seed(), err);

	return status != ZTA_OK ? status : zta_schema_text__write(buf, &scope);
}

static zta_status
translate(
    zta_str file, zta_str text, bool to_json, zta_str *out, zta_error *err)
{
	zta_schema_text schema;
	zta_arena arena;
	zta_buf buf;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, ZTA_CEDAR_OUTPUT_MAX);
	status = zta_schema_text__parse(&arena, text, &schema, err);
	if (status == ZTA_OK) {
		status = check(&arena, &schema, err);
	}
	if (status == ZTA_OK && to_json) {
		zta_schema_json__write(&buf, &schema);
	} else if (status == ZTA_OK) {
		status = write_text(&arena, &schema, &buf, err);
	}
	zta_arena__release(&arena);
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
	}
	return zta_buf__give(&buf, status, out, err);
}

zta_status
zta_cedar_schema_to_json(
    zta_str file, zta_str text, zta_str *out, zta_error *err)
{
	return translate(file, text, true, out, err);
}

zta_status
zta_cedar_schema_to_text(
    zta_str file, zta_str text, zta_str *out, zta_error *err)
{
	return translate(file, text, false, out, err);
}
