/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - exports under masks that stay the same; see ztauth/export.h. */
#include <stdlib.h>

#include "base/error.h"
#include "export/exporter.h"
#include "ztauth/export.h"
#include "ztauth/log.h"

struct zta_export {
	zta_log_reader *reader;
	zta_masks masks;
	zta_str mask_key;
	zta_arena arena;   /* of the masks */
	zta_arena scratch; /* of an event */
	zta_buf line;
};

static zta_status
read_masks(zta_masks *out, zta_arena *arena, const zta_export_source *source,
    zta_error *err)
{
	zta_status status = zta_masks__read(out, arena, source->masks, err);

	if (status != ZTA_OK && source->masks_file != NULL) {
		zta_error__replace(err, "%s", source->masks_file);
	}
	return status;
}

zta_status
zta_export_open(
    zta_export **out, const zta_export_source *source, zta_error *err)
{
	zta_export *x = calloc(1, sizeof(*x));
	zta_status status;

	*out = NULL;
	if (x == NULL) {
		return zta_error__nomem(err);
	}
	x->mask_key = source->mask_key;
	zta_arena__init(&x->arena, SIZE_MAX);
	zta_arena__init(&x->scratch, SIZE_MAX);
	zta_buf__init(&x->line, SIZE_MAX);
	status = read_masks(&x->masks, &x->arena, source, err);
	if (status == ZTA_OK) {
		status = zta_log_reader_open(
		    &x->reader, source->dir, source->from, err);
	}
	if (status != ZTA_OK) {
		zta_export_close(x);
		return status;
	}
	*out = x;
	return ZTA_OK;
}

zta_status
zta_export_next(
    zta_export *x, zta_export_format format, zta_str *line, zta_error *err)
{
	zta_json_out out = { &x->line, false };
	zta_event event;
	zta_status status =
	    zta_log_reader__leaf(x->reader, &event.leaf, &event.index, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_log_reader__hash(x->reader, event.hash);
	zta_arena__reset(&x->scratch);
	status = zta_masks__apply(&x->masks, x->mask_key, &x->scratch,
	    &event.leaf, &event.masked, err);
	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__clear(&x->line);
	if (format == ZTA_EXPORT_OCSF) {
		zta_event__ocsf(&event, &out);
	} else {
		zta_event__json(&event, &out);
	}
	*line = zta_buf__str(&x->line);
	return x->line.status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}

void
zta_export_close(zta_export *x)
{
	if (x != NULL) {
		zta_log_reader_close(x->reader);
		zta_arena__release(&x->arena);
		zta_arena__release(&x->scratch);
		zta_buf__release(&x->line);
		free(x);
	}
}

static const zta_masks *
hold(void *context, void **held)
{
	*held = NULL;
	return context;
}

static void
drop(void *held)
{
	(void)held;
}

zta_status
zta_export_send(const zta_export_source *source,
    const zta_export_target *target, zta_error *err)
{
	zta_masks masks;
	const zta_exporter_options options = { .dir = source->dir,
		.cursor = target->cursor,
		.sink = { .to = target->to,
		    .ca_file = target->ca_file,
		    .certificate_file = target->certificate_file,
		    .key_file = target->key_file,
		    .header_file = target->header_file },
		.from = source->from,
		.follow = target->follow,
		.mask_key = source->mask_key,
		.hold = hold,
		.drop = drop,
		.context = &masks,
		.say = target->say };
	zta_exporter *exporter = NULL;
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = read_masks(&masks, &arena, source, err);
	if (status == ZTA_OK) {
		status = zta_exporter__open(&exporter, &options, err);
	}
	if (status == ZTA_OK) {
		status = zta_exporter__run(exporter, err);
	}
	zta_exporter__close(exporter);
	zta_arena__release(&arena);
	return status;
}
