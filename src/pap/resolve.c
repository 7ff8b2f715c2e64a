/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.c - from what users write to a commit. Prefixes are looked for in the
 * history of HEAD and of all refs, which costs a walk through it.
 */
#include <stdlib.h>

#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "pap/workspace.h"

#define PREFIX_MIN 4

typedef struct seeker {
	zta_workspace *workspace;
	zta_str prefix;
	zta_arena arena;
	zta_map seen;
	zta_oid found;
	uint32_t count; /* of commits that begin so */
	zta_error *err;
} seeker;

/* Note one commit; `*again`: it was seen before, and what is behind it. */
static zta_status
note(seeker *s, const zta_oid *oid, bool *again)
{
	char hex[ZTA_OID_HEX_MAX];
	zta_str key = zta_arena__copy(&s->arena,
	    (zta_str){ (const char *)oid->bytes, sizeof(oid->bytes) });
	zta_status status;

	if (key.ptr == NULL) {
		return zta_arena__failed(&s->arena, s->err);
	}
	status = zta_map__add(&s->seen, key, 0, s->err);
	*again = status == ZTA_EEXIST;
	if (status != ZTA_OK) {
		return *again ? ZTA_OK : status;
	}
	zta_oid__hex(oid, hex);
	if (zta_str__starts(zta_str_of(hex), s->prefix)) {
		s->found = *oid;
		s->count++;
	}
	return ZTA_OK;
}

static zta_status
walk(seeker *s, zta_oid at)
{
	zta_commit commit;
	zta_arena scratch;
	bool again = false;
	zta_status status = ZTA_OK;

	zta_arena__init(&scratch, SIZE_MAX);
	while (status == ZTA_OK) {
		status = note(s, &at, &again);
		if (status != ZTA_OK || again) {
			break;
		}
		zta_arena__reset(&scratch);
		status = zta_ledger__commit(
		    &s->workspace->ledger, &at, &scratch, &commit, s->err);
		if (status != ZTA_OK || !commit.has_parent) {
			break;
		}
		at = commit.parent;
	}
	zta_arena__release(&scratch);
	return status;
}

static zta_status
walk_all(seeker *s)
{
	const zta_ledger *ledger = &s->workspace->ledger;
	zta_store_ref *refs;
	size_t i, count = 0;
	zta_status status = zta_store__ref_list(
	    ledger->store, ledger->name, &s->arena, &refs, &count, s->err);

	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = walk(s, refs[i].oid);
	}
	return status;
}

static bool
is_prefix(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (strchr("0123456789abcdef", text.ptr[i]) == NULL) {
			return false;
		}
	}
	return text.len >= PREFIX_MIN && text.len < ZTA_OID_HEX_MAX;
}

static zta_status
resolve_prefix(zta_workspace *w, zta_str prefix, zta_oid *out, zta_error *err)
{
	seeker s = { .workspace = w, .prefix = prefix, .err = err };
	zta_status status;

	if (!is_prefix(prefix)) {
		return zta_error__set(err, ZTA_ENOTFOUND,
		    "`%.*s` is no commit: HEAD, a ref, or at least %d digits "
		    "of an id",
		    ZTA_STR_ARG(prefix), PREFIX_MIN);
	}
	zta_arena__init(&s.arena, SIZE_MAX);
	zta_map__init(&s.seen, &s.arena, zta_random__seed());
	status = walk_all(&s);
	zta_arena__release(&s.arena);
	if (status != ZTA_OK) {
		return status;
	}
	if (s.count != 1) {
		return zta_error__set(err,
		    s.count == 0 ? ZTA_ENOTFOUND : ZTA_EINVALID,
		    s.count == 0 ? "no commit of the history begins with "
				   "`%.*s`" :
				   "more than one commit begins with `%.*s`",
		    ZTA_STR_ARG(prefix));
	}
	*out = s.found;
	return ZTA_OK;
}

static zta_status
resolve_base(zta_workspace *w, zta_str base, zta_oid *out, zta_error *err)
{
	zta_status status;

	if (zta_str__is(base, "HEAD")) {
		status = zta_workspace__head(w, out, err);
		return status == ZTA_OK && zta_oid__is_none(out) ?
		    zta_error__set(
			err, ZTA_ENOTFOUND, "there is no commit yet") :
		    status;
	}
	status = zta_ledger__ref(&w->ledger, base, out, err);
	return status == ZTA_ENOTFOUND || status == ZTA_EINVAL ?
	    resolve_prefix(w, base, out, err) :
	    status;
}

/* The ancestor `back` generations before `*oid`. */
static zta_status
step_back(zta_workspace *w, unsigned long back, zta_oid *oid, zta_error *err)
{
	zta_commit commit;
	zta_arena scratch;
	zta_status status = ZTA_OK;

	zta_arena__init(&scratch, SIZE_MAX);
	for (; status == ZTA_OK && back > 0; back--) {
		zta_arena__reset(&scratch);
		status =
		    zta_ledger__commit(&w->ledger, oid, &scratch, &commit, err);
		if (status == ZTA_OK && !commit.has_parent) {
			status = zta_error__set(err, ZTA_ENOTFOUND,
			    "the history does not go back that far");
		} else if (status == ZTA_OK) {
			*oid = commit.parent;
		}
	}
	zta_arena__release(&scratch);
	return status;
}

zta_status
zta_workspace__resolve(
    zta_workspace *w, const char *commit, zta_oid *out, zta_error *err)
{
	zta_str text = zta_str_of(commit);
	size_t tilde = zta_str__find(text, '~');
	unsigned long back = 0;
	char *end;
	zta_status status =
	    resolve_base(w, (zta_str){ text.ptr, tilde }, out, err);

	if (status != ZTA_OK || tilde == text.len) {
		return status;
	}
	back = strtoul(commit + tilde + 1, &end, 10);
	if (end == commit + tilde + 1) {
		back = 1;
	}
	return *end != '\0' ?
	    zta_error__set(err, ZTA_ENOTFOUND,
		"`%s` is no commit: a number follows `~`", commit) :
	    step_back(w, back, out, err);
}
