/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_key_edit.c - see ztauth/api_key.h. Every change reads the file, changes
 * its list and writes all of it, under a lock of its own file: the file itself
 * is another one after each rename.
 */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "identity/api_key_file.h"

typedef struct editor {
	const char *path;
	int lock;
	zta_arena arena;
	unsigned char pepper[ZTA_PEPPER_LEN];
	zta_api_key_file file;
	int64_t now_s;
	zta_error *err;
} editor;

/* --- begin and end */

static zta_status
read_file(editor *e)
{
	bool exists = access(e->path, F_OK) == 0;
	zta_status status = zta_pepper__read(e->path, e->pepper, e->err);

	if (status == ZTA_ENOTFOUND && !exists) {
		status = zta_pepper__make(e->path, e->pepper, e->err);
	}
	return status != ZTA_OK || !exists ?
	    status :
	    zta_api_key_file__read(
		&e->file, &e->arena, e->path, e->pepper, e->err);
}

/* `make`: there may be no file yet. Ended by end(), whatever it says. */
static zta_status
begin(editor *e, const char *path, int64_t now, bool make, zta_error *err)
{
	zta_status status;

	*e = (editor){
		.path = path, .lock = -1, .now_s = now / 1000, .err = err
	};
	zta_arena__init(&e->arena, SIZE_MAX);
	if (!make && access(path, F_OK) != 0) {
		status = zta_error__set(
		    err, ZTA_ENOTFOUND, "there is no such key file");
		zta_error__place(err, "%s", path);
		return status;
	}
	status = zta_file__lock(path, &e->lock, err);
	return status != ZTA_OK ? status : read_file(e);
}

static zta_status
end(editor *e, zta_status status, bool write)
{
	if (status == ZTA_OK && write) {
		status = zta_api_key_file__write(
		    &e->file, e->path, e->pepper, e->err);
	}
	explicit_bzero(e->pepper, sizeof(e->pepper));
	zta_arena__release(&e->arena);
	if (e->lock >= 0) {
		(void)close(e->lock);
	}
	return status;
}

/* --- changes */

static zta_api_key_entry *
find(editor *e, zta_str id)
{
	uint32_t i;

	for (i = 0; i < e->file.count; i++) {
		if (zta_str__eq(e->file.list[i].id, id)) {
			return &e->file.list[i];
		}
	}
	return NULL;
}

static zta_status
unknown(editor *e)
{
	zta_status status =
	    zta_error__set(e->err, ZTA_ENOTFOUND, "there is no such key");

	zta_error__place(e->err, "%s", e->path);
	return status;
}

/* Append one with the claims of `like`, but a text and a life of its own. */
static zta_status
append(editor *e, const zta_api_key_entry *like, int64_t lifetime_s,
    char out[ZTA_API_KEY_MAX])
{
	zta_api_key_entry entry = *like;
	zta_api_key_entry *list = zta_arena__grow(&e->arena, e->file.list,
	    e->file.count, e->file.count + 1, sizeof(*list));
	zta_str text = { out, ZTA_API_KEY_LEN }, id;
	zta_status status;

	if (list == NULL) {
		return zta_arena__failed(&e->arena, e->err);
	}
	e->file.list = list;
	if (e->file.count == ZTA_API_KEYS_MAX) {
		return zta_error__set(
		    e->err, ZTA_ELIMIT, "over %u keys", ZTA_API_KEYS_MAX);
	}
	do {
		zta_api_key__make(out);
		(void)zta_api_key__read(text, &id);
	} while (find(e, id) != NULL);
	status = zta_api_key__hash(e->pepper, text, entry.hash);
	entry.id = zta_arena__copy(&e->arena, id);
	if (status != ZTA_OK || entry.id.ptr == NULL) {
		return zta_error__nomem(e->err);
	}
	entry.issued_s = e->now_s;
	entry.expires_s = e->now_s + lifetime_s;
	entry.revoked_s = 0;
	e->file.list[e->file.count++] = entry;
	return ZTA_OK;
}

static bool
is_line(zta_str text, size_t max)
{
	size_t i;

	for (i = 0; i < text.len && (unsigned char)text.ptr[i] >= 0x20; i++) {
	}
	return i == text.len && text.len <= max &&
	    zta_utf8__check(text) == text.len;
}

