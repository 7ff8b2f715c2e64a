/* SPDX-License-Identifier: Apache-2.0 */
/* write.c - one record at a time, for threads that may wait. See log.h. */
#include <errno.h>
#include <poll.h>

#include "base/error.h"
#include "log/log.h"

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
