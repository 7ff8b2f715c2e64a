/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_tree.c - the tree of a log, grown anew from its entries and held to its
 * files and to what was signed for: see verify_part.h.
 */
#include "log/verify_part.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

#define LEN ZTA_SHA256_LEN

static bool
refill(zta_verify_tree *v, zta_verify_file *f)
{
	uint64_t left = f->next < f->rows.found ? f->rows.found - f->next : 0;
	size_t room = sizeof(f->chunk) / f->rows.width;

	f->have = left < room ? (size_t)left : room;
	f->at = 0;
	/* What is behind the end of a file is made when the log is opened. */
	if (f->have > 0) {
		v->status = zta_rows__read(
		    &f->rows, f->next, f->have, f->chunk, &v->err);
	}
	return f->have > 0 && v->status == ZTA_OK;
}

static void
compare(zta_verify_tree *v, zta_verify_file *f, const void *value)
{
	if (v->status != ZTA_OK || (f->at == f->have && !refill(v, f))) {
		return;
	}
	if (memcmp(f->chunk + f->at * f->rows.width, value, f->rows.width) !=
	    0) {
		v->status = zta_error__set(&v->err, ZTA_EINVALID,
		    "value %" PRIu64 " of the tree does not follow from the "
		    "segments",
		    f->next);
		zta_error__place(&v->err, "%s", f->rows.path);
	}
	f->at++;
	f->next++;
}

/* A zta_merkle_row. */
static void
compare_row(void *context, unsigned level, const unsigned char *hash)
{
	zta_verify_tree *v = context;

	compare(v, &v->files[level], hash);
}

static void
look_at_heads(zta_verify_tree *v)
{
	unsigned char root[LEN];
	unsigned i;

	for (i = 0; i < v->head_count; i++) {
		if (v->heads[i].size != v->growth.size) {
			continue;
		}
		zta_merkle__grown_root(&v->growth, root);
		v->seen[i] = memcmp(root, v->heads[i].root, LEN) == 0;
		if (!v->seen[i]) {
			v->status = zta_error__set(&v->err, ZTA_EINVALID,
			    "the first %" PRIu64
			    " entries are not those that were signed for",
			    v->growth.size);
			zta_error__place(&v->err, "%s", v->dir);
		}
	}
}

void
zta_verify_tree__frame(zta_verify_tree *v, const zta_frame *frame, uint64_t at)
{
	zta_str rest = frame->entries, entry;
	const unsigned char *leaf = frame->leaves;
	unsigned char place[4];
	uint32_t number;

	at += ZTA_FRAME_HEAD;
	while (v->status == ZTA_OK && zta_frame__next(&rest, &entry)) {
		number = (uint32_t)at;
		place[0] = (unsigned char)(number >> 24);
		place[1] = (unsigned char)(number >> 16);
		place[2] = (unsigned char)(number >> 8);
		place[3] = (unsigned char)number;
		compare(v, &v->files[ZTA_LOG_TREE_AT], place);
		zta_merkle__grow(&v->growth, leaf, compare_row, v);
		leaf += LEN;
		look_at_heads(v);
		at += ZTA_FRAME_LENGTH + entry.len;
	}
}

void
zta_verify_tree__begin(zta_verify_tree *v, uint64_t minimum)
{
	unsigned char leaf[LEN];
	uint64_t i;

	look_at_heads(v);
	for (i = 0; v->status == ZTA_OK && i < minimum; i++) {
		v->status =
		    zta_rows__read(&v->files[0].rows, i, 1, leaf, &v->err);
		if (v->status == ZTA_OK) {
			zta_merkle__grow(&v->growth, leaf, compare_row, v);
			look_at_heads(v);
		}
	}
	v->files[ZTA_LOG_TREE_AT].next = minimum;
}

zta_status
zta_verify_tree__open(zta_verify_tree *v, const char *dir, zta_error *err)
{
	zta_status status = ZTA_OK;
	unsigned i;

	v->dir = dir;
	for (i = 0; i <= ZTA_LOG_TREE_LEVELS; i++) {
		v->files[i].rows.fd = -1;
	}
	for (i = 0; status == ZTA_OK && i <= ZTA_LOG_TREE_LEVELS; i++) {
		status = zta_log_tree__open_file(
		    &v->files[i].rows, dir, i, false, err);
	}
	return status;
}

void
zta_verify_tree__close(zta_verify_tree *v)
{
	unsigned i;

	for (i = 0; i <= ZTA_LOG_TREE_LEVELS; i++) {
		zta_rows__close(&v->files[i].rows);
	}
}

zta_status
zta_verify_tree__judge(const zta_verify_tree *v, zta_error *err)
{
	unsigned i;

	for (i = 0; i < v->head_count; i++) {
		if (!v->seen[i]) {
			(void)zta_error__set(err, ZTA_EINVALID,
			    "the log has %" PRIu64 " entries, but %" PRIu64
			    " were signed for: it has lost entries",
			    v->growth.size, v->heads[i].size);
			zta_error__place(err, "%s", v->dir);
			return ZTA_EINVALID;
		}
	}
	return ZTA_OK;
}
