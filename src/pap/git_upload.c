/* SPDX-License-Identifier: Apache-2.0 */
/* git_upload.c - see git_upload.h; git_fetch.c has the objects. */
#include "pap/git_upload.h"

#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "pap/git_pack.h"
#include "pap/git_request.h"
#include "pap/pktline.h"

#define PREFIXES_MAX 1000u

/* --- the beginning */

static bool
speaks_version_2(zta_str protocol)
{
	zta_str word;

	while (zta_str__next(&protocol, ':', &word)) {
		if (zta_str__is(word, "version=2")) {
			return true;
		}
	}
	return false;
}

void
zta_git_upload__advertise(zta_str protocol, zta_buf *out)
{
	zta_pktline__text(out, "# service=git-upload-pack");
	zta_pktline__flush(out);
	if (!speaks_version_2(protocol)) {
		zta_pktline__text(out,
		    "ERR only version 2 of the protocol is spoken here;"
		    " use git 2.29 or later");
		return;
	}
	zta_pktline__text(out, "version 2");
	zta_pktline__text(out, "agent=ztauth/" ZTA_VERSION);
	zta_pktline__text(out, "ls-refs=unborn");
	zta_pktline__text(out, "fetch");
	zta_pktline__text(out, "object-format=sha256");
	zta_pktline__flush(out);
}

/* --- refs */

static const zta_oid *
find_main(const zta_git_request *u)
{
	size_t i;

	for (i = 0; i < u->ref_count; i++) {
		if (zta_str__eq(u->refs[i].name, ZTA_LEDGER_MAIN)) {
			return &u->refs[i].oid;
		}
	}
	return NULL;
}

/* What of the refs is asked for. */
typedef struct ref_filter {
	bool symrefs, unborn;
	zta_str prefixes; /* the rest of the request, with them in it */
	uint32_t count;   /* of prefixes; with none, all are wanted */
} ref_filter;

static bool
is_wanted(const ref_filter *filter, zta_str name)
{
	zta_str rest = filter->prefixes, line;
	const zta_str head = ZTA_STR("ref-prefix ");

	if (filter->count == 0) {
		return true;
	}
	while (zta_pktline__next(&rest, &line) == ZTA_PKTLINE_TEXT) {
		if (zta_str__starts(line, head) &&
		    zta_str__starts(name,
			(zta_str){
			    line.ptr + head.len, line.len - head.len })) {
			return true;
		}
	}
	return false;
}

static zta_status
read_filter(zta_git_request *u, ref_filter *filter)
{
	zta_pktline_kind kind;
	zta_str line;

	*filter = (ref_filter){ .prefixes = u->rest };
	while (
	    (kind = zta_pktline__next(&u->rest, &line)) == ZTA_PKTLINE_TEXT) {
		if (zta_str__is(line, "symrefs")) {
			filter->symrefs = true;
		} else if (zta_str__is(line, "unborn")) {
			filter->unborn = true;
		} else if (zta_str__starts(line, ZTA_STR("ref-prefix "))) {
			filter->count++;
		} else if (!zta_str__is(line, "peel")) {
			return zta_git_request__refuse(
			    u, "ls-refs does not know this argument");
		}
	}
	if (kind == ZTA_PKTLINE_BAD) {
		return zta_git_request__refuse(u, "the request is cut off");
	}
	return filter->count <= PREFIXES_MAX ?
	    ZTA_OK :
	    zta_git_request__refuse(u, "too many prefixes of refs");
}

static void
put_head(const zta_git_request *u, const ref_filter *filter)
{
	const zta_oid *at = find_main(u);
	char digits[ZTA_OID_HEX_MAX] = "unborn";

	if (!is_wanted(filter, ZTA_STR("HEAD")) ||
	    (at == NULL && !filter->unborn)) {
		return;
	}
	if (at != NULL) {
		zta_oid__hex(at, digits);
	}
	zta_pktline__text(u->out, "%s HEAD%s", digits,
	    filter->symrefs || at == NULL ? " symref-target:" ZTA_GIT_MAIN :
					    "");
}

static zta_status
list_refs(zta_git_request *u)
{
	char digits[ZTA_OID_HEX_MAX];
	char name[sizeof(ZTA_GIT_HEADS) + ZTA_STORE_NAME_MAX];
	ref_filter filter;
	size_t i;
	zta_status status = read_filter(u, &filter);

	if (status == ZTA_OK && u->ref_count == 0) {
		/* A clone of nothing has the format of git's configuration,
		 * whatever we say, and could never pull. */
		status = zta_git_request__refuse(u,
		    "the ledger has no commit yet; clone it after the first "
		    "push");
	}
	if (status != ZTA_OK) {
		return status;
	}
	put_head(u, &filter);
	for (i = 0; i < u->ref_count; i++) {
		(void)snprintf(name, sizeof(name), ZTA_GIT_HEADS "%.*s",
		    ZTA_STR_ARG(u->refs[i].name));
		if (is_wanted(&filter, zta_str_of(name))) {
			zta_oid__hex(&u->refs[i].oid, digits);
			zta_pktline__text(u->out, "%s %s", digits, name);
		}
	}
	zta_pktline__flush(u->out);
	return ZTA_OK;
}

/* --- requests */

/* A command, capabilities, and then what it is asked. */
static zta_status
answer(zta_git_request *u)
{
	zta_pktline_kind kind;
	zta_str line, command = ZTA_STR("");
	bool sha256 = false;

	while (
	    (kind = zta_pktline__next(&u->rest, &line)) == ZTA_PKTLINE_TEXT) {
		if (zta_str__starts(line, ZTA_STR("command="))) {
			command = line;
		} else if (zta_str__is(line, "object-format=sha256")) {
			sha256 = true;
		}
	}
	if (kind == ZTA_PKTLINE_BAD || kind == ZTA_PKTLINE_NONE) {
		return zta_git_request__refuse(u, "the request is cut off");
	}
	if (!sha256) {
		return zta_git_request__refuse(
		    u, "the object format is sha256");
	}
	if (kind == ZTA_PKTLINE_FLUSH) {
		u->rest = ZTA_STR("");
	}
	if (zta_str__is(command, "command=ls-refs")) {
		return list_refs(u);
	}
	return zta_str__is(command, "command=fetch") ?
	    zta_git_fetch__run(u) :
	    zta_git_request__refuse(u, "there is no such command");
}

zta_status
zta_git_upload__answer(
    const zta_ledger *ledger, zta_str request, zta_buf *out, zta_error *err)
{
	zta_error why = { 0 };
	zta_git_request u = {
		.ledger = ledger, .rest = request, .out = out, .err = &why
	};
	size_t before = out->len;
	zta_status status;

	zta_arena__init(&u.arena, SIZE_MAX);
	status = zta_git__refs(ledger, &u.arena, &u.refs, &u.ref_count, &why);
	if (status == ZTA_OK) {
		status = answer(&u);
	}
	zta_arena__release(&u.arena);
	if (status == ZTA_OK) {
		return out->status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
	}
	if (!zta_error__is_input(status)) {
		if (err != NULL) {
			*err = why;
		}
		return status;
	}
	out->len = before;
	zta_pktline__text(out, "ERR %s", why.message);
	return ZTA_OK;
}
