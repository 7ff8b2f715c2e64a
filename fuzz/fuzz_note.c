/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_note.c - signed notes, verifier keys, checkpoints, receipts, names of
 * tiles. What reads must write to the same bytes: each has one form.
 */
#include "fuzz.h"

#include "base/str.h"
#include "log/receipt.h"
#include "log/tile_name.h"

#define PETER \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

static void
same(const zta_buf *again, zta_str bytes)
{
	if (!zta_str__eq(zta_buf__str(again), bytes)) {
		abort();
	}
}

static void
read_key(zta_str bytes)
{
	char text[ZTA_NOTE_VKEY_MAX];
	zta_note_key key;

	if (zta_note_key__read(&key, bytes, NULL) == ZTA_OK) {
		zta_note_key__put(&key, text);
		if (!zta_str__is(bytes, text)) {
			abort();
		}
	}
}

static void
read_checkpoint(zta_str bytes, zta_buf *again)
{
	zta_str origin = { bytes.ptr, zta_str__find(bytes, '\n') };
	zta_log_head head;

	if (zta_checkpoint__read(bytes, origin, &head, NULL) == ZTA_OK) {
		zta_buf__clear(again);
		zta_checkpoint__put(again, origin, &head);
		same(again, bytes);
	}
}

static void
read_receipt(zta_str bytes, const zta_note_key *key, zta_buf *again)
{
	const zta_policy_log log = { .key = *key, .url = "" };
	const zta_log_policy policy = zta_log_policy__of(&log);
	zta_receipt receipt;
	zta_log_head head;
	zta_arena arena;

	zta_arena__init(&arena, (size_t)1 << 26);
	if (zta_receipt__read(&arena, bytes, &receipt, NULL) == ZTA_OK) {
		zta_buf__clear(again);
		zta_receipt__put(again, &receipt);
		same(again, bytes);
		if (zta_receipt__check(&receipt, &policy, &head, NULL) ==
			ZTA_OK &&
		    receipt.index >= head.size) {
			abort();
		}
	}
	zta_arena__release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str bytes = { (const char *)data, size }, text;
	zta_tile_name name;
	zta_note_key key;
	zta_buf again;

	if (zta_note_key__read(&key, ZTA_STR(PETER), NULL) != ZTA_OK) {
		abort();
	}
	zta_buf__init(&again, (size_t)1 << 26);
	if (zta_note__open(bytes, &key, &text, NULL) == ZTA_OK &&
	    text.len >= bytes.len) {
		abort();
	}
	read_key(bytes);
	read_checkpoint(bytes, &again);
	read_receipt(bytes, &key, &again);
	if (zta_tile_name__read(bytes, &name)) {
		if (name.width == 0 || name.width > ZTA_TILE_ROWS ||
		    name.level >= ZTA_LOG_TREE_LEVELS) {
			abort();
		}
		zta_buf__clear(&again);
		zta_tile_name__put(&again, &name);
		same(&again, bytes);
	}
	zta_buf__release(&again);
	return 0;
}
