/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - see ledger.h; ledger_files.c and ledger_needs.c have the rest. */
#include "ledger/ledger.h"

#include "base/error.h"
#include "base/str.h"

static zta_status
read_object(void *from, const zta_oid *oid, zta_object_kind kind,
    zta_arena *arena, zta_str *body, zta_error *err)
{
	const zta_ledger *ledger = from;
	zta_store_object object;
	zta_status status = zta_store__object_get(
	    ledger->store, ledger->name, oid, arena, &object, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (object.kind != kind) {
		return zta_error__set(err, ZTA_EINVALID, "it is a %s, not a %s",
		    zta_object_kind__name(object.kind),
		    zta_object_kind__name(kind));
	}
	*body = object.body;
	return ZTA_OK;
}

static zta_status
write_object(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	const zta_ledger *ledger = to;
	const zta_store_object object = { *oid, kind, body };

	return zta_store__object_put(
	    ledger->store, ledger->name, &object, 1, err);
}

/* Sources and sinks take what they come from as something to change. */
zta_object_source
zta_ledger__source(const zta_ledger *ledger)
{
	/* The store computes the id, of whatever it reads. */
	return (
	    zta_object_source){ read_object, (void *)(uintptr_t)ledger, true };
}

zta_object_sink
zta_ledger__sink(const zta_ledger *ledger)
{
	return (zta_object_sink){ write_object, (void *)(uintptr_t)ledger };
}

zta_status
zta_ledger__ref(
    const zta_ledger *ledger, zta_str ref, zta_oid *out, zta_error *err)
{
	return zta_store__ref_get(ledger->store, ledger->name, ref, out, err);
}

zta_status
zta_ledger__commit(const zta_ledger *ledger, const zta_oid *oid,
    zta_arena *arena, zta_commit *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);
	zta_str body;
	zta_status status = zta_object__read(
	    &source, oid, ZTA_OBJECT_COMMIT, arena, &body, err);

	return status != ZTA_OK ? status : zta_commit__decode(body, out, err);
}

zta_status
zta_ledger__descends(const zta_ledger *ledger, const zta_oid *old,
    const zta_oid *new, bool *out, zta_error *err)
{
	zta_oid at = *new;
	zta_commit commit;
	zta_arena arena;
	zta_status status = ZTA_OK;

	*out = zta_oid__is_none(old) || zta_oid__eq(old, new);
	zta_arena__init(&arena, SIZE_MAX);
	while (status == ZTA_OK && !*out) {
		zta_arena__reset(&arena);
		status = zta_ledger__commit(ledger, &at, &arena, &commit, err);
		if (status != ZTA_OK || !commit.has_parent) {
			break;
		}
		at = commit.parent;
		*out = zta_oid__eq(old, &at);
	}
	zta_arena__release(&arena);
	return status;
}
