/* SPDX-License-Identifier: Apache-2.0 */
/* shipper.c - see shipper.h. */
#include "daemon/shipper.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"
#include "log/shipment.h"

/* How soon the thread sees that it is to stop. */
#define LOOK_MS 100
/* What does not fit will not fit a moment later. */
#define CONFLICT_MS 30000
/* On a line on which a large batch does not get through. */
#define BATCH_MIN ((size_t)4 << 10)

/* --- one batch */

/* Entries from `from` on; the other then has `size`. */
static zta_status
send_batch(zta_shipper *s, uint64_t from, size_t bytes_max, zta_error *err)
{
	uint64_t end;
	zta_status status;

	zta_buf__clear(&s->batch);
	status = zta_shipment__make(s->view, from, zta_buf__str(&s->note),
	    &s->head, bytes_max, &s->batch, &end, err);
	if (status == ZTA_OK) {
		status = zta_remote__log_send(
		    &s->remote, zta_buf__str(&s->batch), &s->size, err);
	}
	if (status == ZTA_OK) {
		s->sent_ms = zta_time__monotonic_ms();
		s->bytes_max = s->bytes_max < ZTA_SHIPMENT_ENTRIES_MAX / 2 ?
		    s->bytes_max * 2 :
		    ZTA_SHIPMENT_ENTRIES_MAX;
	} else if (s->bytes_max > BATCH_MIN) {
		s->bytes_max /= 2;
	}
	return status;
}

/* One entry, by itself: it shows whether both have the same log up to there. */
static zta_status
show_entry(zta_shipper *s, uint64_t index, zta_error *err)
{
	return send_batch(s, index, 1, err);
}

/* --- where we are */

/* The newest checkpoint, once the entries of the last one are there. */
static zta_status
take_checkpoint(zta_shipper *s, zta_error *err)
{
	zta_status status;

	if (s->head.size > s->size) {
		return ZTA_OK;
	}
	zta_buf__clear(&s->note);
	status = zta_publisher__latest(s->publisher, &s->head, &s->note);
	return status == ZTA_OK || status == ZTA_ENOTFOUND ?
	    ZTA_OK :
	    zta_error__nomem(err);
}

/* The next checkpoint shows whether it is another log. */
static zta_status
tell_behind(const zta_shipper *s, uint64_t has, zta_error *err)
{
	return zta_error__set(err, ZTA_EINVALID,
	    "the server has %" PRIu64 " entries of this log, which has signed "
	    "for %" PRIu64 ": was it put back from a backup?",
	    has, s->head.size);
}

/* After a failure nothing is known: ask, and look whether it is our log. */
static zta_status
begin(zta_shipper *s, zta_error *err)
{
	uint64_t has = 0;
	zta_status status = zta_remote__log_size(&s->remote, &s->size, err);

	if (status == ZTA_OK) {
		has = s->size;
		status = take_checkpoint(s, err);
	}
	if (status != ZTA_OK || has == 0 || s->head.size == 0) {
		return status;
	}
	status =
	    show_entry(s, (has < s->head.size ? has : s->head.size) - 1, err);
	return status == ZTA_OK && has > s->head.size ?
	    tell_behind(s, has, err) :
	    status;
}

static void
wait_for_checkpoint(zta_shipper *s)
{
	struct pollfd fd = { s->event, POLLIN, 0 };
	uint64_t count;

	if (poll(&fd, 1, LOOK_MS) > 0 &&
	    read(s->event, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
}

/* Send what is new; else wait a moment for it. */
static zta_status
go_on(zta_shipper *s, zta_error *err)
{
	zta_status status = take_checkpoint(s, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (s->head.size < s->size) {
		return tell_behind(s, s->size, err);
	}
	if (s->head.size > s->size) {
		return send_batch(s, s->size, s->bytes_max, err);
	}
	if (s->head.size > 0 &&
	    zta_time__monotonic_ms() - s->sent_ms >= ZTA_SHIPMENT_IDLE_MS) {
		return show_entry(s, s->head.size - 1, err);
	}
	wait_for_checkpoint(s);
	return ZTA_OK;
}

static zta_status
ask(void *context, bool well, zta_error *err)
{
	zta_shipper *s = context;
	zta_status status;

	if (zta_time__monotonic_ms() < s->rest_until) {
		*err = s->conflict;
		return ZTA_ECONFLICT;
	}
	status = well ? go_on(s, err) : begin(s, err);
	if (status == ZTA_OK) {
		atomic_store(&s->arrived, s->size);
	}
	if (status == ZTA_ECONFLICT) {
		s->conflict = *err;
		s->rest_until = zta_time__monotonic_ms() + CONFLICT_MS;
	}
	return status;
}

/* --- the thread */

zta_status
zta_shipper__open(zta_shipper *s, const zta_config *config,
    const zta_ssh_signer *signer, zta_publisher *publisher, zta_error *err)
{
	const zta_remote_options options = { .url = config->ship_to,
		.signer = signer,
		.stop = &s->asking.stop };
	zta_status status;

	*s = (zta_shipper){ .event = -1,
		.bytes_max = ZTA_SHIPMENT_ENTRIES_MAX,
		.asking = { .what = "ship", .ask = ask, .context = s } };
	zta_buf__init(&s->note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&s->batch, ZTA_SHIPMENT_MAX);
	if (config->ship_to == NULL) {
		return ZTA_OK;
	}
	status = zta_remote__open_log(&s->remote, &options, err);
	if (status == ZTA_OK) {
		status = zta_log_view__open(&s->view, config->log_dir, err);
	}
	if (status == ZTA_OK) {
		s->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		status = s->event < 0 ?
		    zta_error__errno(err, "make an event") :
		    zta_publisher__tell(publisher, s->event, err);
	}
	s->publisher = status == ZTA_OK ? publisher : NULL;
	return status;
}

zta_status
zta_shipper__start(zta_shipper *s, zta_error *err)
{
	return s->publisher == NULL ? ZTA_OK :
				      zta_asking__start(&s->asking, err);
}

uint64_t
zta_shipper__arrived(const zta_shipper *s)
{
	return s->publisher == NULL ? UINT64_MAX : atomic_load(&s->arrived);
}

void
zta_shipper__stop(zta_shipper *s)
{
	zta_asking__stop(&s->asking);
}

void
zta_shipper__close(zta_shipper *s)
{
	if (s->publisher != NULL) {
		zta_publisher__untell(s->publisher, s->event);
		s->publisher = NULL;
	}
	if (s->asking.context != NULL) {
		zta_remote__close(&s->remote);
		zta_log_view__close(s->view);
		zta_buf__release(&s->note);
		zta_buf__release(&s->batch);
		s->asking.context = NULL;
	}
	if (s->event > 0) {
		(void)close(s->event);
		s->event = -1;
	}
}
