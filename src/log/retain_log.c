/* SPDX-License-Identifier: Apache-2.0 */
/* retain_log.c - the same of a log that no server writes: see ztauth/log.h. */
#include "ztauth/log.h"

#include "base/error.h"
#include "base/random.h"
#include "base/time.h"
#include "log/checkpoint.h"
#include "log/log.h"
#include "log/reader.h"
#include "log/retain.h"

/* Publish it in the log, which is locked. */
static zta_status
publish(
    const char *dir, zta_log *log, const zta_retention *what, zta_error *err)
{
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_leaf leaf = zta_retain__leaf(what), last;
	zta_log_reader *reader;
	uint64_t index;
	zta_status status = zta_log_reader_open(&reader, dir, -1, err);

	if (status == ZTA_OK) {
		status = zta_log_reader__leaf(reader, &last, &index, err);
	}
	if (status == ZTA_OK) {
		zta_random__bytes(id, sizeof(id));
		leaf.id = (zta_str){ (const char *)id, sizeof(id) };
		leaf.time = zta_time__now_ms();
		leaf.zone = last.zone;
		leaf.mode = ZTA_STR("strict");
		status = zta_log_lane__write(zta_log__lane(log, 0), &leaf, err);
	}
	zta_log_reader_close(reader);
	return status;
}

zta_status
zta_log_retain(const char *dir, zta_str verifier_key, int64_t before,
    zta_log_retained *out, zta_error *err)
{
	zta_retention what = { 0 };
	zta_log_head head;
	const zta_log_options options = { .lanes = 1, .known = &head };
	zta_log_found found;
	zta_note_key key;
	zta_log *log = NULL;
	zta_status status = zta_note_key__read(&key, verifier_key, err);

	*out = (zta_log_retained){ 0 };
	if (status == ZTA_OK) {
		status = zta_checkpoint__load(dir, &key, &head, NULL, err);
	}
	if (status == ZTA_OK) {
		status = zta_log__open(&log, dir, &options, &found, err);
	}
	if (status == ZTA_OK) {
		status = zta_retain__plan(dir, head.size, before, &what, err);
	}
	if (status == ZTA_OK && what.segments > 0) {
		status = publish(dir, log, &what, err);
	}
	if (status == ZTA_OK) {
		status = zta_retain__apply(dir, &what, err);
	}
	zta_log__close(log);
	if (status == ZTA_OK) {
		*out = (zta_log_retained){ what.segments, what.first };
	}
	return status;
}
