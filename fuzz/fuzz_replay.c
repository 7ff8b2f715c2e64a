/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_replay.c - requests that were kept. What is read and put again is read
 * again, and then put as the same bytes, of which the front says what all does.
 */
#include "fuzz.h"

#include "base/str.h"
#include "pdp/replay.h"

/* Read it, and put it again. */
static bool
turn(zta_arena *arena, zta_str text, zta_buf *out)
{
	zta_decision decision = { .leg = "policy" };
	zta_principal caller = { .kind = ZTA_PRINCIPAL_WORKLOAD };
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_replay replay;
	int64_t time;

	if (zta_replay__read(arena, text, &replay, NULL) != ZTA_OK) {
		return false;
	}
	memcpy(decision.id, replay.id, sizeof(decision.id));
	decision.time = replay.time;
	decision.txn = replay.txn;
	decision.home = replay.home;
	caller.id = replay.caller;
	if (!zta_replay__put(&replay.request,
		replay.caller.len > 0 ? &caller : NULL, &decision, out)) {
		abort();
	}
	/* A time that no clock will show has more digits than are read. */
	if (replay.time < INT64_C(1000000000000000000) - 1 &&
	    (!zta_replay__front(zta_buf__str(out), id, &time) ||
		time != replay.time ||
		memcmp(id, replay.id, sizeof(id)) != 0)) {
		abort();
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_arena arena;
	zta_buf once, twice;

	zta_arena__init(&arena, (size_t)1 << 26);
	zta_buf__init(&once, (size_t)1 << 26);
	zta_buf__init(&twice, (size_t)1 << 26);
	/* Whatever it is, looking at its front reads no byte beyond it. */
	(void)!zta_replay__front(
	    text, (unsigned char[ZTA_LEAF_ID_LEN]){ 0 }, &(int64_t){ 0 });
	if (turn(&arena, text, &once) &&
	    (!turn(&arena, zta_buf__str(&once), &twice) ||
		!zta_str__eq(zta_buf__str(&once), zta_buf__str(&twice)))) {
		abort();
	}
	zta_buf__release(&once);
	zta_buf__release(&twice);
	zta_arena__release(&arena);
	return 0;
}
