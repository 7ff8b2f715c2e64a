/* SPDX-License-Identifier: Apache-2.0 */
/* nodes.c - see nodes.h. */
#include "log/nodes.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

bool
zta_node__is_name(zta_str name)
{
	size_t i;
	char c;

	if (name.len == 0 || name.len > ZTA_NODE_NAME_MAX ||
	    name.ptr[0] == '.' || name.ptr[0] == '-' ||
	    zta_str__is(name, ZTA_NODES_FILE)) {
		return false;
	}
	for (i = 0; i < name.len; i++) {
		c = name.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
		    c != '-') {
			return false;
		}
	}
	return true;
}

const zta_node *
zta_nodes__find(const zta_nodes *nodes, zta_str name)
{
	uint32_t i;

	for (i = 0; i < nodes->count; i++) {
		if (zta_str__is(name, nodes->list[i].name)) {
			return &nodes->list[i];
		}
	}
	return NULL;
}

/* Two names for one log would make of each other's entries a fork. */
static bool
has_key(const zta_nodes *nodes, const zta_note_key *key)
{
	uint32_t i;

	for (i = 0; i < nodes->count; i++) {
		if (strcmp(nodes->list[i].log.name, key->name) == 0 &&
		    zta_ssh_key__eq(&nodes->list[i].log.public, &key->public)) {
			return true;
		}
	}
	return false;
}

/* "<name> <verifier key> <SSH key and comment>" */
static zta_status
read_line(const zta_nodes *nodes, zta_str line, uint32_t number, zta_node *out,
    zta_error *err)
{
	zta_str rest = line, name, vkey = { NULL, 0 };
	zta_error why = { 0 };
	zta_status status;

	(void)zta_str__next(&rest, ' ', &name);
	if (!zta_node__is_name(name)) {
		return zta_error__at(
		    err, ZTA_EINVALID, number, 1, "that is no name of a node");
	}
	if (zta_nodes__find(nodes, name) != NULL) {
		return zta_error__at(err, ZTA_EINVALID, number, 1,
		    "the node %.*s stands twice", ZTA_STR_ARG(name));
	}
	memcpy(out->name, name.ptr, name.len);
	out->name[name.len] = '\0';
	if (rest.ptr == NULL || !zta_str__next(&rest, ' ', &vkey) ||
	    rest.ptr == NULL) {
		return zta_error__at(err, ZTA_ESYNTAX, number, 1,
		    "expected a name, the verifier key of a log, and an SSH "
		    "key");
	}
	status = zta_note_key__read(&out->log, vkey, &why);
	if (status == ZTA_OK && has_key(nodes, &out->log)) {
		status =
		    zta_error__set(&why, ZTA_EINVALID, "this log stands twice");
	}
	if (status != ZTA_OK) {
		return zta_error__at(err, status, number,
		    (uint32_t)(vkey.ptr - line.ptr) + 1, "%s", why.message);
	}
	return zta_ssh_key__read(rest, number,
	    (uint32_t)(rest.ptr - line.ptr) + 1, &out->sender, err);
}

zta_status
zta_nodes__read(zta_arena *arena, zta_str text, zta_nodes *out, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t number = 0;
	zta_str line;

	*out = (zta_nodes){ 0 };
	while (status == ZTA_OK && zta_str__next(&text, '\n', &line)) {
		number++;
		if (line.len == 0 || line.ptr[0] == '#') {
			continue;
		}
		if (out->count == ZTA_NODES_MAX) {
			return zta_error__at(err, ZTA_ELIMIT, number, 1,
			    "more than %u nodes", ZTA_NODES_MAX);
		}
		out->list = zta_arena__grow(arena, out->list, out->count,
		    out->count + 1, sizeof(*out->list));
		if (out->list == NULL) {
			return zta_arena__failed(arena, err);
		}
		status =
		    read_line(out, line, number, &out->list[out->count], err);
		out->count += status == ZTA_OK;
	}
	return status;
}

zta_status
zta_nodes__load(
    zta_arena *arena, const char *dir, zta_nodes *out, zta_error *err)
{
	char path[PATH_MAX];
	zta_str text;
	zta_status status;

	*out = (zta_nodes){ 0 };
	if (snprintf(path, sizeof(path), "%s/" ZTA_NODES_FILE, dir) >=
	    (int)sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	status = zta_file__read(arena, path, ZTA_NODES_TEXT_MAX, &text, err);
	if (status == ZTA_OK) {
		status = zta_nodes__read(arena, text, out, err);
		zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	}
	return status;
}
