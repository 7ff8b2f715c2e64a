/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants_edit.c - adding, taking back and using up; see grants.h and
 * ztauth/delegation.h.
 *
 * 1. Who has the lock of the file is the only one who writes: what was read
 *    under it stays true until it is let go. It is taken before the index is
 *    entered, so that nobody who only reads waits for a disk.
 */
#include "trust/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/str.h"

/* A file is made anew when it has twice the lines that it began with, and so
 * many: each line is copied twice at most, seen over all. */
#define LINES_MORE 4096u

/* --- appending */

/* Write them behind the first `size` bytes, or leave nothing behind these. */
static zta_status
put_lines(int fd, uint64_t size, zta_str lines, zta_error *err)
{
	struct stat info;
	zta_status status = ZTA_OK;

	if (fstat(fd, &info) != 0) {
		return zta_error__errno(err, "stat");
	}
	if ((uint64_t)info.st_size > size && ftruncate(fd, (off_t)size) != 0) {
		return zta_error__errno(err, "cut off what is torn");
	}
	if (lseek(fd, (off_t)size, SEEK_SET) < 0) {
		return zta_error__errno(err, "seek");
	}
	status = zta_file__write_all(fd, lines, err);
	/* If it cannot be cut off either, the next writer does. */
	if (status != ZTA_OK && ftruncate(fd, (off_t)size) != 0) {
		return status;
	}
	/* What a failed sync has left nobody knows: it may be read again. */
	if (status == ZTA_OK && fdatasync(fd) != 0) {
		status = zta_error__errno(err, "sync");
	}
	return status;
}

