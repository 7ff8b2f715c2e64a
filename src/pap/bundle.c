/* SPDX-License-Identifier: Apache-2.0 */
/* bundle.c - see bundle.h. */
#include "pap/bundle.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "pap/git_pack.h"

#define MAGIC ZTA_STR("# v3 git bundle\n")
#define FORMAT ZTA_STR("@object-format=sha256")
#define HEX_LEN (ZTA_OID_HEX_MAX - 1)

/* --- a repository */

#define HEAD "ref: " ZTA_GIT_MAIN "\n"
#define CONFIG                            \
	"[core]\n"                        \
	"\trepositoryformatversion = 1\n" \
	"\tbare = true\n"                 \
	"[extensions]\n"                  \
	"\tobjectformat = sha256\n"

typedef struct repository {
	const zta_ledger *ledger;
	zta_arena *arena;
	const char *dir;
	zta_store_ref *refs;
	size_t ref_count;
	zta_error *err;
} repository;

static zta_status
make_folders(const repository *r)
{
	static const char *const folders[] = { "", "/objects", "/objects/pack",
		"/refs", "/refs/heads" };
	char path[PATH_MAX];
	size_t i;
	zta_status status;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", r->dir, folders[i]);
		if (mkdir(path, 0777) != 0) {
			status = errno == EEXIST ? ZTA_EEXIST : ZTA_EIO;
			(void)zta_error__errno(r->err, "make the folder");
			zta_error__place(r->err, "%s", path);
			return status;
		}
	}
	return ZTA_OK;
}

static zta_status
write_file(const repository *r, const char *name, unsigned mode, zta_str text)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	return zta_file__replace(path, mode, text, r->err);
}

/* Names are those of the digest at the end. */
static zta_status
write_pack(const repository *r, zta_str pack, zta_str index)
{
	char digits[HEX_LEN + 1] = "", name[128];
	zta_status status;

	zta_hex__encode(
	    (zta_str){ pack.ptr + pack.len - ZTA_SHA256_LEN, ZTA_SHA256_LEN },
	    digits);
	(void)snprintf(name, sizeof(name), "objects/pack/pack-%s.pack", digits);
	status = write_file(r, name, 0444, pack);
	if (status == ZTA_OK) {
		(void)snprintf(
		    name, sizeof(name), "objects/pack/pack-%s.idx", digits);
		status = write_file(r, name, 0444, index);
	}
	return status;
}

static zta_status
write_objects(const repository *r)
{
	zta_oid *want =
	    zta_arena__zalloc(r->arena, r->ref_count + 1, sizeof(*want));
	zta_ledger_needs needs;
	zta_pack_place *places = NULL;
	zta_buf pack, index;
	size_t i;
	zta_status status;

	if (want == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	for (i = 0; i < r->ref_count; i++) {
		want[i] = r->refs[i].oid;
	}
	zta_buf__init(&pack, ZTA_TRANSFER_MAX);
	zta_buf__init(&index, ZTA_TRANSFER_MAX);
	status = zta_git__needs(
	    r->ledger, want, r->ref_count, NULL, 0, r->arena, &needs, r->err);
	if (status == ZTA_OK) {
		places = zta_arena__zalloc(
		    r->arena, (size_t)needs.count + 1, sizeof(*places));
		status = places == NULL ?
		    zta_arena__failed(r->arena, r->err) :
		    zta_git__pack(r->ledger, &needs, &pack, places, r->err);
	}
	if (status == ZTA_OK) {
		zta_pack_index__put(
		    &index, zta_buf__str(&pack), places, needs.count);
		status = index.status == ZTA_OK ?
		    write_pack(r, zta_buf__str(&pack), zta_buf__str(&index)) :
		    zta_error__nomem(r->err);
	}
	zta_buf__release(&pack);
	zta_buf__release(&index);
	return status;
}

static zta_status
write_refs(const repository *r)
{
	char name[ZTA_STORE_NAME_MAX + sizeof(ZTA_GIT_HEADS)];
	char line[HEX_LEN + 2];
	size_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < r->ref_count; i++) {
		(void)snprintf(name, sizeof(name), ZTA_GIT_HEADS "%.*s",
		    ZTA_STR_ARG(r->refs[i].name));
		zta_oid__hex(&r->refs[i].oid, line);
		line[HEX_LEN] = '\n';
		status =
		    write_file(r, name, 0666, (zta_str){ line, HEX_LEN + 1 });
	}
	return status;
}

