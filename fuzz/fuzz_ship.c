/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_ship.c - what another server sends of its log, and the list of who may.
 * The first byte says which: N a list of nodes; B a batch, whose checkpoint is
 * the text of one and is signed here, so that what comes after the signature is
 * reached; b the same, but it is not, and then nothing may be believed.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "log/frame.h"
#include "log/nodes.h"
#include "log/shipment.h"

static zta_key *key;
static zta_note_key name;

static void
set_up(void)
{
	if (zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_note_key__of(&name, ZTA_STR("fuzz.example/log"), key, NULL) !=
		ZTA_OK) {
		abort();
	}
}

static void
read_nodes(zta_str text)
{
	zta_nodes nodes;
	zta_arena arena;
	uint32_t i;

	zta_arena__init(&arena, (size_t)1 << 26);
	if (zta_nodes__read(&arena, text, &nodes, NULL) == ZTA_OK) {
		for (i = 0; i < nodes.count; i++) {
			zta_str it = zta_str_of(nodes.list[i].name);

			if (!zta_node__is_name(it) ||
			    zta_nodes__find(&nodes, it) != &nodes.list[i]) {
				abort();
			}
		}
	}
	zta_arena__release(&arena);
}

/* All bytes of the entries belong to one, and none is too long. */
static void
count_entries(const zta_shipment *s)
{
	zta_str rest = s->entries, entry = { NULL, 0 };
	uint32_t count = 0;

	while (zta_frame__next(&rest, &entry)) {
		if (entry.len > ZTA_LOG_ENTRY_MAX) {
			abort();
		}
		count++;
	}
	if (rest.len > 0 || count == 0 || count != s->count ||
	    entry.ptr != s->last.ptr) {
		abort();
	}
}

static void
read_batch(zta_str bytes, bool sign)
{
	unsigned char prefix[ZTA_SHA256_LEN];
	zta_log_head head;
	zta_shipment s;
	zta_buf note;

	if (zta_shipment__read(bytes, &s, NULL) != ZTA_OK) {
		return;
	}
	count_entries(&s);
	zta_buf__init(&note, (size_t)1 << 24);
	if (sign && zta_note__sign(&note, s.note, &name, key, NULL) == ZTA_OK) {
		s.note = zta_buf__str(&note);
	}
	if (zta_shipment__check(&s, &name, &head, prefix, NULL) == ZTA_OK &&
	    (!sign || s.from + s.count > head.size)) {
		abort();
	}
	zta_buf__release(&note);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str rest = { (const char *)data + 1, size - 1 };

	if (key == NULL) {
		set_up();
	}
	if (size == 0) {
		return 0;
	}
	if (data[0] == 'N') {
		read_nodes(rest);
	} else if (data[0] == 'B' || data[0] == 'b') {
		read_batch(rest, data[0] == 'B');
	}
	return 0;
}
