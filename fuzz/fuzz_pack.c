/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pack.c - a pack, as it came and with a digest that fits, and a bundle. */
#include "fuzz.h"

#include "base/str.h"
#include "crypto/digest.h"
#include "ledger/pack.h"
#include "pap/bundle.h"

static void
read_pack(zta_str bytes)
{
	zta_arena arena;
	zta_store_object *list;
	zta_error err;
	uint32_t count;

	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_pack__read(&arena, bytes, &list, &count, &err) != ZTA_OK &&
	    (count != 0 || err.message[0] == '\0')) {
		abort();
	}
	zta_arena__release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str bytes = { (const char *)data, size };
	unsigned char digest[ZTA_SHA256_LEN];
	zta_bundle bundle;
	zta_arena arena;
	zta_error err;
	zta_buf sealed;

	read_pack(bytes);
	zta_buf__init(&sealed, SIZE_MAX);
	zta_digest__sha256(bytes, digest);
	zta_buf__put(&sealed, bytes);
	zta_buf__put(&sealed, (zta_str){ (char *)digest, sizeof(digest) });
	read_pack(zta_buf__str(&sealed));
	zta_buf__release(&sealed);
	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_bundle__read(&arena, bytes, &bundle, &err) == ZTA_OK &&
	    zta_oid__is_none(&bundle.head)) {
		abort();
	}
	zta_arena__release(&arena);
	return 0;
}
