/* SPDX-License-Identifier: Apache-2.0 */
/* api_keys.c - see api_keys.h. */
#include "identity/api_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "crypto/secret.h"

/* What one reading of the file gave. */
typedef struct version {
	zta_arena arena;
	unsigned char pepper[ZTA_PEPPER_LEN];
	zta_api_key_file file;
	zta_map by_id; /* index in the list */
} version;

static void
forget(void *content)
{
	version *v = content;

	if (v != NULL) {
		explicit_bzero(v->pepper, sizeof(v->pepper));
		zta_arena__release(&v->arena);
		free(v);
	}
}

static zta_status
load(void **out, const char *path, zta_error *err)
{
	version *v = calloc(1, sizeof(*v));
	uint32_t i;
	zta_status status;

	*out = NULL;
	if (v == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(&v->arena, SIZE_MAX);
	zta_map__init(&v->by_id, &v->arena, zta_random__seed());
	status = zta_pepper__read(path, v->pepper, err);
	if (status == ZTA_OK) {
		status = zta_api_key_file__read(
		    &v->file, &v->arena, path, v->pepper, err);
	}
	for (i = 0; status == ZTA_OK && i < v->file.count; i++) {
		status = zta_map__add(&v->by_id, v->file.list[i].id, i, err);
	}
	if (status != ZTA_OK) {
		forget(v);
		return status;
	}
	*out = v;
	return ZTA_OK;
}

const zta_followed_class zta_api_keys__class = { load, forget, NULL };

static zta_status
copy_claims(const zta_api_key_entry *e, zta_arena *arena, zta_str *out)
{
	zta_buf buf;
	zta_json_out json = { &buf, false };
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	zta_api_key__put_claims(&json, e);
	status = buf.status;
	if (status == ZTA_OK) {
		*out = zta_arena__copy(arena, zta_buf__str(&buf));
		status = out->ptr == NULL ? ZTA_ENOMEM : ZTA_OK;
	}
	zta_buf__release(&buf);
	return status;
}

static zta_status
find(const version *v, zta_str text, zta_str id, zta_arena *arena,
    zta_api_key_found *out)
{
	const zta_api_key_entry *e;
	unsigned char hash[ZTA_SHA256_LEN];
	uint32_t at = zta_map__get(&v->by_id, id);
	zta_status status;

	if (at == ZTA_MAP_NONE) {
		return ZTA_ENOTFOUND;
	}
	e = &v->file.list[at];
	status = zta_api_key__hash(v->pepper, text, hash);
	if (status != ZTA_OK) {
		return status;
	}
	out->secret_holds =
	    zta_secret__equal((zta_str){ (const char *)hash, sizeof(hash) },
		(zta_str){ (const char *)e->hash, sizeof(e->hash) });
	out->revoked = e->revoked_s > 0;
	return copy_claims(e, arena, &out->claims);
}

zta_status
zta_api_keys__find(zta_followed *keys, zta_str text, zta_str id,
    zta_arena *arena, zta_api_key_found *out)
{
	zta_status status;

	*out = (zta_api_key_found){ 0 };
	status = find(zta_followed__enter(keys), text, id, arena, out);
	zta_followed__leave(keys);
	return status;
}
