/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.c - see copy.h.
 *
 * 1. Nothing is written of a batch before all of it is judged: what the other
 *    log has signed leads to each entry.
 * 2. What it has shown and we have not is in `newest`; what we have all of is in
 *    `checkpoint`. The second never passes what is durable.
 */
#include "log/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "log/frame.h"
#include "log/log.h"

#define MODE 0640

struct zta_log_copy {
	char dir[ZTA_ROWS_PATH_MAX];
	zta_note_key key;
	zta_log *log;
	zta_log_view *view;
	uint64_t covered; /* by the checkpoint */
	uint64_t newest;  /* size of the newest that was shown */
	zta_merkle_growth trial;
};

/* One batch while it is judged. */
typedef struct trial {
	zta_log_copy *copy;
	zta_str bytes; /* as it came */
	zta_shipment shipment;
	zta_log_head head;                    /* that was signed */
	unsigned char prefix[ZTA_SHA256_LEN]; /* up to its last entry */
	bool shown;                           /* it is theirs, and no fork */
	uint64_t end;                         /* behind that */
	uint64_t size;                        /* of the copy */
	zta_error *err;
} trial;

/* --- opening */

zta_status
zta_log_copy__path(char out[ZTA_ROWS_PATH_MAX], const char *dir,
    const char *file, zta_error *err)
{
	return snprintf(out, ZTA_ROWS_PATH_MAX, "%s/%s", dir, file) <
		ZTA_ROWS_PATH_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
}

/* Of how many entries is the newest that was shown? 0: there is none. */
static zta_status
load_newest(zta_log_copy *copy, zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];
	zta_log_head head = { 0 };
	zta_arena arena;
	zta_str note;
	zta_status status =
	    zta_log_copy__path(path, copy->dir, ZTA_LOG_COPY_NEWEST, err);

	zta_arena__init(&arena, SIZE_MAX);
	if (status == ZTA_OK) {
		status = zta_file__read(
		    &arena, path, ZTA_CHECKPOINT_MAX, &note, err);
	}
	if (status == ZTA_OK) {
		status = zta_checkpoint__open(note, &copy->key, &head, err);
		zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	}
	zta_arena__release(&arena);
	copy->newest = head.size;
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

static zta_status
open_log(zta_log_copy *copy, const zta_log_io *io, zta_error *err)
{
	zta_log_options options = { .lanes = 1, .io = io };
	zta_log_head known;
	zta_log_found found;
	zta_status status =
	    zta_checkpoint__load(copy->dir, &copy->key, &known, NULL, err);

	if (status == ZTA_OK) {
		options.known = &known;
		copy->covered = known.size;
	}
	if (status == ZTA_OK || status == ZTA_ENOTFOUND) {
		status =
		    zta_log__open(&copy->log, copy->dir, &options, &found, err);
	}
	return status == ZTA_OK ?
	    zta_log_view__open(&copy->view, copy->dir, err) :
	    status;
}

