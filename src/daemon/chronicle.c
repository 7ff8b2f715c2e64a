/* SPDX-License-Identifier: Apache-2.0 */
/* chronicle.c - see chronicle.h. */
#include "daemon/chronicle.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"

/* Complete a record with what is the same in all, and write it. */
static zta_status
record(zta_chronicle *c, zta_leaf *leaf, zta_error *err)
{
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_status status = ZTA_OK;

	zta_random__bytes(id, sizeof(id));
	leaf->id = (zta_str){ (const char *)id, sizeof(id) };
	leaf->time = zta_time__now_ms();
	leaf->zone = zta_str_of(c->zone);
	leaf->allowed = true;
	leaf->mode = ZTA_STR("strict");
	(void)pthread_mutex_lock(&c->lock);
	if (c->lane != NULL) {
		status = zta_log_lane__write(c->lane, leaf, err);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return status;
}

zta_status
zta_chronicle__begin(
    zta_chronicle *c, const char *origin, const char *log_key, zta_error *err)
{
	zta_leaf leaf = { .kind = ZTA_STR("log"),
		.action = ZTA_STR("begin"),
		.resource_type = ZTA_STR("Log"),
		.resource_id = zta_str_of(origin),
		.key = zta_str_of(log_key) };

	return record(c, &leaf, err);
}

/* What the trust model was read from: files below trust/, with their names. */
static void
digest_trust(const zta_snapshot *snapshot, unsigned char out[ZTA_SHA256_LEN])
{
	const zta_tree_file *file;
	unsigned char sum[ZTA_SHA256_LEN] = { 0 }, text[ZTA_SHA256_LEN];
	zta_str parts[3] = { { (const char *)sum, sizeof(sum) } };
	uint32_t i;

	for (i = 0; i < snapshot->tree.count; i++) {
		file = &snapshot->tree.files[i];
		if (!zta_str__starts(file->path, ZTA_STR("trust/"))) {
			continue;
		}
		zta_digest__sha256(file->text, text);
		parts[1] = (zta_str){ (const char *)text, sizeof(text) };
		parts[2] = file->path;
		zta_digest__sha256_parts(parts, 3, sum);
	}
	memcpy(out, sum, sizeof(sum));
}

zta_status
zta_chronicle__in_force(
    zta_chronicle *c, const zta_snapshot *snapshot, zta_error *err)
{
	unsigned char trust[ZTA_SHA256_LEN];
	zta_leaf leaf = { .kind = ZTA_STR("policy"),
		.action = ZTA_STR("put_in_force"),
		.ledger = zta_str_of(c->ledger),
		.commit = zta_str_of(snapshot->tree.id) };
	zta_status status = record(c, &leaf, err);

	digest_trust(snapshot, trust);
	if (status != ZTA_OK || memcmp(trust, c->trust, sizeof(trust)) == 0) {
		return status;
	}
	leaf.kind = ZTA_STR("trust");
	leaf.digest = (zta_str){ (const char *)trust, sizeof(trust) };
	status = record(c, &leaf, err);
	if (status == ZTA_OK) {
		memcpy(c->trust, trust, sizeof(trust));
	}
	return status;
}

zta_status
zta_chronicle__key(zta_chronicle *c, zta_str kid, zta_error *err)
{
	zta_leaf leaf = { .kind = ZTA_STR("key"),
		.action = ZTA_STR("put_in_force"),
		.key = kid };

	return record(c, &leaf, err);
}

zta_status
zta_chronicle__file(
    zta_chronicle *c, const char *what, const char *path, zta_error *err)
{
	unsigned char digest[ZTA_SHA256_LEN];
	zta_leaf leaf = { .kind = ZTA_STR("change"),
		.action = zta_str_of(what),
		.digest = { (const char *)digest, sizeof(digest) } };
	zta_arena arena;
	zta_str bytes;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, ZTA_FILE_MAX, &bytes, err);
	if (status == ZTA_OK) {
		zta_digest__sha256(bytes, digest);
		status = record(c, &leaf, err);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_chronicle__retain(
    zta_chronicle *c, const zta_retention *retention, zta_error *err)
{
	zta_leaf leaf = zta_retain__leaf(retention);

	return record(c, &leaf, err);
}
