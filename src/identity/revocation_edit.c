/* SPDX-License-Identifier: Apache-2.0 */
/* revocation_edit.c - see ztauth/revocation.h. */
#include "identity/revocations.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"

static void
put_line(zta_buf *buf, const zta_revocation *r)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "until");
	zta_json_out__int(&out, r->until_s);
	zta_json_out__member_if(&out, "iss", r->issuer);
	zta_json_out__member_if(&out, "jti", r->jti);
	zta_json_out__member_if(&out, "digest", r->digest);
	zta_json_out__member_if(&out, "type", r->type);
	zta_json_out__member_if(&out, "id", r->id);
	if (r->before_s > 0) {
		zta_json_out__name(&out, "before");
		zta_json_out__int(&out, r->before_s);
	}
	zta_json_out__member_if(&out, "note", r->note);
	zta_json_out__close(&out, '}');
	zta_buf__byte(buf, '\n');
}

/* Does the new line say all that the old one does? */
static bool
covers(const zta_revocation *what, const zta_revocation *old)
{
	return what->until_s >= old->until_s &&
	    (what->before_s == 0 ||
		(old->before_s > 0 && what->before_s >= old->before_s));
}

/* Nothing that was taken back comes back: the wider of both is what holds. */
static zta_revocation
both(const zta_revocation *what, const zta_revocation *old)
{
	zta_revocation r = *what;

	if (!covers(what, old)) {
		r.until_s =
		    what->until_s > old->until_s ? what->until_s : old->until_s;
		r.before_s = what->before_s == 0 || old->before_s == 0 ? 0 :
		    what->before_s > old->before_s ? what->before_s :
						     old->before_s;
	}
	return r;
}

/* The whole text: what is in one of the lists. */
static zta_status
put_all(zta_buf *text, const zta_revocations *list, const zta_revocations *more,
    int64_t now_s)
{
	const zta_revocation *other;
	zta_revocation line;
	zta_arena arena;
	zta_buf lines;
	uint32_t i, count = 0;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&lines, ZTA_REVOCATION_FILE_MAX);
	for (i = 0; i < list->count + more->count; i++) {
		zta_arena__reset(&arena);
		if (i < list->count) {
			line = list->list[i];
			other = zta_revocations__find(more, &line, &arena);
			line = other == NULL ? line : both(other, &line);
		} else {
			line = more->list[i - list->count];
			other = zta_revocations__find(list, &line, &arena);
		}
		if (line.until_s > now_s &&
		    (i < list->count || other == NULL)) {
			put_line(&lines, &line);
			count++;
		}
	}
	zta_buf__printf(text, "ztauth-revocations 1 %u\n", count);
	zta_buf__put(text, zta_buf__str(&lines));
	status = lines.status;
	zta_buf__release(&lines);
	zta_arena__release(&arena);
	return status != ZTA_OK ? status : text->status;
}

static zta_status
write_list(const char *path, const zta_revocations *list,
    const zta_revocations *more, int64_t now_s, zta_error *err)
{
	zta_revocations again;
	zta_buf text;
	zta_status status;

	zta_buf__init(&text, ZTA_REVOCATION_FILE_MAX);
	status = put_all(&text, list, more, now_s);
	if (status != ZTA_OK) {
		(void)zta_error__set(err, status, "the list does not fit");
	} else {
		/* What no server would read is not written. */
		status =
		    zta_revocations__parse(&again, zta_buf__str(&text), err);
		zta_revocations__release(&again);
	}
	if (status == ZTA_OK && !zta_str__eq(zta_buf__str(&text), list->text)) {
		status =
		    zta_file__replace(path, 0600, zta_buf__str(&text), err);
	}
	zta_buf__release(&text);
	return status;
}

static zta_status
merge(
    const char *path, const zta_revocations *more, int64_t now, zta_error *err)
{
	zta_revocations list = { 0 };
	int lock;
	zta_status status = zta_file__lock(path, &lock, err);

	if (status == ZTA_OK && access(path, F_OK) == 0) {
		status = zta_revocations__read(&list, path, err);
	}
	if (status == ZTA_OK) {
		status = write_list(path, &list, more, now / 1000, err);
	}
	zta_revocations__release(&list);
	if (lock >= 0) {
		(void)close(lock);
	}
	return status;
}

zta_status
zta_revocations__merge(
    const char *path, zta_str text, int64_t now, zta_error *err)
{
	zta_revocations more;
	zta_status status = zta_revocations__parse(&more, text, err);

	if (status == ZTA_OK) {
		status = merge(path, &more, now, err);
	}
	zta_revocations__release(&more);
	return status;
}

/* A list of one line, or of none. */
static void
put_one(zta_buf *text, const zta_revocation *what)
{
	zta_buf__printf(
	    text, "ztauth-revocations 1 %u\n", what == NULL ? 0u : 1u);
	if (what != NULL) {
		put_line(text, what);
	}
}

zta_status
zta_revoke(
    const char *path, const zta_revocation *what, int64_t now, zta_error *err)
{
	zta_revocations one;
	zta_buf text;
	zta_status status;

	if (what != NULL && what->until_s <= now / 1000) {
		return zta_error__set(
		    err, ZTA_EINVAL, "it would have ended already");
	}
	if (what != NULL && !zta_revocation__makes_sense(what)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a revocation names one thing: a `jti` and its issuer, a "
		    "digest, or a principal");
	}
	zta_buf__init(&text, ZTA_REVOCATION_FILE_MAX);
	put_one(&text, what);
	status = text.status;
	if (status != ZTA_OK) {
		(void)zta_error__set(err, status, "the line does not fit");
		goto out;
	}
	status = zta_revocations__parse(&one, zta_buf__str(&text), err);
	/* It is the caller's that no list can hold. */
	status = status == ZTA_EINVALID ? ZTA_EINVAL : status;
	if (status == ZTA_OK) {
		status = merge(path, &one, now, err);
	}
	zta_revocations__release(&one);
out:
	zta_buf__release(&text);
	return status;
}
