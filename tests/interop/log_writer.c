/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_writer.c - write COUNT records to the log in DIR, as fast as it goes, in
 * segments of so many bytes, so many days ago. With `say` it tells how many the
 * log has that are durable, a line each time that it hears of some.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "log/log.h"

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s: %s\n", err->place, err->message);
		exit(1);
	}
}

static int64_t days_ago;

static int64_t
now_then(void)
{
	return zta_time__now_ms() - days_ago * 24 * 3600 * 1000;
}

/* Spread like a random id; another one for each record. */
static zta_leaf
record(uint64_t n, unsigned char id[ZTA_LEAF_ID_LEN])
{
	uint64_t spread = (n + 1) * UINT64_C(0x9E3779B97F4A7C15);

	memset(id, 0, ZTA_LEAF_ID_LEN);
	memcpy(id, &spread, sizeof(spread));
	return (zta_leaf){ .kind = ZTA_STR("decision"),
		.id = { (const char *)id, ZTA_LEAF_ID_LEN },
		.time = 1700000000000 + (int64_t)n,
		.zone = ZTA_STR("100000000001"),
		.ledger = ZTA_STR("main"),
		.commit = ZTA_STR("aeab6fcb4cbf535f3cc344f92197e119"
				  "e5987ed4aaf7c77f06e6ed9649ed1e1f"),
		.subject_type = ZTA_STR("User"),
		.subject_id = ZTA_STR("alice"),
		.action = ZTA_STR("buy"),
		.resource_type = ZTA_STR("Product"),
		.resource_id = ZTA_STR("teapot"),
		.allowed = true,
		.leg = ZTA_STR("policy"),
		.code = ZTA_STR("permitted"),
		.mode = ZTA_STR("strict") };
}

int
main(int argc, char **argv)
{
	static const zta_log_io io = { pwrite, fdatasync, ftruncate, now_then };
	zta_log_options options = { .lanes = 1, .io = &io };
	unsigned char id[ZTA_LEAF_ID_LEN];
	struct pollfd fd = { .events = POLLIN };
	zta_log_found found;
	zta_log_lane *lane;
	zta_log_done done;
	zta_error err = { 0 };
	zta_leaf leaf;
	zta_log *log;
	uint64_t count, sent = 0, durable = 0;
	bool say;

	if (argc < 3 || argc > 5) {
		fprintf(stderr,
		    "usage: log_writer DIR COUNT [say | SEGMENT [DAYS]]\n");
		return 64;
	}
	say = argc > 3 && strcmp(argv[3], "say") == 0;
	options.segment_max = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	days_ago = argc > 4 ? strtoll(argv[4], NULL, 10) : 0;
	count = strtoull(argv[2], NULL, 10);
	must(zta_log__open(&log, argv[1], &options, &found, &err), &err);
	lane = zta_log__lane(log, 0);
	fd.fd = zta_log_lane__fd(lane);
	while (durable < count) {
		while (sent < count) {
			leaf = record(found.next + sent, id);
			if (zta_log_lane__append(lane, &leaf, NULL) != ZTA_OK) {
				break;
			}
			sent++;
		}
		(void)poll(&fd, 1, -1);
		while (zta_log_lane__done(lane, &done)) {
			must(done.status, &err);
			durable += done.count;
			if (say) {
				printf("%lu\n",
				    (unsigned long)(found.next + durable));
				fflush(stdout);
			}
		}
	}
	zta_log__close(log);
	return 0;
}
