/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - see store.h: the checks that all back ends share, and the words of
 * the failures that are expected.
 */
#include "store/store.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "store/class.h"

/* --- what goes in */

static bool
is_visible(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < '!' || text.ptr[i] > '~') {
			return false;
		}
	}
	return true;
}

static zta_status
check_name(zta_str name, const char *what, zta_error *err)
{
	if (name.len == 0 || name.len > ZTA_STORE_NAME_MAX ||
	    !is_visible(name)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a %s is 1 to %u visible characters of ASCII", what,
		    ZTA_STORE_NAME_MAX);
	}
	return ZTA_OK;
}

/* Zone, or name within a zone. */
static bool
is_part(zta_str part)
{
	size_t i;
	char c;

	if (part.len == 0 || part.len > ZTA_STORE_LEDGER_MAX ||
	    part.ptr[0] == '.' || part.ptr[0] == '-') {
		return false;
	}
	for (i = 0; i < part.len; i++) {
		c = part.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
		    c != '-') {
			return false;
		}
	}
	return true;
}

static zta_status
check_ledger(zta_str ledger, zta_error *err)
{
	size_t slash = zta_str__find(ledger, '/');

	if (slash == ledger.len || !is_part((zta_str){ ledger.ptr, slash }) ||
	    !is_part(
		(zta_str){ ledger.ptr + slash + 1, ledger.len - slash - 1 })) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a ledger is named <zone>/<name>, each 1 to %u of "
		    "A-Z a-z 0-9 . _ - and without . or - first",
		    ZTA_STORE_LEDGER_MAX);
	}
	return ZTA_OK;
}

static zta_status
check_objects(const zta_store_object *objects, size_t count, zta_error *err)
{
	char hex[ZTA_OID_HEX_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		zta_oid__hex(&objects[i].oid, hex);
		if (zta_oid__is_none(&objects[i].oid) ||
		    zta_object_kind__name(objects[i].kind) == NULL) {
			return zta_error__set(err, ZTA_EINVAL,
			    "object %s of kind %d cannot be stored", hex,
			    (int)objects[i].kind);
		}
		if (objects[i].body.len > ZTA_STORE_OBJECT_MAX) {
			return zta_error__set(err, ZTA_ELIMIT,
			    "object %s has %zu bytes; at most %zu can be stored",
			    hex, objects[i].body.len, ZTA_STORE_OBJECT_MAX);
		}
	}
	return ZTA_OK;
}

/* --- what comes out */

/* Say that there is no such ledger, if that is what happened. */
static zta_status
about_ledger(zta_status status, zta_str ledger, zta_error *err)
{
	if (status == ZTA_ENOTFOUND) {
		return zta_error__set(err, status, "there is no ledger %.*s",
		    ZTA_STR_ARG(ledger));
	}
	return status;
}

/* The same, of something in a ledger. */
static zta_status
about_named(zta_status status, const char *what, zta_str name, zta_str ledger,
    zta_error *err)
{
	if (status == ZTA_ENOTFOUND) {
		return zta_error__set(err, status,
		    "there is no %s %.*s in ledger %.*s", what,
		    ZTA_STR_ARG(name), ZTA_STR_ARG(ledger));
	}
	return status;
}

static zta_status
damaged_ref(zta_str name, zta_error *err)
{
	return zta_error__set(
	    err, ZTA_EINVALID, "ref %.*s is damaged", ZTA_STR_ARG(name));
}

/* --- the store */

static zta_status
open_place(zta_store **out, const char *place, zta_error *err)
{
	zta_str text = zta_str_of(place);

	if (zta_str__is(text, "memory:")) {
		return zta_memory__open(out, err);
	}
	if (zta_str__starts(text, ZTA_STR("postgresql://"))) {
		return zta_pgsql__open(out, place, err);
	}
	return zta_sqlite__open(out, place, err);
}

zta_status
zta_store__open(zta_store **out, const char *place, zta_error *err)
{
	zta_store *store = NULL;
	zta_status status;

	*out = NULL;
	status = open_place(&store, place, err);
	if (status != ZTA_OK) {
		return status;
	}
	if (store->class->version != ZTA_STORE_CLASS_VERSION) {
		status = zta_error__set(err, ZTA_EINVAL,
		    "the back end is of version %u", store->class->version);
	} else {
		status = zta_turn__init(&store->turn, err);
	}
	if (status != ZTA_OK) {
		store->class->close(store);
		return status;
	}
	*out = store;
	return ZTA_OK;
}

