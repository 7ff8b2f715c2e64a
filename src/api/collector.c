/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collector.c - see collector.h: the thread.
 *
 * 1. A call belongs to one thread at a time: to the loop until it is handed in
 *    and after it has come back, to this thread in between.
 * 2. Queue and flag are touched in the turn alone; copies and the list of nodes
 *    are the thread's own.
 * 3. A copy is opened when its node is first heard of. When the list changes all
 *    are closed: names may mean other logs then.
 */
#include "api/collector.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/collector_part.h"
#include "api/signed_request.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "base/watched.h"
#include "log/copy.h"
#include "log/nodes.h"
#include "store/turn.h"

/* How long the thread waits for a call before it looks whether it is to stop. */
#define LOOK_MS 1000
#define LINE_MAX_LEN (2 * ZTA_MSG_MAX)

struct zta_collector {
	zta_collector_options options;
	char path[PATH_MAX]; /* of the list */
	pthread_t thread;
	zta_turn turn;
	zta_delivery_list queue;
	bool stopping;
	/* Of the thread: */
	zta_watched watched;
	zta_arena arena; /* of the list */
	zta_nodes nodes;
	zta_log_copy *copies[ZTA_NODES_MAX]; /* of a node each, or NULL */
	char said[LINE_MAX_LEN]; /* what is said once need not be said again */
};

/* --- nodes */

static void
close_copies(zta_collector *c)
{
	uint32_t i;

	for (i = 0; i < ZTA_NODES_MAX; i++) {
		zta_log_copy__close(c->copies[i]);
		c->copies[i] = NULL;
	}
}

