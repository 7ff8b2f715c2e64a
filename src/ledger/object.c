/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - see object.h. */
#include "ledger/object.h"

#include "base/error.h"
#include "base/limits.h"
#include "ledger/commit.h"
#include "ledger/tree_object.h"

zta_status
zta_object__read(const zta_object_source *source, const zta_oid *oid,
    zta_object_kind kind, zta_arena *arena, zta_str *body, zta_error *err)
{
	char digits[ZTA_OID_HEX_MAX];
	zta_status status =
	    source->read(source->from, oid, kind, arena, body, err);
	zta_oid found;

	if (status == ZTA_OK && !source->verified) {
		status = zta_oid__of(kind, *body, &found, err);
		if (status == ZTA_OK && !zta_oid__eq(oid, &found)) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "the content is not that of the id");
		}
	}
	if (status == ZTA_OK) {
		return ZTA_OK;
	}
	zta_oid__hex(oid, digits);
	zta_error__place(err, "%s %s", zta_object_kind__name(kind), digits);
	return status;
}

zta_status
zta_object__check(
    zta_arena *arena, zta_object_kind kind, zta_str body, zta_error *err)
{
	zta_tree_object tree;
	zta_commit commit;
	zta_status status;

	switch (kind) {
	case ZTA_OBJECT_BLOB:
		if (body.len <= ZTA_LEDGER_FILE_MAX) {
			return ZTA_OK;
		}
		status = zta_error__set(
		    err, ZTA_ELIMIT, "the file is too large for a ledger");
		zta_error__place(err, "blob");
		return status;
	case ZTA_OBJECT_TREE:
		return zta_tree_object__decode(arena, body, &tree, err);
	case ZTA_OBJECT_COMMIT:
		return zta_commit__decode(body, &commit, err);
	case ZTA_OBJECT_TAG:
		break;
	}
	status = zta_error__set(
	    err, ZTA_EINVALID, "a ledger has no objects of this kind");
	zta_error__place(err, "object");
	return status;
}
