/* SPDX-License-Identifier: Apache-2.0 */
/* nodes_look.c - how complete are the logs of others? See ztauth/log.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "log/copy.h"
#include "log/nodes.h"
#include "ztauth/log.h"

/* One node while it is looked at. */
typedef struct look {
	const zta_node *node;
	const char *dir; /* of its copy */
	zta_log_node *out;
	zta_arena *arena;
	zta_error *err;
} look;

/* A file of the copy, and when it was changed last. ZTA_ENOTFOUND. */
static zta_status
read_file(look *l, const char *file, size_t bytes_max, zta_str *out,
    int64_t *changed_ms)
{
	char path[ZTA_ROWS_PATH_MAX];
	struct stat info;
	zta_status status = zta_log_copy__path(path, l->dir, file, l->err);

	if (status == ZTA_OK) {
		status = zta_file__read(l->arena, path, bytes_max, out, l->err);
	}
	if (status == ZTA_OK && stat(path, &info) == 0) {
		*changed_ms = (int64_t)info.st_mtim.tv_sec * 1000 +
		    info.st_mtim.tv_nsec / 1000000;
	}
	return status;
}

/* The newest that the node has shown: the copy may lack some of it. It is read
 * first, for it is written last. */
static zta_status
look_at_newest(look *l)
{
	zta_log_head head = { 0 };
	zta_str note;
	zta_status status = read_file(l, ZTA_LOG_COPY_NEWEST,
	    ZTA_CHECKPOINT_MAX, &note, &l->out->heard_ms);

	if (status == ZTA_OK) {
		status =
		    zta_checkpoint__open(note, &l->node->log, &head, l->err);
	}
	l->out->newest = head.size;
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

static zta_status
look_at_fork(look *l)
{
	unsigned char prefix[ZTA_SHA256_LEN];
	zta_log_head head = { 0 };
	zta_shipment shipment;
	int64_t when;
	zta_str bytes;
	zta_status status =
	    read_file(l, ZTA_LOG_COPY_FORKED, ZTA_SHIPMENT_MAX, &bytes, &when);

	if (status == ZTA_ENOTFOUND) {
		return ZTA_OK;
	}
	l->out->forked = true;
	if (status == ZTA_OK) {
		status = zta_shipment__read(bytes, &shipment, l->err);
	}
	if (status == ZTA_OK) {
		status = zta_shipment__check(
		    &shipment, &l->node->log, &head, prefix, l->err);
	}
	l->out->forked_at = head.size;
	return status;
}

/* Is the root of what is here the one that was signed? */
static zta_status
look_at_tree(look *l, const zta_log_head *head)
{
	unsigned char root[ZTA_SHA256_LEN];
	zta_merkle_source rows;
	zta_log_view *view;
	zta_rows leaves;
	zta_status status =
	    zta_log_tree__open_file(&leaves, l->dir, 0, false, l->err);

	if (status != ZTA_OK) {
		return status;
	}
	l->out->entries = leaves.found;
	zta_rows__close(&leaves);
	status = zta_log_view__open(&view, l->dir, l->err);
	if (status == ZTA_OK && head->size > 0) {
		rows = zta_log_view__rows(view);
		status = zta_merkle__root(&rows, head->size, root, l->err);
		if (status == ZTA_OK &&
		    memcmp(root, head->root, sizeof(root)) != 0) {
			status = zta_error__set(l->err, ZTA_EINVALID,
			    "the entries are not those that were signed for");
		}
	}
	zta_log_view__close(view);
	return status;
}

static zta_status
look_at_copy(look *l)
{
	zta_log_head head = { 0 };
	zta_str note;
	zta_status status = look_at_newest(l);

	if (status == ZTA_OK) {
		status = look_at_fork(l);
	}
	if (status == ZTA_OK) {
		status = read_file(l, "checkpoint", ZTA_CHECKPOINT_MAX, &note,
		    &l->out->covered_ms);
	}
	if (status == ZTA_OK) {
		status =
		    zta_checkpoint__open(note, &l->node->log, &head, l->err);
	}
	if (status == ZTA_OK || status == ZTA_ENOTFOUND) {
		l->out->covered = head.size;
		status = look_at_tree(l, &head);
	}
	/* It was never heard of. */
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

static void
look_at_node(const char *dir, const zta_node *node, zta_log_node *out)
{
	char path[ZTA_ROWS_PATH_MAX];
	zta_arena arena;
	look l = { .node = node,
		.dir = path,
		.out = out,
		.arena = &arena,
		.err = &out->why };

	*out = (zta_log_node){ .name = zta_str_of(node->name),
		.origin = zta_str_of(node->log.name) };
	zta_arena__init(&arena, SIZE_MAX);
	out->status = zta_log_copy__path(path, dir, node->name, &out->why);
	if (out->status == ZTA_OK) {
		out->status = look_at_copy(&l);
		zta_error__place(&out->why, "%s", path);
	}
	if (out->status == ZTA_OK) {
		out->why = (zta_error){ 0 };
	}
	zta_arena__release(&arena);
}

zta_status
zta_log_nodes(const char *dir,
    void (*tell)(void *context, const zta_log_node *node), void *context,
    zta_error *err)
{
	zta_log_node node;
	zta_nodes nodes;
	zta_arena arena;
	zta_status status;
	uint32_t i;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_nodes__load(&arena, dir, &nodes, err);
	for (i = 0; status == ZTA_OK && i < nodes.count; i++) {
		look_at_node(dir, &nodes.list[i], &node);
		tell(context, &node);
	}
	zta_arena__release(&arena);
	return status;
}