/* If the list is another one. What cannot be read changes nothing. */
static zta_status
load_nodes(zta_collector *c, zta_error *err)
{
	zta_arena arena;
	zta_nodes nodes;
	zta_status status;

	if (!zta_watched__look(&c->watched)) {
		return ZTA_OK;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_nodes__load(&arena, c->options.dir, &nodes, err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		c->watched.seen = false; /* it is looked at again */
		return status;
	}
	close_copies(c);
	zta_arena__release(&c->arena);
	c->arena = arena;
	c->nodes = nodes;
	return ZTA_OK;
}

/* Who calls is the one whose log it is. ZTA_EUNTRUSTED, with the status. */
static zta_status
identify(zta_collector *c, zta_delivery *d, const zta_node **out)
{
	zta_request_signer signer;
	zta_status status = zta_signed_request__judge(d->call,
	    c->options.server_name, zta_time__now_ms(), &signer, &d->why);

	d->status = 401;
	d->code = "unauthenticated";
	if (status == ZTA_OK && !signer.is_signed) {
		status = zta_error__set(
		    &d->why, ZTA_EUNTRUSTED, "the request is not signed");
	}
	if (status != ZTA_OK) {
		return status;
	}
	*out = zta_nodes__find(&c->nodes, d->node);
	if (*out == NULL || !zta_ssh_key__eq(&(*out)->sender, &signer.key)) {
		d->status = 403;
		d->code = "forbidden";
		return zta_error__set(&d->why, ZTA_EUNTRUSTED,
		    "this key sends no log of this name");
	}
	return ZTA_OK;
}

static zta_status
find_copy(
    zta_collector *c, const zta_node *node, zta_log_copy **out, zta_error *err)
{
	zta_log_copy **copy = &c->copies[node - c->nodes.list];
	char path[ZTA_ROWS_PATH_MAX];
	zta_status status =
	    zta_log_copy__path(path, c->options.dir, node->name, err);

	if (status == ZTA_OK && *copy == NULL) {
		status = zta_log_copy__open(copy, path, &node->log, NULL, err);
	}
	*out = *copy;
	return status;
}

/* --- calls */

static void
tell(zta_collector *c, const zta_delivery *d, const char *what,
    const char *message)
{
	char line[LINE_MAX_LEN];

	(void)snprintf(line, sizeof(line), "collect: %.*s: %s%s%s",
	    ZTA_STR_ARG(d->node), what, what[0] == '\0' ? "" : ": ", message);
	if (strcmp(line, c->said) != 0) {
		c->options.say("%s", line);
		memcpy(c->said, line, sizeof(line));
	}
}

/* What the caller hears, and what the operator does. */
static void
refuse(zta_collector *c, zta_delivery *d, zta_status status)
{
	const zta_error why = d->why;

	d->status = status == ZTA_EINVALID                  ? 400 :
	    status == ZTA_EUNTRUSTED                        ? 403 :
	    status == ZTA_ECONFLICT || status == ZTA_EEXIST ? 409 :
							      503;
	d->code = status == ZTA_EINVALID ? "invalid_request" :
	    status == ZTA_EUNTRUSTED     ? "forbidden" :
	    status == ZTA_ECONFLICT      ? "gap" :
	    status == ZTA_EEXIST         ? "forked" :
					   "unavailable";
	if (d->status == 503) {
		d->why = (zta_error){ .message = "it cannot be kept now" };
	}
	d->why.place[0] = '\0';
	if (status == ZTA_EEXIST) {
		tell(c, d, "FORK", why.message);
	} else if (status != ZTA_ECONFLICT) {
		tell(c, d, why.place, why.message);
	}
}

static void
do_call(zta_collector *c, zta_delivery *d)
{
	const zta_node *node;
	zta_log_copy *copy;
	zta_error err = { 0 };
	zta_status status;

	if (load_nodes(c, &err) != ZTA_OK) {
		c->options.say("collect: %s:%u: %s; what was read before stays "
			       "in force",
		    err.place, err.line, err.message);
	}
	if (identify(c, d, &node) != ZTA_OK) {
		tell(c, d, "a request is refused", d->why.message);
		return;
	}
	status = find_copy(c, node, &copy, &d->why);
	/* That ours is damaged is nothing that the caller did. */
	status = status == ZTA_OK ? ZTA_OK : ZTA_EIO;
	if (status == ZTA_OK && d->sends) {
		status = zta_log_copy__take(copy, d->call->body, &d->why);
	}
	if (status == ZTA_OK) {
		status = zta_log_copy__size(copy, &d->size, &d->why);
	}
	if (status == ZTA_OK) {
		d->status = 200;
	} else {
		refuse(c, d, status);
	}
}

static void *
work(void *context)
{
	zta_collector *c = context;
	zta_delivery *d;
	bool stopping = false;

	while (!stopping) {
		zta_turn__enter(&c->turn);
		if (c->queue.first == NULL && !c->stopping) {
			zta_turn__wait(
			    &c->turn, zta_time__monotonic_ms() + LOOK_MS);
		}
		d = zta_delivery_list__take(&c->queue);
		stopping = c->stopping;
		zta_turn__leave(&c->turn);
		if (d != NULL) {
			do_call(c, d);
			zta_collector_desk__give_back(d);
		}
	}
	return NULL;
}

/* --- from outside */

void
zta_collector__hand_in(zta_collector *c, zta_delivery *d)
{
	zta_turn__enter(&c->turn);
	zta_delivery_list__add(&c->queue, d);
	zta_turn__tell(&c->turn);
	zta_turn__leave(&c->turn);
}

zta_status
zta_collector__open(
    zta_collector **out, const zta_collector_options *options, zta_error *err)
{
	zta_collector *c = calloc(1, sizeof(*c));
	zta_status status;

	*out = NULL;
	if (c == NULL) {
		return zta_error__nomem(err);
	}
	c->options = *options;
	zta_arena__init(&c->arena, SIZE_MAX);
	status = zta_log_copy__path(c->path, options->dir, ZTA_NODES_FILE, err);
	c->watched.path = c->path;
	if (status == ZTA_OK) {
		status = zta_turn__init(&c->turn, err);
	}
	if (status != ZTA_OK) {
		free(c);
		return status;
	}
	status = load_nodes(c, err);
	if (status == ZTA_OK &&
	    pthread_create(&c->thread, NULL, work, c) != 0) {
		status =
		    zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	if (status != ZTA_OK) {
		zta_turn__release(&c->turn);
		zta_arena__release(&c->arena);
		free(c);
		return status;
	}
	*out = c;
	return ZTA_OK;
}

void
zta_collector__close(zta_collector *c)
{
	if (c == NULL) {
		return;
	}
	zta_turn__enter(&c->turn);
	c->stopping = true;
	zta_turn__tell(&c->turn);
	zta_turn__leave(&c->turn);
	(void)pthread_join(c->thread, NULL);
	close_copies(c);
	zta_turn__release(&c->turn);
	zta_arena__release(&c->arena);
	free(c);
}
