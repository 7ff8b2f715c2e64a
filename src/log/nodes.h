/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.h - whose logs are collected here, and who sends them.
 * SPEC: docs/formats/ship.md
 */
#ifndef ZTA_LOG_NODES_H
#define ZTA_LOG_NODES_H

#include "base/arena.h"
#include "base/limits.h"
#include "log/note.h"

/* The file in the folder of a collector. */
#define ZTA_NODES_FILE "nodes"

typedef struct zta_node {
	char name[ZTA_NODE_NAME_MAX + 1];
	zta_note_key log;   /* that signs its checkpoints */
	zta_ssh_key sender; /* that signs its requests */
} zta_node;

typedef struct zta_nodes {
	zta_node *list; /* in an arena */
	uint32_t count;
} zta_nodes;

/* May a node have this name? */
ZTA_MUST_USE bool zta_node__is_name(zta_str name);

/* Read the text of the file. ZTA_ESYNTAX, ZTA_EINVALID, ZTA_ELIMIT, with line. */
ZTA_MUST_USE zta_status zta_nodes__read(
    zta_arena *arena, zta_str text, zta_nodes *out, zta_error *err);
/* That of the folder `dir`. ZTA_ENOTFOUND. */
ZTA_MUST_USE zta_status zta_nodes__load(
    zta_arena *arena, const char *dir, zta_nodes *out, zta_error *err);

/* By its name; NULL: there is none. */
const zta_node *zta_nodes__find(const zta_nodes *nodes, zta_str name);

#endif
