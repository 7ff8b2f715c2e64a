/* SPDX-License-Identifier: Apache-2.0 */
/* syslog.c - records as messages of RFC 5424; see event.h. */
#include <inttypes.h>

#include "base/b64.h"
#include "base/str.h"
#include "base/time.h"
#include "export/event.h"

/* Facility "log audit", and what comes of it. SPEC: rfc5424 6.2.1 */
#define FACILITY 13
#define NOTICE 5
#define INFORMATIONAL 6
/* Of no enterprise but examples: we have no number. SPEC: rfc5612 */
#define ENTERPRISE "32473"

/* SPEC: rfc5424 6.3.3 */
static void
put_parameter(zta_buf *out, const char *name, zta_str value)
{
	size_t i;

	if (value.len == 0) {
		return;
	}
	zta_buf__printf(out, " %s=\"", name);
	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\' ||
		    value.ptr[i] == ']') {
			zta_buf__byte(out, '\\');
		}
		zta_buf__byte(out, value.ptr[i]);
	}
	zta_buf__byte(out, '"');
}

static void
put_hex(zta_buf *out, const char *name, zta_str bytes)
{
	char digits[2 * ZTA_LEAF_DIGEST_LEN];

	if (bytes.len <= ZTA_LEAF_DIGEST_LEN) {
		zta_hex__encode(bytes, digits);
		put_parameter(out, name, (zta_str){ digits, 2 * bytes.len });
	}
}

static void
put_message(const zta_event *event, const char *host, zta_buf *out)
{
	const zta_leaf *leaf = &event->leaf;
	zta_json_out json = { out, false };
	char time[ZTA_TIME_TEXT_MAX];

	zta_time__format(leaf->time, time);
	zta_buf__printf(out, "<%d>1 %s %s ztauth - %.*s [ztauth@" ENTERPRISE,
	    FACILITY * 8 + (leaf->allowed ? INFORMATIONAL : NOTICE), time, host,
	    ZTA_STR_ARG(leaf->kind));
	zta_buf__printf(out, " index=\"%" PRIu64 "\"", event->index);
	put_hex(out, "id", leaf->id);
	put_parameter(out, "zone", leaf->zone);
	put_parameter(out, "txn", leaf->txn);
	put_parameter(out, "decision",
	    leaf->allowed ? ZTA_STR("allowed") : ZTA_STR("denied"));
	put_parameter(out, "code", leaf->code);
	put_hex(out, "leaf_hash",
	    (zta_str){ (const char *)event->hash, sizeof(event->hash) });
	zta_buf__text(out, "] ");
	zta_event__ocsf(event, &json);
}

void
zta_event__syslog(const zta_event *event, const char *host, zta_buf *frame)
{
	zta_buf message;

	zta_buf__init(&message, SIZE_MAX);
	put_message(event, host, &message);
	zta_buf__printf(frame, "%zu ", message.len);
	zta_buf__put(frame, zta_buf__str(&message));
	if (message.status != ZTA_OK) {
		frame->status = message.status;
	}
	zta_buf__release(&message);
}