zta_status
zta_grants__append(
    const char *path, uint64_t size, zta_str lines, zta_error *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	zta_status status = fd < 0 ? zta_error__errno(err, "open") :
				     put_lines(fd, size, lines, err);

	if (fd >= 0) {
		(void)close(fd);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

/* --- one change: the lock is held, and the index was entered */

typedef struct change {
	zta_followed *followed;
	int lock;
	zta_grants *grants;
	uint64_t size;
	unsigned char check[ZTA_SHA256_LEN];
	zta_buf lines;
} change;

static zta_status
begin(change *c, zta_followed *followed, zta_error *err)
{
	void *content = NULL;
	zta_status status;

	*c = (change){ .followed = followed, .lock = -1 };
	zta_buf__init(&c->lines, SIZE_MAX);
	status = zta_file__lock(followed->path, &c->lock, err);
	if (status == ZTA_OK) {
		status = zta_followed__enter_good(followed, &content, err);
	}
	c->grants = status == ZTA_OK ? content : NULL;
	return status;
}

/* The lines are those that follow what is there now. */
static void
begin_lines(change *c)
{
	unsigned char chance[ZTA_SHA256_LEN];

	c->size = c->grants->size;
	memcpy(c->check, c->grants->check, ZTA_SHA256_LEN);
	if (c->grants->lines == 0) {
		zta_random__bytes(chance, sizeof(chance));
		zta_grants_line__first(&c->lines, chance, 0, 0, c->check);
	}
}

/* Leave, write the lines if all is well, and let go. */
static zta_status
finish(change *c, zta_status status, zta_error *err)
{
	if (c->grants != NULL) {
		zta_followed__leave(c->followed);
	}
	if (status == ZTA_OK && c->lines.status != ZTA_OK) {
		status = zta_error__nomem(err);
	}
	if (status == ZTA_OK && c->lines.len > 0) {
		status = zta_grants__append(
		    c->followed->path, c->size, zta_buf__str(&c->lines), err);
	}
	zta_buf__release(&c->lines);
	if (c->lock >= 0) {
		(void)close(c->lock);
	}
	return status;
}

/* --- adding */

/* SPEC: ztauth 7: a wider child is refused here, too. */
static zta_status
check_parent(const zta_grants *grants, const zta_grant *child, zta_arena *arena,
    zta_error *err)
{
	const zta_known_grant *known;
	zta_grant parent;
	zta_grant_finding finding = ZTA_GRANT_UNLINKED;
	uint32_t number = zta_grants__number(grants, child->parent);
	zta_str token;
	zta_status status;

	if (number != ZTA_MAP_NONE) {
		known = &grants->list[number];
		status = zta_grants__token(grants, known, arena, &token, err);
		if (status == ZTA_OK) {
			status = zta_grant__read(&parent, arena, token, err);
		}
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
check_new(const zta_grants *grants, const zta_grant *grant, zta_arena *arena,
    zta_error *err)
{
	if (zta_grants__find(grants, grant->jti) != NULL) {
		return zta_error__set(
		    err, ZTA_EEXIST, "there is a grant of this `jti`");
	}
	return grant->has_parent ? check_parent(grants, grant, arena, err) :
				   ZTA_OK;
}

/* It may have grown too long; one that cannot be made anew is told, and stays. */
static zta_status
tidy(change *c, int64_t now, zta_error *err)
{
	const char *path = c->followed->path;
	const zta_grants *g = c->grants;
	zta_error why = { 0 };
	void *content;
	zta_status status;

	if (g->count < ZTA_GRANTS_MAX &&
	    g->lines < 2 * g->made_with + LINES_MORE) {
		return ZTA_OK;
	}
	/* Whoever reads goes on: while the lock is ours, the index stays. */
	zta_followed__leave(c->followed);
	c->grants = NULL;
	if (zta_grants__compact(g, path, now, &why) != ZTA_OK &&
	    c->followed->tell != NULL) {
		c->followed->tell(&why);
	}
	status = zta_followed__enter_good(c->followed, &content, err);
	c->grants = status == ZTA_OK ? content : NULL;
	return status;
}

static void
put_grant(change *c, const zta_grant *grant, zta_str token)
{
	zta_grants_line line = { .jti = grant->jti,
		.has_parent = grant->has_parent,
		.expires_at = grant->expires_at,
		.delegator = zta_grants_line__party(grant->delegator),
		.delegate = zta_grants_line__party(grant->delegate),
		.token = token };

	memcpy(line.digest, grant->digest, ZTA_SHA256_LEN);
	memcpy(line.parent, grant->parent, ZTA_SHA256_LEN);
	begin_lines(c);
	zta_grants_line__added(&c->lines, &line, c->check);
}

zta_status
zta_grants__add(
    zta_followed *followed, zta_str token, int64_t now, zta_error *err)
{
	zta_arena arena;
	zta_grant grant;
	change c;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_grant__read(&grant, &arena, token, err);
	if (status == ZTA_OK && grant.expires_at <= now) {
		status =
		    zta_error__set(err, ZTA_EUNTRUSTED, "it has ended already");
	}
	if (status != ZTA_OK) {
		goto out;
	}
	status = begin(&c, followed, err);
	if (status == ZTA_OK) {
		status = tidy(&c, now, err);
	}
	if (status == ZTA_OK) {
		status = check_new(c.grants, &grant, &arena, err);
	}
	if (status == ZTA_OK && c.grants->count == ZTA_GRANTS_MAX) {
		status = zta_error__set(
		    err, ZTA_ELIMIT, "there are %u grants", ZTA_GRANTS_MAX);
	}
	if (status == ZTA_OK) {
		put_grant(&c, &grant, token);
	}
	status = finish(&c, status, err);
out:
	zta_arena__release(&arena);
	return status;
}

/* --- taking back */

zta_status
zta_grants__revoke(zta_followed *followed, zta_str jti, zta_error *err)
{
	const zta_known_grant *known = NULL;
	change c;
	zta_status status = begin(&c, followed, err);

	if (status == ZTA_OK) {
		known = zta_grants__find(c.grants, jti);
		status = known != NULL ? ZTA_OK :
					 zta_error__set(err, ZTA_ENOTFOUND,
					     "there is no grant of this `jti`");
	}
	if (status == ZTA_OK && !known->revoked) {
		begin_lines(&c);
		zta_grants_line__marked(
		    &c.lines, ZTA_GRANTS_REVOKED, jti, c.check);
	}
	return finish(&c, status, err);
}

/* --- using up */

/* Was one of them taken back or used since they were taken? */
static zta_grant_finding
check_use(
    const zta_grants *grants, const zta_taken_grants *taken, uint32_t from)
{
	const zta_known_grant *known;
	uint32_t i;

	for (i = 0; i < taken->count; i++) {
		known = zta_grants__find(grants, taken->grants[i].jti);
		if (known == NULL) {
			return ZTA_GRANT_UNKNOWN;
		}
		if (known->revoked) {
			return ZTA_GRANT_REVOKED;
		}
		if (i >= from && taken->grants[i].once && known->used) {
			return ZTA_GRANT_USED;
		}
	}
	return ZTA_GRANT_HOLDS;
}

static bool
has_once(const zta_taken_grants *taken, uint32_t from)
{
	uint32_t i;

	for (i = from; i < taken->count && !taken->grants[i].once; i++) {
	}
	return i < taken->count;
}

zta_grant_finding
zta_grants__usable(
    zta_followed *followed, const zta_taken_grants *taken, uint32_t from)
{
	zta_grant_finding finding;

	if (!has_once(taken, from)) {
		return ZTA_GRANT_HOLDS;
	}
	if (followed->max_age_ms > 0) {
		return ZTA_GRANT_NOT_HERE;
	}
	finding = check_use(zta_followed__enter(followed), taken, from);
	zta_followed__leave(followed);
	return finding;
}

zta_status
zta_grants__use(zta_followed *followed, const zta_taken_grants *taken,
    uint32_t from, zta_grant_finding *finding, zta_error *err)
{
	change c;
	zta_status status;
	uint32_t i;

	*finding = zta_grants__usable(followed, taken, from);
	if (*finding != ZTA_GRANT_HOLDS || !has_once(taken, from)) {
		return ZTA_OK;
	}
	status = begin(&c, followed, err);
	if (status == ZTA_OK) {
		*finding = check_use(c.grants, taken, from);
	}
	if (status == ZTA_OK && *finding == ZTA_GRANT_HOLDS) {
		begin_lines(&c);
		for (i = from; i < taken->count; i++) {
			if (taken->grants[i].once) {
				zta_grants_line__marked(&c.lines,
				    ZTA_GRANTS_USED, taken->grants[i].jti,
				    c.check);
			}
		}
	}
	return finish(&c, status, err);
}

/* --- for who has a path alone */

zta_status
zta_grants__make(const char *path, zta_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	zta_status status;

	if (fd < 0 && errno == EEXIST) {
		return ZTA_OK;
	}
	if (fd < 0) {
		status = zta_error__errno(err, "make");
		zta_error__place(err, "%s", path);
		return status;
	}
	(void)close(fd);
	return zta_file__sync_parent(path, err);
}

zta_status
zta_delegation_add(const char *path, zta_str grant, int64_t now, zta_error *err)
{
	zta_followed followed = { 0 };
	zta_status status = zta_grants__make(path, err);

	if (status == ZTA_OK) {
		status = zta_followed__open(
		    &followed, &zta_grants__class, path, NULL, err);
	}
	if (status == ZTA_OK && grant.ptr != NULL) {
		status = zta_grants__add(&followed, grant, now, err);
	}
	zta_followed__close(&followed);
	return status;
}

zta_status
zta_delegation_revoke(
    const char *path, zta_str jti, int64_t now, zta_error *err)
{
	zta_followed followed = { 0 };
	zta_status status =
	    zta_followed__open(&followed, &zta_grants__class, path, NULL, err);

	(void)now;
	if (status == ZTA_OK) {
		status = zta_grants__revoke(&followed, jti, err);
	}
	zta_followed__close(&followed);
	return status;
}
