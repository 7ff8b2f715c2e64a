/* SPDX-License-Identifier: Apache-2.0 */
/* write.c - for threads that may wait until it is durable. See log.h. */
#include <errno.h>
#include <poll.h>

#include "base/error.h"
#include "log/log_part.h"

static zta_status
wait_durable(zta_log_lane *lane, zta_error *err)
{
	struct pollfd fd = { zta_log_lane__fd(lane), POLLIN, 0 };
	zta_log_done done;

	while (!zta_log_lane__done(lane, &done)) {
		if (poll(&fd, 1, -1) < 0 && errno != EINTR) {
			return zta_error__errno(err, "wait for the log");
		}
	}
	return done.status == ZTA_OK ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EUNAVAILABLE, "the log cannot be written");
}

zta_status
zta_log_lane__write(zta_log_lane *lane, const zta_leaf *leaf, zta_error *err)
{
	zta_status status = zta_log_lane__append(lane, leaf, err);

	return status != ZTA_OK ? status : wait_durable(lane, err);
}

/* Under the lock: all of it, or nothing. */
static zta_status
put_entries(zta_log_lane *lane, zta_str entries, zta_str marks, uint32_t count)
{
	zta_buf *const parts[] = { &lane->waiting, &lane->waiting_openings,
		&lane->waiting_marks };
	size_t before[3], i;
	bool done = !lane->log->dead;
	uint32_t entry;

	for (i = 0; i < 3; i++) {
		before[i] = parts[i]->len;
	}
	zta_buf__put(&lane->waiting, entries);
	for (entry = 0; entry < count; entry++) {
		/* What is personal in them stays where they come from. */
		zta_openings__hand_in(
		    &lane->waiting_openings, (zta_str){ NULL, 0 });
	}
	zta_buf__put(&lane->waiting_marks, marks);
	for (i = 0; i < 3; i++) {
		done = done && parts[i]->status == ZTA_OK;
	}
	for (i = 0; i < 3 && !done; i++) {
		parts[i]->len = before[i];
		parts[i]->status = ZTA_OK;
	}
	if (!done) {
		return ZTA_EUNAVAILABLE;
	}
	lane->waiting_count += count;
	(void)pthread_cond_signal(&lane->log->wake);
	return ZTA_OK;
}

zta_status
zta_log_lane__copy(
    zta_log_lane *lane, zta_str entries, uint32_t count, zta_error *err)
{
	zta_str rest = entries, entry;
	zta_log_mark mark;
	zta_buf marks;
	zta_status status;

	zta_buf__init(&marks, SIZE_MAX);
	while (zta_frame__next(&rest, &entry)) {
		zta_log_tree__mark(entry, &mark);
		zta_buf__put(
		    &marks, (zta_str){ (const char *)&mark, sizeof(mark) });
	}
	if (marks.status != ZTA_OK) {
		zta_buf__release(&marks);
		return zta_error__nomem(err);
	}
	(void)pthread_mutex_lock(&lane->log->lock);
	status = put_entries(lane, entries, zta_buf__str(&marks), count);
	(void)pthread_mutex_unlock(&lane->log->lock);
	zta_buf__release(&marks);
	return status != ZTA_OK ?
	    zta_error__set(err, status, "the log takes no more records") :
	    wait_durable(lane, err);
}