/* HEAD comes last: before it there is no repository. */
zta_status
zta_bundle__repository(
    const zta_ledger *ledger, const char *dir, zta_error *err)
{
	zta_arena arena;
	repository r = {
		.ledger = ledger, .arena = &arena, .dir = dir, .err = err
	};
	zta_oid head;
	zta_status status =
	    zta_ledger__ref(ledger, ZTA_LEDGER_MAIN, &head, err);

	zta_arena__init(&arena, SIZE_MAX);
	if (status == ZTA_OK) {
		status =
		    zta_git__refs(ledger, &arena, &r.refs, &r.ref_count, err);
	}
	if (status == ZTA_OK) {
		status = make_folders(&r);
	}
	if (status == ZTA_OK) {
		status = write_objects(&r);
	}
	if (status == ZTA_OK) {
		status = write_refs(&r);
	}
	if (status == ZTA_OK) {
		status = write_file(&r, "config", 0666, ZTA_STR(CONFIG));
	}
	if (status == ZTA_OK) {
		status = write_file(&r, "HEAD", 0666, ZTA_STR(HEAD));
	}
	zta_arena__release(&arena);
	return status;
}

/* --- a bundle */

zta_status
zta_bundle__write(
    const zta_ledger *ledger, const zta_oid *base, zta_buf *out, zta_error *err)
{
	char digits[ZTA_OID_HEX_MAX];
	zta_ledger_needs needs;
	zta_arena arena;
	zta_oid head;
	zta_status status =
	    zta_ledger__ref(ledger, ZTA_LEDGER_MAIN, &head, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__put(out, MAGIC);
	zta_buf__put(out, FORMAT);
	zta_buf__byte(out, '\n');
	if (!zta_oid__is_none(base)) {
		zta_oid__hex(base, digits);
		zta_buf__printf(out, "-%s\n", digits);
	}
	zta_oid__hex(&head, digits);
	zta_buf__printf(
	    out, "%s HEAD\n%s " ZTA_GIT_MAIN "\n\n", digits, digits);
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__needs(
	    ledger, &head, base, !zta_oid__is_none(base), &arena, &needs, err);
	if (status == ZTA_OK) {
		status = zta_git__pack(ledger, &needs, out, NULL, err);
	}
	zta_arena__release(&arena);
	return status;
}

static zta_status
refuse(zta_error *err, uint32_t line, const char *rule)
{
	return zta_error__at(err, ZTA_ESYNTAX, line, 1, "%s", rule);
}

/* The rule that a line of the head breaks, or NULL. */
static const char *
read_line(zta_str line, zta_oid *head)
{
	zta_oid oid;
	bool before = line.ptr[0] == '-';

	if (line.ptr[0] == '@') {
		return zta_str__eq(line, FORMAT) ?
		    NULL :
		    "of capabilities only `object-format=sha256` is known";
	}
	line.ptr += before;
	line.len -= before;
	if (line.len < HEX_LEN ||
	    !zta_oid__parse((zta_str){ line.ptr, HEX_LEN }, &oid) ||
	    (line.len > HEX_LEN && line.ptr[HEX_LEN] != ' ') ||
	    (line.len == HEX_LEN && !before)) {
		return "an id of 64 hexadecimal digits and a ref are due";
	}
	if (!before &&
	    zta_str__is(
		(zta_str){ line.ptr + HEX_LEN + 1, line.len - HEX_LEN - 1 },
		ZTA_GIT_MAIN)) {
		*head = oid;
	}
	return NULL;
}

zta_status
zta_bundle__read(
    zta_arena *arena, zta_str bytes, zta_bundle *out, zta_error *err)
{
	zta_str rest = bytes, line;
	uint32_t number = 1;
	const char *rule;
	zta_oid head = { { 0 } };

	*out = (zta_bundle){ 0 };
	if (!zta_str__starts(bytes, MAGIC)) {
		return refuse(err, 1, "this is no git bundle of version 3");
	}
	(void)zta_str__next(&rest, '\n', &line);
	for (;;) {
		number++;
		if (zta_str__find(rest, '\n') == rest.len) {
			return refuse(err, number, "the bundle is cut off");
		}
		(void)zta_str__next(&rest, '\n', &line);
		if (line.len == 0) {
			break;
		}
		rule = read_line(line, &head);
		if (rule != NULL) {
			return refuse(err, number, rule);
		}
	}
	if (zta_oid__is_none(&head)) {
		return refuse(err, number, "it has no ref " ZTA_GIT_MAIN);
	}
	out->head = head;
	return zta_pack__read(arena, rest, &out->list, &out->count, err);
}
