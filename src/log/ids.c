/* SPDX-License-Identifier: Apache-2.0 */
/* ids.c - see ids.h. */
#include "log/ids.h"

#include <string.h>

/* What is read of a run at a time: 8 KiB, four deviations to each side. */
#define WINDOW 1024u

/* Stable, by one byte of the values. */
static void
sort_by(size_t byte, unsigned char (*from)[ZTA_IDS_WIDTH],
    unsigned char (*to)[ZTA_IDS_WIDTH])
{
	uint32_t places[256] = { 0 }, sum = 0, n;
	size_t i;

	for (i = 0; i < ZTA_IDS_RUN; i++) {
		places[from[i][byte]]++;
	}
	for (i = 0; i < 256; i++) {
		n = places[i];
		places[i] = sum;
		sum += n;
	}
	for (i = 0; i < ZTA_IDS_RUN; i++) {
		memcpy(to[places[from[i][byte]]++], from[i], ZTA_IDS_WIDTH);
	}
}

void
zta_ids__add(zta_ids_run *run, zta_rows *rows, uint64_t index,
    const unsigned char id[ZTA_IDS_LEN])
{
	size_t at = index % ZTA_IDS_RUN, byte;
	unsigned char *value = run->values[at];

	memcpy(value, id, ZTA_IDS_LEN);
	value[ZTA_IDS_LEN] = (unsigned char)(at >> 8);
	value[ZTA_IDS_LEN + 1] = (unsigned char)at;
	if (at != ZTA_IDS_RUN - 1) {
		return;
	}
	/* Their numbers ascend already. */
	for (byte = ZTA_IDS_LEN; byte > 0; byte -= 2) {
		sort_by(byte - 1, run->values, run->spare);
		sort_by(byte - 2, run->spare, run->values);
	}
	zta_rows__put(rows, run->values, ZTA_IDS_RUN);
}

static void
take(zta_ids_found *found, uint64_t run, const unsigned char *value)
{
	if (found->count < ZTA_IDS_FOUND_MAX) {
		found->entries[found->count++] = run +
		    ((unsigned)value[ZTA_IDS_LEN] << 8 |
			value[ZTA_IDS_LEN + 1]);
	}
}

void
zta_ids__find_new(const zta_ids_run *run, uint64_t first, size_t count,
    const unsigned char id[ZTA_IDS_LEN], zta_ids_found *found)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (memcmp(run->values[i], id, ZTA_IDS_LEN) == 0) {
			take(found, first, run->values[i]);
		}
	}
}

/* The window where the id is, or would be: it begins below and ends above. */
static zta_status
find_window(const zta_rows *rows, uint64_t run, const unsigned char *id,
    unsigned char window[WINDOW][ZTA_IDS_WIDTH], zta_error *err)
{
	/* Of random ids, the first 16 bits say where in 65,536. */
	size_t at = (size_t)id[0] << 8 | id[1], tries;
	zta_status status = ZTA_OK;
	bool low, high;

	at = at < WINDOW / 2 ? 0 : at - WINDOW / 2;
	for (tries = 0; tries < ZTA_IDS_RUN / (WINDOW / 2); tries++) {
		if (at > ZTA_IDS_RUN - WINDOW) {
			at = ZTA_IDS_RUN - WINDOW;
		}
		status = zta_rows__read(rows, run + at, WINDOW, window, err);
		if (status != ZTA_OK) {
			return status;
		}
		low = at > 0 && memcmp(id, window[0], ZTA_IDS_LEN) <= 0;
		high = at < ZTA_IDS_RUN - WINDOW &&
		    memcmp(id, window[WINDOW - 1], ZTA_IDS_LEN) > 0;
		if (low) {
			at -= at < WINDOW / 2 ? at : WINDOW / 2;
		} else if (high) {
			at += WINDOW / 2;
		} else {
			break;
		}
	}
	return status;
}

zta_status
zta_ids__find(const zta_rows *rows, uint64_t count,
    const unsigned char id[ZTA_IDS_LEN], zta_ids_found *found, zta_error *err)
{
	unsigned char window[WINDOW][ZTA_IDS_WIDTH];
	zta_status status = ZTA_OK;
	uint64_t run;
	size_t i;

	for (run = 0; status == ZTA_OK && run < count; run += ZTA_IDS_RUN) {
		status = find_window(rows, run, id, window, err);
		for (i = 0; status == ZTA_OK && i < WINDOW; i++) {
			if (memcmp(window[i], id, ZTA_IDS_LEN) == 0) {
				take(found, run, window[i]);
			}
		}
	}
	return status;
}