zta_status
zta_log_copy__open(zta_log_copy **out, const char *dir, const zta_note_key *key,
    const zta_log_io *io, zta_error *err)
{
	zta_log_copy *copy = calloc(1, sizeof(*copy));
	zta_status status = ZTA_OK;

	*out = NULL;
	if (copy == NULL) {
		return zta_error__nomem(err);
	}
	copy->key = *key;
	if (snprintf(copy->dir, sizeof(copy->dir), "%s", dir) >=
	    (int)sizeof(copy->dir)) {
		status =
		    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	if (status == ZTA_OK) {
		status = open_log(copy, io, err);
	}
	if (status == ZTA_OK) {
		status = load_newest(copy, err);
	}
	if (status != ZTA_OK) {
		zta_log_copy__close(copy);
		return status;
	}
	*out = copy;
	return ZTA_OK;
}

void
zta_log_copy__close(zta_log_copy *copy)
{
	if (copy != NULL) {
		zta_log_view__close(copy->view);
		zta_log__close(copy->log);
		free(copy);
	}
}

zta_status
zta_log_copy__size(zta_log_copy *copy, uint64_t *size, zta_error *err)
{
	zta_log_head head = { 0 };
	zta_status status =
	    zta_log_tree__head(zta_log__tree(copy->log), &head, err);

	*size = head.size;
	return status;
}

/* --- forks */

/* Keep the batch, unless there is evidence already. */
static zta_status
fork_at(trial *t, uint64_t size)
{
	char path[ZTA_ROWS_PATH_MAX];
	struct stat info;
	zta_status status =
	    zta_log_copy__path(path, t->copy->dir, ZTA_LOG_COPY_FORKED, t->err);

	if (status == ZTA_OK && stat(path, &info) != 0) {
		status = zta_file__replace(path, MODE, t->bytes, t->err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_error__set(t->err, ZTA_EEXIST,
		"there are two logs under this key: they differ in their "
		"first %" PRIu64 " entries",
		size);
}

/* Is this the root of our first `size` entries, if we have so many? */
static zta_status
compare_root(trial *t, uint64_t size, const unsigned char root[ZTA_SHA256_LEN])
{
	const zta_merkle_source rows = zta_log_view__rows(t->copy->view);
	unsigned char ours[ZTA_SHA256_LEN];
	zta_status status;

	if (size > t->size) {
		return ZTA_OK;
	}
	status = zta_merkle__root(&rows, size, ours, t->err);
	if (status == ZTA_OK && memcmp(ours, root, sizeof(ours)) != 0) {
		status = fork_at(t, size);
	}
	return status;
}

/* --- entries */

static zta_status
compare_entry(trial *t, uint64_t index, const unsigned char *leaf)
{
	const zta_merkle_source rows = zta_log_view__rows(t->copy->view);
	unsigned char ours[ZTA_SHA256_LEN];
	zta_status status = rows.read(rows.context, 0, index, 1, ours, t->err);

	if (status == ZTA_OK && memcmp(ours, leaf, sizeof(ours)) != 0) {
		status = zta_error__set(t->err, ZTA_EINVALID,
		    "entry %" PRIu64 " is not the one that was sent before",
		    index);
	}
	return status;
}

/* A zta_merkle_row: nobody wants them. */
static void
pass(void *context, unsigned level, const unsigned char *hash)
{
	(void)context;
	(void)level;
	(void)hash;
}

/*
 * Those that we have are the same; with the others we come to the root that the
 * checkpoint has of them. `*fresh`: those that are new.
 */
static zta_status
judge_entries(trial *t, zta_str *fresh)
{
	zta_merkle_growth *growth = &t->copy->trial;
	unsigned char leaf[ZTA_SHA256_LEN];
	zta_str rest = t->shipment.entries, entry;
	uint64_t index = t->shipment.from;
	zta_status status = ZTA_OK;

	zta_log_tree__growth(zta_log__tree(t->copy->log), growth);
	*fresh = (zta_str){ rest.ptr + rest.len, 0 };
	while (status == ZTA_OK && zta_frame__next(&rest, &entry)) {
		zta_hash_tree__leaf(entry, leaf);
		if (index < t->size) {
			status = compare_entry(t, index, leaf);
			*fresh = rest;
		} else {
			zta_merkle__grow(growth, leaf, pass, NULL);
		}
		index++;
	}
	if (t->shipment.from == t->size) {
		*fresh = t->shipment.entries;
	}
	zta_merkle__grown_root(growth, leaf);
	if (status == ZTA_OK && t->end > t->size &&
	    memcmp(leaf, t->prefix, sizeof(leaf)) != 0) {
		status = zta_error__set(t->err, ZTA_EINVALID,
		    "the entries are not those of the checkpoint");
	}
	return status;
}

/* --- checkpoints */

/* The other is there, and says that it has so many. */
static zta_status
keep_newest(trial *t)
{
	zta_log_copy *copy = t->copy;
	char path[ZTA_ROWS_PATH_MAX];
	zta_status status =
	    zta_log_copy__path(path, copy->dir, ZTA_LOG_COPY_NEWEST, t->err);

	if (status != ZTA_OK || t->head.size < copy->newest) {
		return status;
	}
	if (t->head.size > copy->newest) {
		status =
		    zta_file__replace(path, MODE, t->shipment.note, t->err);
		copy->newest = status == ZTA_OK ? t->head.size : copy->newest;
	} else if (utimensat(AT_FDCWD, path, NULL, 0) != 0) {
		status = zta_error__errno(t->err, "touch the file");
		zta_error__place(t->err, "%s", path);
	}
	return status;
}

/* Once we have all of it. */
static zta_status
keep_checkpoint(trial *t)
{
	zta_log_copy *copy = t->copy;
	zta_status status;

	if (t->head.size <= copy->covered || t->head.size > t->size) {
		return ZTA_OK;
	}
	status = zta_log_tree__sync(zta_log__tree(copy->log), t->err);
	if (status == ZTA_OK) {
		status =
		    zta_checkpoint__store(copy->dir, t->shipment.note, t->err);
	}
	if (status == ZTA_OK) {
		copy->covered = t->head.size;
	}
	return status;
}

/* --- a batch */

static zta_status
judge(trial *t, zta_str *fresh)
{
	zta_status status = zta_shipment__read(t->bytes, &t->shipment, t->err);

	if (status == ZTA_OK) {
		status = zta_shipment__check(
		    &t->shipment, &t->copy->key, &t->head, t->prefix, t->err);
	}
	t->end = t->shipment.from + t->shipment.count;
	if (status == ZTA_OK) {
		status = zta_log_copy__size(t->copy, &t->size, t->err);
	}
	if (status == ZTA_OK) {
		status = compare_root(t, t->head.size, t->head.root);
	}
	if (status == ZTA_OK) {
		status = compare_root(t, t->end, t->prefix);
	}
	t->shown = status == ZTA_OK;
	if (status == ZTA_OK && t->shipment.from > t->size) {
		status = zta_error__set(t->err, ZTA_ECONFLICT,
		    "entry %" PRIu64 " is the next", t->size);
	}
	return status == ZTA_OK ? judge_entries(t, fresh) : status;
}

zta_status
zta_log_copy__take(zta_log_copy *copy, zta_str batch, zta_error *err)
{
	trial t = { .copy = copy, .bytes = batch, .err = err };
	zta_str fresh;
	zta_status newest, status = judge(&t, &fresh);

	if (status == ZTA_OK && t.end > t.size) {
		status = zta_log_lane__copy(zta_log__lane(copy->log, 0), fresh,
		    (uint32_t)(t.end - t.size), err);
		t.size = t.end;
	}
	if (status == ZTA_OK) {
		status = keep_checkpoint(&t);
	}
	/* Last: whoever looks in between finds it complete, if it will be. */
	if (t.shown) {
		t.err = status == ZTA_OK ? err : NULL;
		newest = keep_newest(&t);
		status = status == ZTA_OK ? newest : status;
	}
	return status;
}
