/* SPDX-License-Identifier: Apache-2.0 */
/* hoard.c - see hoard.h. */
#include "daemon/hoard.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

#define KEY_FILE_MAX ((size_t)64 << 10)

static zta_status
read_key(const char *path, zta_alg alg, zta_key **key, zta_error *err)
{
	zta_arena arena;
	zta_str pem;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, KEY_FILE_MAX, &pem, err);
	if (status == ZTA_OK) {
		status = zta_key_read_pem(key, pem, err);
		explicit_bzero((void *)(uintptr_t)pem.ptr, pem.len);
		if (status == ZTA_OK && zta_key_alg(*key) != alg) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "expected a key for %s", zta_alg_name(alg));
		}
		if (status != ZTA_OK) {
			zta_error__place(err, "%s", path);
		}
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_hoard__read_private(
    zta_key **out, const char *path, zta_alg alg, zta_error *err)
{
	zta_status status = read_key(path, alg, out, err);

	if (status == ZTA_OK && !zta_key_is_private(*out)) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "expected a private key for %s", zta_alg_name(alg));
		zta_error__place(err, "%s", path);
	}
	return status;
}

static zta_status
load_signer(zta_hoard_key *out, const char *path, zta_error *err)
{
	zta_status status =
	    zta_hoard__read_private(&out->key, path, ZTA_ALG_ES256, err);

	return status != ZTA_OK ? status :
				  zta_key_thumbprint(out->key, out->kid, err);
}

/* One public key more, unless it is there already. */
static zta_status
publish(zta_hoard *out, const zta_key *key, zta_error *err)
{
	static const char head[] = "{\"keys\":[", tail[] = "]}";
	char jwk[ZTA_KEY_JWK_MAX], *end;
	zta_status status =
	    zta_key_public_jwk(key, ZTA_ALG_ES256, ZTA_STR(""), jwk, err);

	if (status != ZTA_OK || strstr(out->jwks, jwk) != NULL) {
		return status;
	}
	if (out->jwks[0] == '\0') {
		end = stpcpy(out->jwks, head);
	} else {
		end = out->jwks + strlen(out->jwks) - strlen(tail);
		*end++ = ',';
	}
	(void)stpcpy(stpcpy(end, jwk), tail);
	return ZTA_OK;
}

/* A key that verifies, and may be absent. */
static zta_status
publish_file(zta_hoard *out, const char *path, zta_error *err)
{
	zta_key *key = NULL;
	zta_status status;

	if (path == NULL || (access(path, F_OK) != 0 && errno == ENOENT)) {
		return ZTA_OK;
	}
	status = read_key(path, ZTA_ALG_ES256, &key, err);
	if (status == ZTA_OK) {
		status = publish(out, key, err);
	}
	zta_key_close(key);
	return status;
}

void
zta_hoard__let_go(zta_hoard *held)
{
	zta_key_close(held->zone.key);
	zta_key_close(held->client.key);
	*held = (zta_hoard){ 0 };
}

zta_status
zta_hoard__load(const zta_keeper_keys *files, zta_hoard *out, zta_error *err)
{
	zta_status status = load_signer(&out->zone, files->zone, err);

	if (status == ZTA_OK && files->client != NULL) {
		status = load_signer(&out->client, files->client, err);
	}
	if (status == ZTA_OK) {
		status = publish(out, out->zone.key, err);
	}
	if (status == ZTA_OK) {
		status = publish_file(out, files->next, err);
	}
	if (status == ZTA_OK) {
		status = publish_file(out, files->previous, err);
	}
	if (status != ZTA_OK) {
		zta_hoard__let_go(out);
	}
	return status;
}
