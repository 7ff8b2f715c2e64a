/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.c - many payloads under one seal: the hashes of a tree, leaves first and
 * its root last. SPEC: rfc6962 2.1; docs/formats/seal.md
 *
 * Pairs are hashed level by level, and the last node of a level that has no pair
 * goes up as it is: the tree of the RFC, which splits at powers of two.
 */
#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/hash_tree.h"
#include "pep/pep_part.h"

#define NODE ((size_t)ZTA_SHA256_LEN)
#define LEVELS_MAX 20 /* of ZTA_SEAL_PAYLOADS_MAX */

struct zta_pep_batch {
	zta_buf nodes; /* of one level after another */
	size_t count;  /* of leaves */
};

zta_status
zta_pep_batch_open(zta_pep_batch **out, zta_error *err)
{
	zta_pep_batch *batch = calloc(1, sizeof(*batch));

	*out = batch;
	if (batch == NULL) {
		return zta_error__nomem(err);
	}
	zta_buf__init(&batch->nodes, SIZE_MAX);
	return ZTA_OK;
}

void
zta_pep_batch_close(zta_pep_batch *batch)
{
	if (batch != NULL) {
		zta_buf__release(&batch->nodes);
		free(batch);
	}
}

/* Forget what is above the leaves. */
static void
cut(zta_pep_batch *batch)
{
	batch->nodes.len = batch->count * NODE;
	batch->nodes.status = ZTA_OK;
}

zta_status
zta_pep_batch_add(zta_pep_batch *batch, zta_str payload, zta_error *err)
{
	unsigned char hash[ZTA_SHA256_LEN];
	char *leaf;

	if (batch->count == ZTA_SEAL_PAYLOADS_MAX) {
		return zta_error__set(err, ZTA_ELIMIT,
		    "a seal has at most %d payloads", ZTA_SEAL_PAYLOADS_MAX);
	}
	cut(batch);
	leaf = zta_buf__extend(&batch->nodes, NODE);
	if (leaf == NULL) {
		cut(batch);
		return zta_error__nomem(err);
	}
	zta_digest__sha256(payload, hash);
	zta_hash_tree__leaf(
	    (zta_str){ (const char *)hash, NODE }, (unsigned char *)leaf);
	batch->count++;
	return ZTA_OK;
}

/* The level of `count` nodes at `from` gets the next one behind it. */
static zta_status
add_level(zta_buf *nodes, size_t from, size_t count)
{
	char *room = zta_buf__extend(nodes, (count + 1) / 2 * NODE);
	unsigned char *out = (unsigned char *)room;
	const unsigned char *in;
	size_t i;

	if (room == NULL) {
		return nodes->status;
	}
	in = (const unsigned char *)nodes->ptr + from;
	for (i = 0; i + 1 < count; i += 2, out += NODE) {
		zta_hash_tree__node(in + i * NODE, in + (i + 1) * NODE, out);
	}
	if (i < count) {
		memcpy(out, in + i * NODE, NODE);
	}
	return ZTA_OK;
}

zta_status
zta_pep__batch_root(
    zta_pep_batch *batch, char out[ZTA_PEP_HASH_LEN], zta_error *err)
{
	size_t from = 0, count = batch->count;

	if (count == 0) {
		return zta_error__set(
		    err, ZTA_EINVAL, "there is nothing in the batch");
	}
	cut(batch);
	while (count > 1) {
		if (add_level(&batch->nodes, from, count) != ZTA_OK) {
			cut(batch);
			return zta_error__nomem(err);
		}
		from += count * NODE;
		count = (count + 1) / 2;
	}
	zta_b64__encode((zta_str){ batch->nodes.ptr + from, NODE }, out);
	return ZTA_OK;
}

size_t
zta_pep__batch_count(const zta_pep_batch *batch)
{
	return batch->count;
}

zta_status
zta_pep_batch_path(const zta_pep_batch *batch, size_t index,
    char out[ZTA_PEP_PATH_MAX], zta_error *err)
{
	char path[LEVELS_MAX * ZTA_SHA256_LEN];
	size_t len = 0, from = 0, count = batch->count;

	*out = '\0';
	if (index >= count || (count > 1 && batch->nodes.len == count * NODE)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "no payload of this number has been sealed");
	}
	for (; count > 1; count = (count + 1) / 2, index /= 2) {
		if ((index ^ 1) < count) {
			memcpy(path + len,
			    batch->nodes.ptr + from + (index ^ 1) * NODE, NODE);
			len += NODE;
		}
		from += count * NODE;
	}
	zta_b64__encode((zta_str){ path, len }, out);
	out[ZTA_B64_LEN(len)] = '\0';
	return ZTA_OK;
}
