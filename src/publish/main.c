/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - ztauth-publish: what a log says, to a stream. docs/formats/publish.md
 *
 * 1. Only what a checkpoint covers is published: it is durable, and is what will
 *    be proved.
 * 2. The cursor moves when all before it is kept there, so each entry comes at
 *    least once; its id is the same each time.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "publish/publish.h"
#include "ztauth/log.h"

#define SETTINGS_MAX 64u
#define CONF_MAX ((size_t)64 << 10)
/* How often the checkpoint is looked at; pauses after failures double. */
#define LOOK_MS 200
#define PAUSE_MAX_MS 5000

static const char help[] =
    "Usage: ztauth-publish --dir DIR --key VKEY --cursor FILE --to URL "
    "--topic NAME\n"
    "       [--format json|raw] [--conf FILE] [--follow]\n"
    "\n"
    "Publish the entries of a decision log that its checkpoint covers, each at "
    "least\n"
    "once, in order, with an id that is the same each time.\n"
    "\n"
    "  --dir DIR     the log: `log_dir` of the server, or the copy of a node\n"
    "  --key VKEY    the verifier key of the log: name+id+key\n"
    "  --cursor FILE what was published; made if need be\n"
    "  --to URL      nats://HOST:PORT (JetStream) or "
    "kafka://HOST:PORT[,HOST:PORT]\n"
    "  --topic NAME  the topic, or the subject\n"
    "  --format json as `ztauth log tail` prints records (default), or raw: the\n"
    "                bytes that the tree has\n"
    "  --conf FILE   settings, `name=value` a line: those of librdkafka; for "
    "NATS\n"
    "                creds_file and ca_file\n"
    "  --follow      go on as records are written, until a signal ends it\n"
    "\n"
    "Exit: 0, or 1 if the log cannot be read, or the target is set up wrongly.\n";

typedef struct publisher {
	const char *dir, *key, *cursor_path, *to, *conf;
	bool raw, follow;
	char origin[PUBLISH_ID_MAX - 32];
	publish_options options;
	publish_setting settings[SETTINGS_MAX];
	zta_arena arena; /* of settings */
	const publish_target *target;
	void *state; /* NULL: it is not open */
	publish_cursor cursor;
	zta_log_reader *reader;
	zta_buf bytes; /* of the batch */
	publish_message list[PUBLISH_BATCH_MAX];
	char said[ZTA_MSG_MAX]; /* what is said once need not be said again */
} publisher;

static volatile sig_atomic_t stopping;

static void
stop(int number)
{
	(void)number;
	stopping = 1;
}

static int
fail(const zta_error *err)
{
	(void)fprintf(stderr, "ztauth-publish: %s%s%s\n", err->place,
	    err->place[0] == '\0' ? "" : ": ", err->message);
	return 1;
}

static void
rest(int64_t ms)
{
	struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&pause, NULL);
}

/* --- what to publish */

static zta_status
next_record(publisher *p, zta_str *bytes, zta_error *err)
{
	uint64_t index;

	return p->raw ? zta_log_reader_entry(p->reader, bytes, &index, err) :
			zta_log_reader_next(p->reader, bytes, err);
}

/* Entries from the cursor on, which are covered: `*batch` has some of them. */
static zta_status
fill(publisher *p, uint64_t covered, publish_batch *batch, zta_error *err)
{
	uint64_t next = p->cursor.next;
	publish_message *m;
	zta_str bytes;
	zta_status status;

	zta_buf__clear(&p->bytes);
	for (batch->count = 0;
	     next < covered && batch->count < PUBLISH_BATCH_MAX &&
	     p->bytes.len < PUBLISH_BYTES_MAX;
	     next++) {
		status = next_record(p, &bytes, err);
		if (status != ZTA_OK) {
			return status;
		}
		m = &p->list[batch->count++];
		(void)snprintf(
		    m->id, sizeof(m->id), "%s/%" PRIu64, p->origin, next);
		m->at = p->bytes.len;
		m->len = bytes.len;
		zta_buf__put(&p->bytes, bytes);
	}
	batch->bytes = p->bytes.ptr;
	batch->list = p->list;
	return p->bytes.status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}

