/* SPDX-License-Identifier: Apache-2.0 */
/* grants_edit.c - see ztauth/delegation.h. */
#include "trust/grants.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

/* What one change does to the list. */
typedef struct change {
	zta_str added;   /* token; ptr NULL: none */
	zta_str revoked; /* jti; ptr NULL: none */
} change;

static void
put_line(zta_buf *lines, zta_str token, bool revoked, uint32_t *count)
{
	zta_buf__text(lines, revoked ? "- " : "+ ");
	zta_buf__put(lines, token);
	zta_buf__byte(lines, '\n');
	(*count)++;
}

/*
 * The whole text. One that was taken back stays until its end, for its child
 * must find it.
 */
static zta_status
write_list(const char *path, const zta_grants *grants, const change *what,
    int64_t now, zta_error *err)
{
	zta_grants again;
	zta_buf lines, text;
	uint32_t i, count = 0;
	zta_status status;

	zta_buf__init(&lines, ZTA_GRANTS_FILE_MAX);
	zta_buf__init(&text, ZTA_GRANTS_FILE_MAX);
	for (i = 0; i < grants->count; i++) {
		const zta_known_grant *g = &grants->list[i];

		if (g->expires_at > now) {
			put_line(&lines, g->token,
			    g->revoked || zta_str__eq(g->jti, what->revoked),
			    &count);
		}
	}
	if (what->added.ptr != NULL) {
		put_line(&lines, what->added, false, &count);
	}
	zta_buf__printf(&text, "ztauth-delegations 1 %u\n", count);
	zta_buf__put(&text, zta_buf__str(&lines));
	status = lines.status != ZTA_OK ? lines.status : text.status;
	if (status != ZTA_OK) {
		(void)zta_error__set(err, status, "the list does not fit");
	} else {
		/* What no server would read is not written. */
		status = zta_grants__parse(&again, zta_buf__str(&text), err);
		zta_grants__release(&again);
	}
	if (status == ZTA_OK) {
		status =
		    zta_file__replace(path, 0600, zta_buf__str(&text), err);
	}
	zta_buf__release(&lines);
	zta_buf__release(&text);
	return status;
}

/* SPEC: ztauth 7: a wider child is refused here, too. */
static zta_status
check_parent(const zta_grants *grants, const zta_grant *child, zta_arena *arena,
    zta_error *err)
{
	const zta_known_grant *known;
	zta_grant parent;
	zta_grant_finding finding = ZTA_GRANT_UNLINKED;
	zta_status status;
	uint32_t at;

	at = grants->count == 0 ?
	    ZTA_MAP_NONE :
	    zta_map__get(&grants->by_digest,
		(zta_str){ (const char *)child->parent, ZTA_SHA256_LEN });
	if (at != ZTA_MAP_NONE) {
		known = &grants->list[at];
		status = zta_grant__read(&parent, arena, known->token, err);
		if (status != ZTA_OK) {
			return status;
		}
		finding = known->revoked ? ZTA_GRANT_REVOKED :
		    !zta_str__eq(parent.delegate, child->delegator) ?
					   ZTA_GRANT_NOT_DELEGATE :
					   zta_grant__inside(child, &parent);
	}
	return finding == ZTA_GRANT_HOLDS ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EUNTRUSTED, "%s: %s",
		zta_grant__code(finding), zta_grant__finding_name(finding));
}

static zta_status
check_new(const zta_grants *grants, zta_str token, int64_t now, zta_error *err)
{
	zta_arena arena;
	zta_grant grant;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_grant__read(&grant, &arena, token, err);
	if (status == ZTA_OK && grant.expires_at <= now) {
		status =
		    zta_error__set(err, ZTA_EUNTRUSTED, "it has ended already");
	}
	if (status == ZTA_OK && grants->count > 0 &&
	    zta_grants__find(grants, grant.jti) != NULL) {
		status = zta_error__set(
		    err, ZTA_EEXIST, "there is a grant of this `jti`");
	}
	if (status == ZTA_OK && grant.has_parent) {
		status = check_parent(grants, &grant, &arena, err);
	}
	zta_arena__release(&arena);
	return status;
}

static zta_status
check_change(
    const zta_grants *grants, const change *what, int64_t now, zta_error *err)
{
	if (what->added.ptr != NULL) {
		return check_new(grants, what->added, now, err);
	}
	return what->revoked.ptr == NULL ||
		(grants->count > 0 &&
		    zta_grants__find(grants, what->revoked) != NULL) ?
	    ZTA_OK :
	    zta_error__set(
		err, ZTA_ENOTFOUND, "there is no grant of this `jti`");
}

static zta_status
edit(const char *path, const change *what, int64_t now, zta_error *err)
{
	zta_grants grants = { 0 };
	int lock;
	zta_status status = zta_file__lock(path, &lock, err);

	if (status == ZTA_OK && access(path, F_OK) == 0) {
		status = zta_grants__read(&grants, path, err);
	}
	if (status == ZTA_OK) {
		status = check_change(&grants, what, now, err);
	}
	if (status == ZTA_OK) {
		status = write_list(path, &grants, what, now, err);
	}
	zta_grants__release(&grants);
	if (lock >= 0) {
		(void)close(lock);
	}
	return status;
}

zta_status
zta_delegation_add(const char *path, zta_str grant, int64_t now, zta_error *err)
{
	const change what = { .added = grant };

	return edit(path, &what, now, err);
}

zta_status
zta_delegation_revoke(
    const char *path, zta_str jti, int64_t now, zta_error *err)
{
	const change what = { .revoked = jti };

	return edit(path, &what, now, err);
}