void
zta_store__close(zta_store *store)
{
	if (store != NULL) {
		zta_turn__release(&store->turn);
		store->class->close(store);
	}
}

/* --- ledgers */

zta_status
zta_store__ledger_create(zta_store *store, zta_str ledger, zta_error *err)
{
	zta_status status = check_ledger(ledger, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->ledger_create(store, ledger, err);
	zta_turn__leave(&store->turn);
	if (status == ZTA_EEXIST) {
		return zta_error__set(err, status,
		    "there is a ledger %.*s already", ZTA_STR_ARG(ledger));
	}
	return status;
}

zta_status
zta_store__ledger_list(zta_store *store, zta_str zone, zta_arena *arena,
    zta_str **ledgers, size_t *count, zta_error *err)
{
	char prefix[ZTA_STORE_LEDGER_MAX + 1];
	zta_status status;

	*ledgers = NULL;
	*count = 0;
	if (zone.len > 0 && !is_part(zone)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a zone is 1 to %u of A-Z a-z 0-9 . _ -",
		    ZTA_STORE_LEDGER_MAX);
	}
	if (zone.len > 0) {
		memcpy(prefix, zone.ptr, zone.len);
		prefix[zone.len] = '/';
		zone = (zta_str){ prefix, zone.len + 1 };
	}
	zta_turn__enter(&store->turn);
	status =
	    store->class->ledger_list(store, zone, arena, ledgers, count, err);
	zta_turn__leave(&store->turn);
	return status;
}

/* --- objects */

zta_status
zta_store__object_get(zta_store *store, zta_str ledger, const zta_oid *oid,
    zta_arena *arena, zta_store_object *out, zta_error *err)
{
	char hex[ZTA_OID_HEX_MAX];
	zta_oid found = { 0 };
	zta_status status = check_ledger(ledger, err);

	*out = (zta_store_object){ .oid = *oid };
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->object_get(store, ledger, arena, out, err);
	zta_turn__leave(&store->turn);
	zta_oid__hex(oid, hex);
	if (status == ZTA_OK) {
		status = zta_oid__of(out->kind, out->body, &found, err);
		if (status == ZTA_EINVAL ||
		    (status == ZTA_OK && !zta_oid__eq(&found, oid))) {
			status = zta_error__set(
			    err, ZTA_EINVALID, "object %s is damaged", hex);
		}
	}
	if (status != ZTA_OK) {
		*out = (zta_store_object){ 0 };
	}
	return about_named(status, "object", zta_str_of(hex), ledger, err);
}

zta_status
zta_store__object_has(zta_store *store, zta_str ledger, const zta_oid *oids,
    size_t count, bool *has, zta_error *err)
{
	zta_status status = check_ledger(ledger, err);

	memset(has, 0, count * sizeof(*has));
	if (status != ZTA_OK || count == 0) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->object_has(store, ledger, oids, count, has, err);
	zta_turn__leave(&store->turn);
	return about_ledger(status, ledger, err);
}

