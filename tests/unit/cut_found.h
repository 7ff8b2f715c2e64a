/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut_found.h - what may be found in the directory of cut_disk.h when its writer
 * was killed, or its power was cut:
 *
 * - killed: all that was done before that moment is there;
 * - cut: what was synced is there. Of the rest each write may be there or not,
 *   whole, by sectors or up to a byte, and a file may have grown by zeros in
 *   its place. Names come and go in their order, as with a journal, and the
 *   last of them may be missing.
 *
 * A sync is of what was done before it began. A name is synced with its folder.
 */
#ifndef ZTA_CUT_FOUND_H
#define ZTA_CUT_FOUND_H

#include <ftw.h>

#include "cut_disk.h"

#define SECTOR 512u

static uint64_t disk_state;

/* Below `n`. */
static uint64_t
disk_random(uint64_t n)
{
	disk_state ^= disk_state << 13;
	disk_state ^= disk_state >> 7;
	disk_state ^= disk_state << 17;
	return disk_state % n;
}

/* Is op `i` of `node` on the disk for sure at `end`? */
static bool
disk_is_synced(size_t i, int node, size_t end)
{
	size_t j;

	for (j = i + 1; j < end; j++) {
		if (disk.ops[j].kind == DISK_SYNC && disk.ops[j].node == node &&
		    disk.ops[j].at > i) {
			return true;
		}
	}
	return false;
}

static void
disk_resize(disk_node *node, size_t len)
{
	node->bytes = realloc(node->bytes, len + 1);
	if (len > node->len) {
		memset(node->bytes + node->len, 0, len - node->len);
	}
	node->len = len;
}

static void
disk_write_part(disk_node *node, const disk_op *op, size_t from, size_t to)
{
	if (op->at + to > node->len) {
		disk_resize(node, op->at + to);
	}
	memcpy(node->bytes + op->at + from, op->bytes + from, to - from);
}

/* A write that was not synced, as it may be found. */
static void
disk_write_some(disk_node *node, const disk_op *op, uint64_t mood)
{
	size_t from, to;

	switch (mood) {
	case 0: /* not at all */
		break;
	case 1:
		disk_write_part(node, op, 0, op->len);
		break;
	case 2: /* up to some byte */
		disk_write_part(node, op, 0, disk_random(op->len + 1));
		break;
	case 3: /* the file has grown, but by zeros */
		if (op->at + op->len > node->len) {
			disk_resize(node, op->at + op->len);
		}
		break;
	default: /* some sectors of it */
		for (from = 0; from < op->len; from = to) {
			to = from + SECTOR - (op->at + from) % SECTOR;
			to = to < op->len ? to : op->len;
			if (disk_random(2) == 0) {
				disk_write_part(node, op, from, to);
			}
		}
	}
}

static void
disk_apply_name(const disk_op *op)
{
	if (op->kind != DISK_MAKE) {
		disk_drop(disk.now, op->name);
	}
	if (op->kind != DISK_UNLINK) {
		disk_put(disk.now, op->kind == DISK_MAKE ? op->name : op->to,
		    op->node);
	}
}

/* Those that are synced, and the first of the others. */
static void
disk_apply_names(size_t end, bool cut)
{
	size_t i, loose = 0, passed = 0, kept;

	for (i = 0; i < end; i++) {
		loose += disk.ops[i].kind >= DISK_MAKE &&
		    !disk_is_synced(i, disk.ops[i].folder, end);
	}
	kept = cut ? disk_random(loose + 1) : loose;
	memcpy(disk.now, disk.before, sizeof(disk.now));
	for (i = 0; i < end; i++) {
		if (disk.ops[i].kind >= DISK_MAKE &&
		    (disk_is_synced(i, disk.ops[i].folder, end) ||
			passed++ < kept)) {
			disk_apply_name(&disk.ops[i]);
		}
	}
}