static zta_status
check_spec(const zta_api_key_spec *spec, zta_error *err)
{
	const zta_str texts[] = { spec->issuer, spec->subject, spec->audience,
		spec->scope, spec->note };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if ((i < 3 && texts[i].len == 0) ||
		    !is_line(texts[i], ZTA_API_KEY_TEXT_MAX)) {
			return zta_error__set(err, ZTA_EINVAL,
			    "issuer, subject and audience are needed, and all "
			    "are lines of at most %d bytes",
			    ZTA_API_KEY_TEXT_MAX);
		}
	}
	return spec->lifetime_s > 0 &&
		spec->lifetime_s <= ZTA_API_KEY_LIFETIME_MAX_S ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVAL, "a key lives 1 to %d seconds",
		ZTA_API_KEY_LIFETIME_MAX_S);
}

zta_status
zta_api_key_create(const char *path, const zta_api_key_spec *spec, int64_t now,
    char out[ZTA_API_KEY_MAX], zta_error *err)
{
	const zta_api_key_entry like = { .issuer = spec->issuer,
		.subject = spec->subject,
		.audience = spec->audience,
		.scope = spec->scope,
		.note = spec->note };
	editor e;
	zta_status status = check_spec(spec, err);

	memset(out, 0, ZTA_API_KEY_MAX);
	if (status != ZTA_OK) {
		return status;
	}
	status = begin(&e, path, now, true, err);
	if (status == ZTA_OK) {
		status = append(&e, &like, spec->lifetime_s, out);
	}
	status = end(&e, status, true);
	if (status != ZTA_OK) {
		explicit_bzero(out, ZTA_API_KEY_MAX);
	}
	return status;
}

static zta_status
rotate(editor *e, zta_str id, int64_t overlap_s, char out[ZTA_API_KEY_MAX])
{
	zta_api_key_entry *old = find(e, id);
	zta_status status;

	if (old == NULL) {
		return unknown(e);
	}
	if (old->revoked_s > 0 || old->expires_s <= e->now_s) {
		return zta_error__set(
		    e->err, ZTA_ECONFLICT, "the key has ended already");
	}
	status = append(e, old, old->expires_s - old->issued_s, out);
	old = find(e, id);
	if (status == ZTA_OK && old->expires_s - e->now_s > overlap_s) {
		old->expires_s = e->now_s + overlap_s;
	}
	return status;
}

zta_status
zta_api_key_rotate(const char *path, zta_str id, int64_t overlap_s, int64_t now,
    char out[ZTA_API_KEY_MAX], zta_error *err)
{
	editor e;
	zta_status status;

	memset(out, 0, ZTA_API_KEY_MAX);
	if (overlap_s < 0) {
		return zta_error__set(
		    err, ZTA_EINVAL, "an overlap is not negative");
	}
	status = begin(&e, path, now, false, err);
	if (status == ZTA_OK) {
		status = rotate(&e, id, overlap_s, out);
	}
	status = end(&e, status, true);
	if (status != ZTA_OK) {
		explicit_bzero(out, ZTA_API_KEY_MAX);
	}
	return status;
}

zta_status
zta_api_key_revoke(const char *path, zta_str id, int64_t now, zta_error *err)
{
	editor e;
	zta_api_key_entry *entry = NULL;
	zta_status status = begin(&e, path, now, false, err);

	if (status == ZTA_OK) {
		entry = find(&e, id);
		status = entry == NULL ? unknown(&e) : ZTA_OK;
	}
	if (entry != NULL && entry->revoked_s == 0) {
		entry->revoked_s = e.now_s;
	}
	return end(&e, status, true);
}

zta_status
zta_api_key_list(const char *path,
    void (*each)(void *context, const zta_api_key_listed *key), void *context,
    zta_error *err)
{
	const zta_api_key_entry *k;
	editor e;
	uint32_t i;
	zta_status status = begin(&e, path, 0, false, err);

	for (i = 0; status == ZTA_OK && i < e.file.count; i++) {
		k = &e.file.list[i];
		each(context,
		    &(zta_api_key_listed){ k->id, k->issuer, k->subject,
			k->audience, k->scope, k->note, k->issued_s,
			k->expires_s, k->revoked_s });
	}
	return end(&e, status, false);
}