/* --- publishing */

static zta_status
try_send(publisher *p, const publish_batch *batch, zta_error *err)
{
	zta_status status = ZTA_OK;

	if (p->state == NULL) {
		status = p->target->open(&p->state, &p->options, err);
	}
	if (status == ZTA_OK) {
		status = p->target->send(p->state, batch, err);
	}
	if (status != ZTA_OK) {
		p->target->close(p->state);
		p->state = NULL;
	}
	return status;
}

/* Until it is there, or a signal ends it. */
static zta_status
send_batch(publisher *p, const publish_batch *batch, zta_error *err)
{
	int64_t pause = LOOK_MS;
	zta_status status;

	while ((status = try_send(p, batch, err)) == ZTA_EUNAVAILABLE &&
	    !stopping) {
		if (strcmp(p->said, err->message) != 0) {
			(void)fail(err);
			memcpy(p->said, err->message, sizeof(p->said));
		}
		rest(pause);
		pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
	}
	if (status == ZTA_OK) {
		p->said[0] = '\0';
		status = publish_cursor_move(
		    &p->cursor, p->cursor.next + batch->count, err);
	}
	return status;
}

/* At the cursor; or further on, if retention was quicker than we were. */
static zta_status
open_reader(publisher *p, zta_error *err)
{
	uint64_t first = p->cursor.next;
	zta_str bytes;
	zta_status status = zta_log_reader_open(
	    &p->reader, p->dir, (int64_t)p->cursor.next, err);

	if (status == ZTA_OK) {
		status = zta_log_reader_entry(p->reader, &bytes, &first, err);
		zta_log_reader_close(p->reader);
		p->reader = NULL;
	}
	if (status == ZTA_OK && first > p->cursor.next) {
		(void)fprintf(stderr,
		    "ztauth-publish: entries %" PRIu64 " to %" PRIu64
		    " are no longer kept, and not published\n",
		    p->cursor.next, first - 1);
		status = publish_cursor_move(&p->cursor, first, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_log_reader_open(&p->reader, p->dir, (int64_t)first, err);
}

/* Everything that is covered now. */
static zta_status
publish(publisher *p, zta_error *err)
{
	publish_batch batch;
	uint64_t covered;
	zta_status status =
	    zta_log_covered(p->dir, zta_str_of(p->key), &covered, err);

	if (status != ZTA_OK) {
		return status == ZTA_ENOTFOUND && p->follow ? ZTA_OK : status;
	}
	if (covered < p->cursor.next) {
		return zta_error__set(err, ZTA_EINVALID,
		    "%" PRIu64 " entries were published of a log that has "
		    "signed for %" PRIu64 ": was it put back from a backup?",
		    p->cursor.next, covered);
	}
	if (p->reader == NULL && p->cursor.next < covered) {
		status = open_reader(p, err);
	}
	while (status == ZTA_OK && p->cursor.next < covered && !stopping) {
		status = fill(p, covered, &batch, err);
		if (status == ZTA_OK) {
			status = send_batch(p, &batch, err);
		}
	}
	return status;
}

static int
run(publisher *p)
{
	zta_error err = { 0 };
	zta_status status =
	    publish_cursor_open(&p->cursor, p->cursor_path, p->origin, &err);

	while (status == ZTA_OK) {
		status = publish(p, &err);
		if (!p->follow || stopping || status != ZTA_OK) {
			break;
		}
		rest(LOOK_MS);
	}
	return status == ZTA_OK || (stopping && status == ZTA_EUNAVAILABLE) ?
	    0 :
	    fail(&err);
}

/* --- options */

static zta_status
read_settings(publisher *p, zta_error *err)
{
	zta_str text, line, name;
	zta_status status;

	p->options.settings = p->settings;
	if (p->conf == NULL) {
		return ZTA_OK;
	}
	status = zta_file__read(&p->arena, p->conf, CONF_MAX, &text, err);
	while (status == ZTA_OK && zta_str__next(&text, '\n', &line)) {
		publish_setting *s = &p->settings[p->options.setting_count];

		if (line.len == 0 || line.ptr[0] == '#') {
			continue;
		}
		(void)zta_str__next(&line, '=', &name);
		if (line.ptr == NULL ||
		    p->options.setting_count == SETTINGS_MAX) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "expected `name=value`, %u at most", SETTINGS_MAX);
			zta_error__place(err, "%s", p->conf);
			break;
		}
		s->name = zta_arena__cstr(&p->arena, name);
		s->value = zta_arena__cstr(&p->arena, line);
		if (s->name == NULL || s->value == NULL) {
			return zta_arena__failed(&p->arena, err);
		}
		p->options.setting_count++;
	}
	return status;
}

