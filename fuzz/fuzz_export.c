/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_export.c - what comes back to an exporter: answers of collectors, cursors;
 * and records of any bytes, which have to leave as JSON.
 */
#include "fuzz.h"

#include "base/str.h"
#include "export/cursor.h"
#include "export/otlp.h"

/* What is a record is one event in each format. */
static void
write_all(zta_arena *arena, zta_str bytes)
{
	static void (*const formats[])(const zta_event *, zta_json_out *) = {
		zta_event__json, zta_event__ocsf, zta_event__otlp
	};
	zta_event event = { .index = 1 };
	zta_json_doc doc;
	zta_buf buf;
	size_t i;

	if (zta_leaf__decode(bytes, arena, &event.leaf, NULL) != ZTA_OK) {
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		zta_json_out out = { &buf, false };

		zta_buf__clear(&buf);
		formats[i](&event, &out);
		if (zta_json__read(arena, zta_buf__str(&buf), &doc, NULL) !=
		    ZTA_OK) {
			abort();
		}
	}
	zta_buf__clear(&buf);
	zta_event__syslog(&event, "host", &buf);
	zta_buf__release(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_cursor cursor;
	zta_arena arena;

	zta_arena__init(&arena, (size_t)64 << 20);
	if (zta_otlp__rejected(&arena, text) < 0 ||
	    (zta_cursor__read(text, &cursor, NULL) == ZTA_OK &&
		cursor.next >= 1000000000000000000)) {
		abort();
	}
	write_all(&arena, text);
	zta_arena__release(&arena);
	return 0;
}
