/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_made.h - a workspace with the ledger of the shop, and a log of decisions
 * under it, whose requests are kept.
 */
#ifndef ZTA_REPLAY_MADE_H
#define ZTA_REPLAY_MADE_H

#include "tests.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/journal.h"
#include "log/log.h"
#include "pap/report.h"
#include "pdp/replay.h"
#include "ztauth/replay.h"

/* Time of the first decision, ms; each takes one. */
#define BEGUN INT64_C(1767225600000)

typedef struct made {
	char top[64], log[80], other[80];
	zta_workspace *workspace;
	zta_report *version; /* that decides */
	zta_str commit;
	zta_log *writer;
	zta_log_lane *lane;
	zta_journal *journal;
	zta_arena arena;
	uint64_t decided, appended, durable;
} made;

/* What becomes of a decision. */
enum {
	MADE_KEPT = 1,     /* its request */
	MADE_RECORDED = 2, /* itself */
	MADE_WHOLE = 3,
	MADE_ERASED = 4, /* with both: of whom it was */
	MADE_STRANGE = 8 /* with both: the record is of another resource */
};

static inline void
made_run(const made *m, const char *format)
{
	char command[1024];

	(void)snprintf(command, sizeof(command), format, m->top, m->top);
	assert_int_equal(system(command), 0);
}

static inline void
made_put(const char *dir, const char *name, const char *text, const char *mode)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, mode);
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The folder as it is becomes the next version, and decides. */
static inline void
made_commit(made *m)
{
	const zta_workspace_signing signing = { .author = ZTA_STR("A"),
		.email = ZTA_STR("a@b.c") };
	zta_workspace_result result;
	zta_error err = { 0 };

	assert_int_equal(zta_workspace_commit(m->workspace, ZTA_STR("m\n"),
			     &signing, &result, &err),
	    ZTA_OK);
	assert_true(result.report->valid);
	m->commit = result.commit.id;
	zta_report__close(m->version);
	assert_int_equal(zta_report__dir(&m->version,
			     zta_workspace_dir(m->workspace), 0, true, NULL),
	    ZTA_OK);
}

static inline void
made_begin(made *m)
{
	const zta_log_options options = { .lanes = 1 };
	zta_workspace_made done;
	zta_log_found found;
	char w[80];

	*m = (made){ .top = "/tmp/ztauth-test-replay-XXXXXX" };
	assert_non_null(mkdtemp(m->top));
	(void)snprintf(m->log, sizeof(m->log), "%s/log", m->top);
	(void)snprintf(m->other, sizeof(m->other), "%s/other", m->top);
	(void)snprintf(w, sizeof(w), "%s/w", m->top);
	made_run(m,
	    "cp -R examples/shop/ledger %s/w && cd %s/w && "
	    "rm -r tests identity && cp -R . ../other");
	assert_int_equal(zta_workspace_init(w, "x", NULL, &done, NULL), ZTA_OK);
	assert_int_equal(zta_workspace_open(&m->workspace, w, NULL), ZTA_OK);
	made_commit(m);
	assert_int_equal(
	    zta_log__open(&m->writer, m->log, &options, &found, NULL), ZTA_OK);
	assert_int_equal(zta_journal__open(&m->journal, m->log, NULL), ZTA_OK);
	m->lane = zta_log__lane(m->writer, 0);
	zta_arena__init(&m->arena, SIZE_MAX);
}

static inline void
made_wait(made *m)
{
	struct pollfd fd = { zta_log_lane__fd(m->lane), POLLIN, 0 };
	zta_log_done done;

	assert_int_equal(poll(&fd, 1, 60000), 1);
	while (zta_log_lane__done(m->lane, &done)) {
		assert_int_equal(done.status, ZTA_OK);
		m->durable += done.count;
	}
}

/* All of the log can be read. */
static inline void
made_settle(made *m)
{
	while (m->durable < m->appended) {
		made_wait(m);
	}
}

static inline void
made_end(made *m)
{
	made_settle(m);
	zta_log__close(m->writer);
	zta_journal__close(m->journal);
	zta_report__close(m->version);
	zta_workspace_close(m->workspace);
	zta_arena__release(&m->arena);
	made_run(m, "rm -rf %s %s");
}

/* Alice buys so many, through a workload. */
static inline void
made_decide(made *m, unsigned quantity, unsigned what)
{
	const zta_str scope = ZTA_STR("shop.buy");
	const int64_t now = BEGUN + (int64_t)m->decided++;
	const zta_zone zone = { .id = ZTA_STR("1"), .ledger = ZTA_STR("main") };
	const zta_ring ring = { .workload =
				    ZTA_STR("spiffe://shop.example/order-api"),
		.source = ZTA_STR("spire"),
		.trust_domain = ZTA_STR("shop.example"),
		.at = now - 1 };
	zta_txn txn = { .txn = ZTA_STR("t"),
		.subject = { ZTA_STR("User"), ZTA_STR("alice"),
		    ZTA_STR("human"), ZTA_STR("corp"), ZTA_STR("") },
		.scopes = &scope,
		.scope_count = 1,
		.rings = &ring,
		.ring_count = 1 };
	char body[256];
	zta_authzen request;
	zta_decision d;
	zta_leaf leaf;
	zta_buf line;

	zta_arena__reset(&m->arena);
	zta_buf__init(&line, SIZE_MAX);
	(void)snprintf(body, sizeof(body),
	    "{\"subject\":{\"type\":\"User\",\"id\":\"alice\"},\"action\":{"
	    "\"name\":\"buy\"},\"resource\":{\"type\":\"Product\",\"id\":"
	    "\"teapot\"},\"context\":{\"quantity\":%u}}",
	    quantity);
	assert_int_equal(
	    zta_authzen__read(&m->arena, zta_str_of(body), &request, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_pdp__decide_again(m->version->check.loaded, &m->arena, &request,
		&txn, ZTA_STR(""), ZTA_STR(""), now, &d, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_pdp__record(&zone, m->version->check.loaded, &m->arena,
		&request, zta_str_of(body), &d, &leaf, NULL),
	    ZTA_OK);
	leaf.commit = m->commit;
	if ((what & MADE_KEPT) != 0) {
		assert_true(zta_replay__put(&request, NULL, &d, &line));
		assert_int_equal(zta_journal__append(m->journal, now,
				     zta_buf__str(&line), NULL),
		    ZTA_OK);
	}
	if ((what & MADE_ERASED) != 0) {
		leaf.subject_id = ZTA_STR("");
	}
	if ((what & MADE_STRANGE) != 0) {
		leaf.resource_id = ZTA_STR("kettle");
	}
	if ((what & MADE_RECORDED) != 0) {
		while (zta_log_lane__append(m->lane, &leaf, NULL) != ZTA_OK) {
			made_wait(m);
		}
		m->appended++;
	}
	zta_buf__release(&line);
}

#endif
