/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_memo.c - the memo of a workspace, as it came and with a key and an end
 * that fit. What is read writes to the same bytes.
 */
#include "fuzz.h"

#include "base/str.h"
#include "crypto/digest.h"
#include "pap/memo.h"

static void
read_back(zta_str bytes, const unsigned char key[ZTA_MEMO_DIGEST])
{
	zta_arena arena;
	zta_memo memo;
	zta_buf again;

	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&again, SIZE_MAX);
	if (zta_memo__read(&arena, bytes, key, &memo)) {
		zta_memo__put(&again, key, &memo);
		if (!zta_str__eq(zta_buf__str(&again), bytes)) {
			abort();
		}
	} else if (memo.count != 0 || memo.warning_count != 0) {
		abort();
	}
	zta_buf__release(&again);
	zta_arena__release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char none[ZTA_MEMO_DIGEST];
	unsigned char digest[ZTA_SHA256_LEN];
	zta_str bytes = { (const char *)data, size };
	zta_buf whole;

	read_back(bytes, none);
	zta_buf__init(&whole, SIZE_MAX);
	zta_buf__put(&whole, ZTA_STR("ZTAM\002"));
	zta_buf__put(&whole, (zta_str){ (const char *)none, sizeof(none) });
	zta_buf__put(&whole, bytes);
	zta_digest__sha256(zta_buf__str(&whole), digest);
	zta_buf__put(&whole, (zta_str){ (const char *)digest, sizeof(digest) });
	read_back(zta_buf__str(&whole), none);
	zta_buf__release(&whole);
	return 0;
}
