/* SPDX-License-Identifier: Apache-2.0 */
/* git_pack.c - see git_pack.h. */
#include "pap/git_pack.h"

#include "base/deflate.h"
#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "ledger/name.h"

/* --- refs */

/* A name that needs no look at what git forbids beyond it (check-ref-format). */
static bool
has_git_name(zta_str ref)
{
	size_t i;

	if (zta_ledger_name__breaks(ref, &i) != NULL ||
	    zta_str__ends(ref, ZTA_STR(".lock"))) {
		return false;
	}
	for (i = 1; i < ref.len; i++) {
		if (ref.ptr[i] == '.' && ref.ptr[i - 1] == '.') {
			return false;
		}
	}
	return true;
}

zta_status
zta_git__refs(const zta_ledger *ledger, zta_arena *arena, zta_store_ref **out,
    size_t *count, zta_error *err)
{
	size_t all = 0, i;
	zta_status status = zta_store__ref_list(
	    ledger->store, ledger->name, arena, out, &all, err);

	*count = 0;
	for (i = 0; status == ZTA_OK && i < all; i++) {
		if (has_git_name((*out)[i].name)) {
			(*out)[(*count)++] = (*out)[i];
		}
	}
	return status;
}

/* --- objects */

/* Objects of several lists, each once. */
typedef struct gatherer {
	zta_map seen;
	zta_arena *arena;
	zta_ledger_needs *out;
	zta_error *err;
} gatherer;

static zta_str
key_of(const zta_oid *oid)
{
	return (zta_str){ (const char *)oid->bytes, ZTA_OID_LEN };
}

static zta_status
add(gatherer *g, const zta_ledger_needs *more)
{
	zta_ledger_needs *out = g->out;
	zta_ledger_need *bigger = zta_arena__grow(g->arena, out->list,
	    out->count, out->count + more->count, sizeof(*bigger));
	zta_status status = ZTA_OK;
	uint32_t i;

	if (bigger == NULL) {
		return zta_arena__failed(g->arena, g->err);
	}
	out->list = bigger;
	for (i = 0; status == ZTA_OK && i < more->count; i++) {
		status = zta_map__add(
		    &g->seen, key_of(&more->list[i].oid), 0, g->err);
		if (status == ZTA_OK) {
			out->list[out->count++] = more->list[i];
		} else if (status == ZTA_EEXIST) {
			status = ZTA_OK;
		}
	}
	return status;
}

/* Who has got one wanted commit has what it reaches when the next is sent. */
zta_status
zta_git__needs(const zta_ledger *ledger, const zta_oid *want, size_t want_count,
    const zta_oid *have, size_t have_count, zta_arena *arena,
    zta_ledger_needs *out, zta_error *err)
{
	gatherer g = { .arena = arena, .out = out, .err = err };
	zta_ledger_needs more;
	zta_oid *known =
	    zta_arena__alloc(arena, (have_count + want_count) * sizeof(*known));
	size_t i;
	zta_status status = ZTA_OK;

	*out = (zta_ledger_needs){ 0 };
	if (known == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (have_count > 0) {
		memcpy(known, have, have_count * sizeof(*known));
	}
	zta_map__init(&g.seen, arena, zta_random__seed());
	for (i = 0; status == ZTA_OK && i < want_count; i++) {
		if (zta_map__get(&g.seen, key_of(&want[i])) != ZTA_MAP_NONE) {
			continue;
		}
		status = zta_ledger__needs(
		    ledger, &want[i], known, have_count, arena, &more, err);
		if (status == ZTA_OK && more.count > 0) {
			status = add(&g, &more);
		}
		known[have_count++] = want[i];
	}
	return status;
}

zta_status
zta_git__pack(const zta_ledger *ledger, const zta_ledger_needs *needs,
    zta_buf *out, zta_pack_place *places, zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);
	const zta_ledger_need *need;
	zta_arena arena;
	zta_pack pack;
	zta_str body;
	size_t at;
	uint32_t i;
	zta_status status = ZTA_OK;

	zta_arena__init(&arena, SIZE_MAX);
	zta_pack__begin(&pack, out, needs->count);
	for (i = 0; status == ZTA_OK && i < needs->count; i++) {
		need = &needs->list[i];
		zta_arena__reset(&arena);
		status = zta_object__read(
		    &source, &need->oid, need->kind, &arena, &body, err);
		at = out->len;
		if (status == ZTA_OK) {
			zta_pack__put(&pack, need->kind, body);
			status = out->status;
		}
		if (status == ZTA_OK && places != NULL) {
			places[i] = (zta_pack_place){ need->oid,
				zta_crc32__of(
				    (zta_str){ out->ptr + at, out->len - at }),
				(uint32_t)(at - pack.start) };
		}
	}
	zta_pack__end(&pack);
	zta_arena__release(&arena);
	if (out->status != ZTA_OK) {
		status = zta_error__set(err, out->status,
		    out->status == ZTA_ELIMIT ? "the pack is too large" :
						"out of memory");
	}
	return status;
}
