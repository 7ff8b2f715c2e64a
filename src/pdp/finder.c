/* SPDX-License-Identifier: Apache-2.0 */
/* finder.c - see finder.h. */
#include "pdp/finder.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "crypto/secret.h"

/* --- one a snapshot */

static zta_status
make(const zta_snapshot *snapshot, zta_finder **out, zta_error *err)
{
	zta_finder *finder = calloc(1, sizeof(*finder));
	zta_status status;

	if (finder == NULL) {
		return zta_error__nomem(err);
	}
	zta_random__bytes(finder->key, sizeof(finder->key));
	status = zta_cedar_search_open(&finder->search, snapshot->cedar, err);
	if (status != ZTA_OK) {
		zta_finder__close(finder);
		return status;
	}
	*out = finder;
	return ZTA_OK;
}

zta_status
zta_finder__of(zta_snapshot *snapshot, const zta_finder **out, zta_error *err)
{
	zta_finder *found = atomic_load(&snapshot->finder), *made = NULL;
	zta_status status;

	if (found == NULL) {
		status = make(snapshot, &made, err);
		if (status != ZTA_OK) {
			return status;
		}
		/* Another thread may have been quicker: one key counts. */
		if (atomic_compare_exchange_strong(
			&snapshot->finder, &found, made)) {
			found = made;
		} else {
			zta_finder__close(made);
		}
	}
	*out = found;
	return ZTA_OK;
}

void
zta_finder__close(zta_finder *finder)
{
	if (finder != NULL) {
		zta_cedar_search_close(finder->search);
		explicit_bzero(finder->key, sizeof(finder->key));
		free(finder);
	}
}

/* --- pages */

static zta_status
sign(const zta_finder *finder, zta_str query,
    unsigned char bytes[ZTA_PAGE_TOKEN_BYTES])
{
	unsigned char said[8 + ZTA_SHA256_LEN];

	memcpy(said, bytes, 8);
	memcpy(said + 8, query.ptr, ZTA_SHA256_LEN);
	return zta_secret__hmac(
	    (zta_str){ (const char *)finder->key, sizeof(finder->key) },
	    (zta_str){ (const char *)said, sizeof(said) }, bytes + 8);
}

static void
put_place(uint64_t at, unsigned char bytes[ZTA_PAGE_TOKEN_BYTES])
{
	unsigned i;

	for (i = 0; i < 8; i++) {
		bytes[i] = (unsigned char)(at >> (56 - 8 * i));
	}
}

zta_status
zta_finder__put_page(const zta_finder *finder, zta_str query, uint64_t at,
    char token[ZTA_PAGE_TOKEN_LEN])
{
	unsigned char bytes[ZTA_PAGE_TOKEN_BYTES];
	zta_status status;

	put_place(at, bytes);
	status = sign(finder, query, bytes);
	if (status == ZTA_OK) {
		zta_b64__encode(
		    (zta_str){ (const char *)bytes, sizeof(bytes) }, token);
	}
	return status;
}

zta_status
zta_finder__read_page(
    const zta_finder *finder, zta_str query, zta_str token, uint64_t *at)
{
	unsigned char bytes[ZTA_PAGE_TOKEN_BYTES], right[ZTA_PAGE_TOKEN_BYTES];
	size_t len;
	unsigned i;
	zta_status status;

	*at = 0;
	if (token.len != ZTA_PAGE_TOKEN_LEN ||
	    !zta_b64__decode(token, bytes, &len)) {
		return ZTA_EUNTRUSTED;
	}
	memcpy(right, bytes, sizeof(right));
	status = sign(finder, query, right);
	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_secret__equal((zta_str){ (const char *)bytes, sizeof(bytes) },
		(zta_str){ (const char *)right, sizeof(right) })) {
		return ZTA_EUNTRUSTED;
	}
	for (i = 0; i < 8; i++) {
		*at = *at << 8 | bytes[i];
	}
	return ZTA_OK;
}
