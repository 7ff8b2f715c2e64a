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
put_text(zta_json_out *out, const char *name, zta_str text)
{
	if (text.len > 0) {
		zta_json_out__name(out, name);
		zta_json_out__str(out, text);
	}
}

static void
put_line(zta_buf *buf, const zta_revocation *r)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "until");
	zta_json_out__int(&out, r->until_s);
	put_text(&out, "iss", r->issuer);
	put_text(&out, "jti", r->jti);
	put_text(&out, "digest", r->digest);
	put_text(&out, "type", r->type);
	put_text(&out, "id", r->id);
	if (r->before_s > 0) {
		zta_json_out__name(&out, "before");
		zta_json_out__int(&out, r->before_s);
	}
	put_text(&out, "note", r->note);
	zta_json_out__close(&out, '}');
	zta_buf__byte(buf, '\n');
}

static bool
same_thing(const zta_revocation *a, const zta_revocation *b)
{
	return b != NULL && zta_str__eq(a->issuer, b->issuer) &&
	    zta_str__eq(a->jti, b->jti) && zta_str__eq(a->digest, b->digest) &&
	    zta_str__eq(a->type, b->type) && zta_str__eq(a->id, b->id);
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

/* The whole text, and in `*count` how many lines follow its first. */
static void
put_all(zta_buf *lines, const zta_revocations *list, const zta_revocation *what,
    int64_t now_s, uint32_t *count)
{
	zta_revocation line;
	uint32_t i;
	bool merged = what == NULL;

	*count = 0;
	for (i = 0; i < list->count; i++) {
		line = list->list[i];
		if (same_thing(&line, what)) {
			line = both(what, &line);
			merged = true;
		}
		if (line.until_s > now_s) {
			put_line(lines, &line);
			(*count)++;
		}
	}
	if (!merged) {
		put_line(lines, what);
		(*count)++;
	}
}

static zta_status
write_list(const char *path, const zta_revocations *list,
    const zta_revocation *what, int64_t now_s, zta_error *err)
{
	zta_revocations again;
	zta_buf lines, text;
	uint32_t count = 0;
	zta_status status;

	zta_buf__init(&lines, ZTA_REVOCATION_FILE_MAX);
	zta_buf__init(&text, ZTA_REVOCATION_FILE_MAX);
	put_all(&lines, list, what, now_s, &count);
	zta_buf__printf(&text, "ztauth-revocations 1 %u\n", count);
	zta_buf__put(&text, zta_buf__str(&lines));
	status = lines.status != ZTA_OK ? lines.status : text.status;
	if (status != ZTA_OK) {
		(void)zta_error__set(err, status, "the list does not fit");
	} else {
		/* What no server would read is not written. */
		status =
		    zta_revocations__parse(&again, zta_buf__str(&text), err);
		zta_revocations__release(&again);
	}
	if (status == ZTA_OK) {
		status =
		    zta_file__replace(path, 0600, zta_buf__str(&text), err);
	}
	zta_buf__release(&lines);
	zta_buf__release(&text);
	return status;
}

zta_status
zta_revoke(
    const char *path, const zta_revocation *what, int64_t now, zta_error *err)
{
	zta_revocations list = { 0 };
	int lock;
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
	status = zta_file__lock(path, &lock, err);
	if (status == ZTA_OK && access(path, F_OK) == 0) {
		status = zta_revocations__read(&list, path, err);
	}
	if (status == ZTA_OK) {
		status = write_list(path, &list, what, now / 1000, err);
		status = status == ZTA_EINVALID ? ZTA_EINVAL : status;
	}
	zta_revocations__release(&list);
	if (lock >= 0) {
		(void)close(lock);
	}
	return status;
}