zta_status
zta_store__object_put(zta_store *store, zta_str ledger,
    const zta_store_object *objects, size_t count, zta_error *err)
{
	zta_status status = check_ledger(ledger, err);

	if (status == ZTA_OK) {
		status = check_objects(objects, count, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->object_put(store, ledger, objects, count, err);
	zta_turn__leave(&store->turn);
	return about_ledger(status, ledger, err);
}

/* --- refs */

zta_status
zta_store__ref_get(zta_store *store, zta_str ledger, zta_str name, zta_oid *oid,
    zta_error *err)
{
	zta_status status = check_ledger(ledger, err);

	*oid = (zta_oid){ 0 };
	if (status == ZTA_OK) {
		status = check_name(name, "ref", err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->ref_get(store, ledger, name, oid, err);
	zta_turn__leave(&store->turn);
	if (status == ZTA_OK && zta_oid__is_none(oid)) {
		return damaged_ref(name, err);
	}
	return about_named(status, "ref", name, ledger, err);
}

zta_status
zta_store__ref_list(zta_store *store, zta_str ledger, zta_arena *arena,
    zta_store_ref **refs, size_t *count, zta_error *err)
{
	zta_status status = check_ledger(ledger, err);
	size_t i;

	*refs = NULL;
	*count = 0;
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->ref_list(store, ledger, arena, refs, count, err);
	zta_turn__leave(&store->turn);
	for (i = 0; status == ZTA_OK && i < *count; i++) {
		if (zta_oid__is_none(&(*refs)[i].oid)) {
			status = damaged_ref((*refs)[i].name, err);
		}
	}
	return about_ledger(status, ledger, err);
}

zta_status
zta_store__ref_move(zta_store *store, zta_str ledger,
    const zta_store_move *move, zta_error *err)
{
	char hex[ZTA_OID_HEX_MAX];
	zta_status status = check_ledger(ledger, err);

	if (status == ZTA_OK) {
		status = check_name(move->ref, "ref", err);
	}
	if (status == ZTA_OK) {
		status = check_objects(move->objects, move->count, err);
	}
	if (status == ZTA_OK && zta_oid__is_none(&move->to)) {
		status = zta_error__set(err, ZTA_EINVAL,
		    "ref %.*s cannot be taken away", ZTA_STR_ARG(move->ref));
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->ref_move(store, ledger, move, err);
	if (status == ZTA_OK) {
		zta_turn__tell(&store->turn);
	}
	zta_turn__leave(&store->turn);
	if (status != ZTA_ECONFLICT) {
		return about_ledger(status, ledger, err);
	}
	if (zta_oid__is_none(&move->from)) {
		return zta_error__set(err, status, "ref %.*s exists already",
		    ZTA_STR_ARG(move->ref));
	}
	zta_oid__hex(&move->from, hex);
	return zta_error__set(
	    err, status, "ref %.*s is not at %s", ZTA_STR_ARG(move->ref), hex);
}

/* --- values */

zta_status
zta_store__value_get(zta_store *store, zta_str ledger, zta_str key,
    zta_arena *arena, zta_str *value, zta_error *err)
{
	zta_status status = check_ledger(ledger, err);

	*value = (zta_str){ NULL, 0 };
	if (status == ZTA_OK) {
		status = check_name(key, "key", err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->value_get(store, ledger, key, arena, value, err);
	zta_turn__leave(&store->turn);
	if (status == ZTA_OK && value->len == 0) {
		status = ZTA_ENOTFOUND;
	}
	return about_named(status, "value", key, ledger, err);
}

zta_status
zta_store__value_put(zta_store *store, zta_str ledger, zta_str key,
    zta_str value, zta_error *err)
{
	zta_status status = check_ledger(ledger, err);

	if (status == ZTA_OK) {
		status = check_name(key, "key", err);
	}
	if (status == ZTA_OK && value.len > ZTA_STORE_VALUE_MAX) {
		status = zta_error__set(err, ZTA_ELIMIT,
		    "a value is at most %zu bytes", ZTA_STORE_VALUE_MAX);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_turn__enter(&store->turn);
	status = store->class->value_put(store, ledger, key, value, err);
	zta_turn__leave(&store->turn);
	return about_ledger(status, ledger, err);
}

/* --- changes */

zta_status
zta_store__changes(zta_store *store, uint64_t after, size_t max,
    zta_arena *arena, zta_store_change **changes, size_t *count, zta_error *err)
{
	zta_status status;

	*changes = NULL;
	*count = 0;
	if (after > INT64_MAX || max == 0) {
		return ZTA_OK;
	}
	zta_turn__enter(&store->turn);
	status = store->class->changes(
	    store, after, max, arena, changes, count, err);
	zta_turn__leave(&store->turn);
	return status;
}

zta_status
zta_store__wait(zta_store *store, uint64_t after, uint32_t timeout_ms,
    uint64_t *newest, zta_error *err)
{
	int64_t deadline_ms = zta_time__monotonic_ms() + timeout_ms;
	zta_status status;

	*newest = 0;
	zta_turn__enter(&store->turn);
	do {
		status = store->class->newest(store, newest, err);
		if (status != ZTA_OK || *newest > after ||
		    zta_time__monotonic_ms() >= deadline_ms) {
			break;
		}
		status = store->class->rest(store, deadline_ms, err);
	} while (status == ZTA_OK);
	zta_turn__leave(&store->turn);
	return status;
}
