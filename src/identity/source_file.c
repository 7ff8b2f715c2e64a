/* SPDX-License-Identifier: Apache-2.0 */
/* source_file.c - files that sources name: see source_part.h. */
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/source_part.h"

bool
zta_source__is_file_name(zta_str name)
{
	return name.len > 0 && name.len < 256 && name.ptr[0] != '.' &&
	    zta_str__find(name, '/') == name.len &&
	    zta_str__find(name, '\0') == name.len;
}

zta_status
zta_source__read_file(
    zta_source_reader *r, const zta_json *node, const char *name, zta_str *text)
{
	char path[4096];

	*text = (zta_str){ NULL, 0 };
	if (node->type != ZTA_JSON_STRING ||
	    !zta_source__is_file_name(zta_json__str(node))) {
		return ZTA_SOURCE_FAIL(
		    r, node, "`%s` is the name of a file", name);
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
	return zta_file__read(
	    r->arena, path, ZTA_LEDGER_FILE_MAX, text, r->err);
}

zta_status
zta_source__blame_file(
    const zta_source_reader *r, const zta_json *node, zta_status status)
{
	zta_error__replace(
	    r->err, "%s/%.*s", r->keys, ZTA_STR_ARG(zta_json__str(node)));
	return status;
}

zta_status
zta_source__read_json_file(zta_source_reader *r, const zta_json *node,
    const char *name, zta_json_doc *doc)
{
	zta_str text;
	zta_status status = zta_source__read_file(r, node, name, &text);

	doc->root = NULL;
	if (status != ZTA_OK || text.ptr == NULL) {
		return status;
	}
	status = zta_json__read(r->arena, text, doc, r->err);
	return status == ZTA_OK ? ZTA_OK :
				  zta_source__blame_file(r, node, status);
}