static void
disk_apply_bytes(disk_node *nodes, size_t end, bool cut)
{
	uint64_t mood = disk_random(8), one;
	const disk_op *op;
	size_t i;

	for (i = 0; i < end; i++) {
		op = &disk.ops[i];
		if (op->kind > DISK_TRUNCATE) {
			continue;
		}
		/* All in one way, or each in its own. */
		one = !cut || disk_is_synced(i, op->node, end) ? 1 :
		    mood < 5                                   ? mood :
								 disk_random(5);
		if (op->kind == DISK_WRITE) {
			disk_write_some(&nodes[op->node], op, one);
		} else if (one == 1 || (one > 1 && disk_random(2) == 0)) {
			disk_resize(&nodes[op->node], op->at);
		}
	}
}

static int
disk_remove_one(
    const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

static void
disk_lay_out_one(const char *name, const disk_node *node)
{
	char path[2 * DISK_NAMES + 8];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", disk.root, name);
	if (node->folder) {
		(void)__real_mkdir(path, 0755);
		return;
	}
	fd = __real_open(path, O_WRONLY | O_CREAT, 0640);
	if (fd >= 0) { /* else its folder is not there */
		assert_int_equal(
		    __real_write(fd, node->bytes, node->len), node->len);
		(void)__real_close(fd);
	}
}

static size_t
disk_depth(const char *name)
{
	size_t depth = 0;

	for (; *name != '\0'; name++) {
		depth += *name == '/';
	}
	return depth;
}

/* Write what is under `now`, and is reached by its folders. */
static void
disk_lay_out(const disk_node *nodes)
{
	const disk_name *n;
	size_t i, depth;

	(void)nftw(disk.root, disk_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(__real_mkdir(disk.root, 0755), 0);
	for (depth = 0; depth < 3; depth++) {
		for (i = 0; i < DISK_NAMES; i++) {
			n = &disk.now[i];
			if (n->node != NONE && n->name[0] != '\0' &&
			    disk_depth(n->name) == depth) {
				disk_lay_out_one(n->name, &nodes[n->node]);
			}
		}
	}
}

static void
disk_forget(void)
{
	size_t i;

	for (i = 0; i < disk.count; i++) {
		free(disk.ops[i].bytes);
	}
	disk.count = 0;
}

/* Names whose folder is not there are not, either. */
static void
disk_prune(void)
{
	struct stat st;
	char path[2 * DISK_NAMES + 8];
	size_t i;

	for (i = 0; i < DISK_NAMES; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", disk.root, disk.now[i].name);
		if (disk.now[i].node != NONE && stat(path, &st) != 0) {
			disk.now[i].node = NONE;
		}
	}
}

static void
disk_free_nodes(disk_node *nodes)
{
	int i;

	for (i = 0; i < disk.node_count; i++) {
		free(nodes[i].bytes);
	}
}

/*
 * Nobody writes any more: the directory becomes what is found when the writer
 * was killed, or the power cut, before op `end`.
 */
static void
disk_find_at(size_t end, bool cut)
{
	static disk_node found[DISK_NODES];
	size_t i;

	for (i = 0; i < (size_t)disk.node_count; i++) {
		found[i] = (disk_node){ .folder = disk.nodes[i].folder };
		disk_resize(&found[i], disk.nodes[i].len);
		if (found[i].len > 0) {
			memcpy(
			    found[i].bytes, disk.nodes[i].bytes, found[i].len);
		}
	}
	disk_apply_names(end, cut);
	disk_apply_bytes(found, end, cut);
	disk_lay_out(found);
	if (!cut) {
		for (i = end; i < disk.count; i++) {
			free(disk.ops[i].bytes);
		}
		disk.count = end;
		disk_free_nodes(found);
		return;
	}
	/* What is found is on the disk. */
	disk_prune();
	disk_free_nodes(disk.nodes);
	memcpy(disk.nodes, found, sizeof(found));
	memcpy(disk.before, disk.now, sizeof(disk.before));
	disk_forget();
}

/* An empty directory at `disk.root`, of which all is noted from now on. */
static void
disk_start(void)
{
	size_t i;

	disk_forget();
	disk_free_nodes(disk.nodes);
	disk.node_count = 0;
	for (i = 0; i < DISK_NAMES; i++) {
		disk.before[i].node = NONE;
	}
	disk_put(disk.before, "", disk_new_node(true));
	memcpy(disk.now, disk.before, sizeof(disk.now));
	disk_lay_out(disk.nodes);
}

#endif
