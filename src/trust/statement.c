/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c - see statement.h. */
#include "trust/statement.h"

#include "base/error.h"
#include "base/str.h"

static bool
is_kind(const zta_json *node)
{
	static const char *const kinds[] = { "federation", "attestation",
		"delegation", NULL };
	size_t i;

	for (i = 0; node->type == ZTA_JSON_STRING && kinds[i] != NULL; i++) {
		if (zta_str__is(zta_json__str(node), kinds[i])) {
			return true;
		}
	}
	return false;
}

zta_status
zta_statement__check(zta_arena *arena, zta_str text, zta_error *err)
{
	zta_json_doc doc;
	const zta_json *kind;
	zta_status status = zta_json__read(arena, text, &doc, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (doc.root->type != ZTA_JSON_OBJECT) {
		return zta_json__fail(&doc, doc.root, err, ZTA_EINVALID,
		    "a statement is an object");
	}
	kind = zta_json__get(doc.root, "kind");
	if (kind == NULL || !is_kind(kind)) {
		return zta_json__fail(&doc, kind == NULL ? doc.root : kind, err,
		    ZTA_EINVALID,
		    "`kind` must be \"federation\", \"attestation\" or "
		    "\"delegation\"");
	}
	return ZTA_OK;
}
