/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_transfer.c - a transfer, as it came and with an end that fits. What is
 * read writes to the same bytes.
 */
#include "fuzz.h"

#include "base/str.h"
#include "pap/transfer.h"

static void
read_back(zta_str bytes)
{
	zta_arena arena;
	zta_transfer transfer;
	zta_error err;
	zta_buf again;
	uint32_t i;

	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&again, SIZE_MAX);
	if (zta_transfer__read(&arena, bytes, NULL, &transfer, &err) ==
	    ZTA_OK) {
		if (!zta_str__starts(bytes, ZTA_STR("ZTAT\001"))) {
			goto out;
		}
		zta_transfer__begin(&again, false);
		for (i = 0; i < transfer.count; i++) {
			zta_transfer__put(&again, transfer.list[i].kind,
			    transfer.list[i].body);
		}
		zta_transfer__end(&again);
		if (!zta_str__eq(zta_buf__str(&again), bytes)) {
			abort();
		}
	} else if (err.place[0] == '\0' || transfer.count != 0) {
		abort();
	}
out:
	zta_buf__release(&again);
	zta_arena__release(&arena);
}

/* What is not compressed says the same when it was sent so. */
static void
read_packed(zta_str bytes)
{
	zta_arena arena;
	zta_transfer plain, packed;
	zta_status status;
	zta_error err;
	zta_buf sent;

	if (zta_str__starts(bytes, ZTA_STR("ZTAT\002"))) {
		return;
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&sent, SIZE_MAX);
	zta_transfer__pack(&sent, bytes);
	status = zta_transfer__read(&arena, bytes, NULL, &plain, &err);
	if (zta_transfer__read(
		&arena, zta_buf__str(&sent), NULL, &packed, &err) != status ||
	    packed.count != plain.count) {
		abort();
	}
	zta_buf__release(&sent);
	zta_arena__release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str bytes = { (const char *)data, size };
	zta_buf ended;

	read_back(bytes);
	zta_buf__init(&ended, SIZE_MAX);
	zta_buf__put(&ended, bytes);
	zta_transfer__end(&ended);
	read_back(zta_buf__str(&ended));
	read_packed(zta_buf__str(&ended));
	zta_buf__release(&ended);
	return 0;
}