/* nats://..., kafka://... */
static zta_status
choose_target(publisher *p, zta_error *err)
{
	const publish_target *const targets[] = { &publish_nats,
		&publish_kafka };
	const char *rest_of = strstr(p->to, "://");
	size_t i, len = rest_of == NULL ? 0 : (size_t)(rest_of - p->to);

	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (zta_str__is((zta_str){ p->to, len }, targets[i]->scheme)) {
			p->target = targets[i];
			p->options.servers =
			    p->target->whole_url ? p->to : rest_of + 3;
			return ZTA_OK;
		}
	}
	return zta_error__set(
	    err, ZTA_EINVAL, "--to is nats://... or kafka://...");
}

/* The name of the key is the origin of the log. */
static zta_status
name_origin(publisher *p, zta_error *err)
{
	size_t len = strcspn(p->key, "+");

	if (len == 0 || len >= sizeof(p->origin)) {
		return zta_error__set(
		    err, ZTA_EINVAL, "--key is a verifier key");
	}
	memcpy(p->origin, p->key, len);
	p->options.origin = p->origin;
	p->options.type =
	    p->raw ? "application/octet-stream" : "application/json";
	return ZTA_OK;
}

/* -1 to go on, or the exit code. */
static int
read_options(publisher *p, int argc, char **argv)
{
	static const struct option options[] = {
		{ "dir", required_argument, NULL, 'd' },
		{ "key", required_argument, NULL, 'k' },
		{ "cursor", required_argument, NULL, 'c' },
		{ "to", required_argument, NULL, 't' },
		{ "topic", required_argument, NULL, 'n' },
		{ "format", required_argument, NULL, 'f' },
		{ "conf", required_argument, NULL, 's' },
		{ "follow", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			p->dir = optarg;
			break;
		case 'k':
			p->key = optarg;
			break;
		case 'c':
			p->cursor_path = optarg;
			break;
		case 't':
			p->to = optarg;
			break;
		case 'n':
			p->options.topic = optarg;
			break;
		case 'f':
			p->raw = strcmp(optarg, "raw") == 0;
			if (!p->raw && strcmp(optarg, "json") != 0) {
				return 64;
			}
			break;
		case 's':
			p->conf = optarg;
			break;
		case 'l':
			p->follow = true;
			break;
		case 'h':
			return fputs(help, stdout) < 0;
		default:
			return 64;
		}
	}
	return optind == argc && p->dir != NULL && p->key != NULL &&
		p->cursor_path != NULL && p->to != NULL &&
		p->options.topic != NULL ?
	    -1 :
	    64;
}

int
main(int argc, char **argv)
{
	static publisher p;
	struct sigaction action = { .sa_handler = stop };
	zta_error err = { 0 };
	int code;

	p.cursor.lock = -1;
	code = read_options(&p, argc, argv);
	if (code == 64) {
		(void)fputs("ztauth-publish: wrong use; see --help\n", stderr);
	}
	if (code >= 0) {
		return code;
	}
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	zta_arena__init(&p.arena, SIZE_MAX);
	zta_buf__init(&p.bytes, SIZE_MAX);
	if (choose_target(&p, &err) != ZTA_OK ||
	    name_origin(&p, &err) != ZTA_OK ||
	    read_settings(&p, &err) != ZTA_OK) {
		code = fail(&err);
	} else {
		code = run(&p);
	}
	if (p.state != NULL) {
		p.target->close(p.state);
	}
	zta_log_reader_close(p.reader);
	publish_cursor_close(&p.cursor);
	zta_buf__release(&p.bytes);
	zta_arena__release(&p.arena);
	return code;
}
