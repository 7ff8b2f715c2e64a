/* SPDX-License-Identifier: Apache-2.0 */
/* log_look.c - look at a log from outside: see ztauth/witness.h. */
#include "ztauth/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "log/cosignature.h"
#include "log/cosigning.h"
#include "pap/log_tiles.h"

typedef struct look {
	const zta_log_watch *watch;
	zta_policy_log log;
	zta_log_policy policy;
	zta_cosigned known;
	zta_log_tiles tiles;
	zta_buf note;
	zta_str text; /* of it */
	zta_log_head head;
} look;

static zta_status
fetch(look *l, zta_error *err)
{
	const zta_policy_log *log;
	zta_str origin;
	zta_status status =
	    zta_log_tiles__get(&l->tiles, "checkpoint", &l->note, err);

	if (status != ZTA_OK) {
		return status == ZTA_ENOTFOUND ? ZTA_EUNAVAILABLE : status;
	}
	status = zta_log_policy__find(
	    &l->policy, zta_buf__str(&l->note), &log, &l->text, err);
	if (status == ZTA_OK) {
		status =
		    zta_checkpoint__read_any(l->text, &origin, &l->head, err);
	}
	l->tiles.size = l->head.size;
	zta_error__place(
	    status == ZTA_OK ? NULL : err, "%s/checkpoint", l->watch->url);
	return status == ZTA_ENOTFOUND ? ZTA_EUNTRUSTED : status;
}

/* Keep what was shown, and say what is wrong with it. */
__attribute__((format(printf, 5, 6))) static zta_status
refuse(look *l, const char *suffix, zta_log_seen *out, zta_error *err,
    const char *format, ...)
{
	char name[ZTA_COSIGNED_NAME_LEN + 1], why[ZTA_MSG_MAX];
	zta_str origin = zta_str_of(l->log.key.name);
	va_list args;
	zta_status status = zta_cosigned__store(
	    l->watch->dir, origin, suffix, zta_buf__str(&l->note), err);

	if (status != ZTA_OK) {
		return status;
	}
	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	zta_cosigned__name(origin, name);
	(void)snprintf(out->refused, sizeof(out->refused), "%s/%s%s",
	    l->watch->dir, name, suffix);
	(void)zta_error__set(err, ZTA_ECONFLICT, "%s", why);
	zta_error__place(err, "%s", l->log.key.name);
	return ZTA_ECONFLICT;
}

/* The first one is to be of the tiles that there are. */
static zta_status
meet(look *l, zta_log_seen *out, zta_error *err)
{
	const zta_merkle_source rows = zta_log_tiles__rows(&l->tiles);
	unsigned char root[ZTA_SHA256_LEN];
	zta_status status = zta_merkle__root(&rows, l->head.size, root, err);

	return status != ZTA_OK ||
		memcmp(root, l->head.root, sizeof(root)) == 0 ?
	    status :
	    refuse(l, ".unproved", out, err,
		"its tiles are not those of its checkpoint of %" PRIu64
		" entries",
		l->head.size);
}

static zta_status
compare(look *l, zta_log_seen *out, zta_error *err)
{
	const zta_merkle_source rows = zta_log_tiles__rows(&l->tiles);
	const zta_log_head *last = &l->known.last[0];
	zta_merkle_path proof;
	zta_status status;

	if (last->size == 0) {
		return meet(l, out, err);
	}
	if (l->head.size < last->size) {
		return refuse(l, ".behind", out, err,
		    "it was taken back: it shows %" PRIu64
		    " entries after %" PRIu64,
		    l->head.size, last->size);
	}
	if (l->head.size == last->size &&
	    memcmp(l->head.root, last->root, sizeof(last->root)) != 0) {
		return refuse(l, ".split", out, err,
		    "it has signed two histories of %" PRIu64 " entries",
		    last->size);
	}
	status = zta_consistency__prove(
	    &rows, last->size, l->head.size, &proof, err);
	return status != ZTA_OK ||
		zta_consistency__holds(last, &l->head, &proof) ?
	    status :
	    refuse(l, ".unproved", out, err,
		"its %" PRIu64 " entries do not go on from the %" PRIu64
		" that it showed",
		l->head.size, last->size);
}

/* Nothing but the lines of the log, and ours. */
static zta_status
remember(look *l, zta_log_seen *out, zta_error *err)
{
	zta_note_key name;
	zta_buf note;
	zta_status status;

	zta_buf__init(&note, ZTA_NOTE_MAX);
	status =
	    zta_cosigned__strip(&l->known, zta_buf__str(&l->note), &note, err);
	if (status == ZTA_OK && l->watch->sign != NULL) {
		status = zta_cosigner__of(
		    &name, l->watch->name, l->watch->sign, err);
		if (status == ZTA_OK) {
			status = zta_cosignature__put(&note, l->text, &name,
			    l->watch->sign, zta_time__now_ms() / 1000, err);
		}
	}
	if (status == ZTA_OK) {
		status = zta_cosigned__store(l->watch->dir,
		    zta_str_of(l->log.key.name), "", zta_buf__str(&note), err);
	}
	return zta_buf__give(&note, status, &out->note, err);
}

static zta_status
run(look *l, zta_log_seen *out, zta_error *err)
{
	const zta_http_client_options options = { 0 };
	zta_status status =
	    zta_http_client__open(&l->tiles.client, &options, err);

	if (status == ZTA_OK) {
		status = zta_cosigned__load(
		    &l->known, &l->policy, l->watch->dir, err);
	}
	if (status == ZTA_OK) {
		status = fetch(l, err);
	}
	if (status == ZTA_OK) {
		out->before = l->known.last[0].size;
		out->now = l->head.size;
		status = compare(l, out, err);
	}
	return status == ZTA_OK ? remember(l, out, err) : status;
}

zta_status
zta_log_look(const zta_log_watch *watch, zta_log_seen *out, zta_error *err)
{
	look *l = calloc(1, sizeof(*l));
	int held = -1;
	zta_status status;

	*out = (zta_log_seen){ 0 };
	if (l == NULL) {
		return zta_error__nomem(err);
	}
	l->watch = watch;
	l->log.url = "";
	l->policy = zta_log_policy__of(&l->log);
	l->tiles.url = zta_str_of(watch->url);
	while (zta_str__ends(l->tiles.url, ZTA_STR("/"))) {
		l->tiles.url.len--;
	}
	zta_buf__init(&l->note, ZTA_NOTE_MAX);
	status = zta_note_key__read(&l->log.key, watch->verifier_key, err);
	if (status == ZTA_OK) {
		status = zta_cosigned__hold(watch->dir, &held, err);
	}
	if (status == ZTA_OK) {
		status = run(l, out, err);
	}
	if (held >= 0) {
		(void)close(held);
	}
	zta_buf__release(&l->note);
	zta_http_client__close(l->tiles.client);
	free(l);
	return status;
}
