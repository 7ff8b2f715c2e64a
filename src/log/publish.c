/* SPDX-License-Identifier: Apache-2.0 */
/* publish.c - see publish.h. */
#include "log/publish.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "log/consistency.h"
#include "log/view.h"

struct zta_publisher {
	zta_publisher_options options;
	zta_log_view *view; /* of the thread */
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake;
	bool stop, wanted;
	bool exists; /* there is a checkpoint: */
	zta_log_head head;
	zta_buf note;
	bool met; /* by the quorum: there is nothing to add */
	int tell[ZTA_WORKERS_MAX + 1]; /* loops, and who sends it on */
	size_t told;
};

/*
 * Have it signed. What was signed for last the signer says: a note of it may not
 * have come here, or not have been stored.
 */
static zta_status
sign(const zta_publisher *p, const zta_log_head *head, zta_str text,
    zta_buf *note, zta_error *err)
{
	const zta_publisher_options *o = &p->options;
	const zta_merkle_source rows = zta_log_view__rows(p->view);
	zta_merkle_path proof = { .count = 0 };
	uint64_t last;
	zta_status status = o->last(o->context, &last, err);

	if (status == ZTA_OK && last > head->size) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the log has fewer entries than were signed for");
	}
	if (status == ZTA_OK) {
		status = zta_consistency__prove(
		    &rows, last, head->size, &proof, err);
	}
	return status != ZTA_OK ? status :
				  o->sign(o->context, text, &proof, note, err);
}

/*
 * Have a new note cosigned. Without the quorum it is nothing where that is
 * required, or where it has no more than the one that is out.
 */
static zta_status
cosign(const zta_publisher *p, const zta_log_head *head, zta_buf *note,
    bool *met, zta_error *err)
{
	const zta_publisher_options *o = &p->options;

	*met = o->cosign == NULL || o->cosign(o->cosign_context, head, note);
	if (*met || note->status != ZTA_OK) {
		return note->status;
	}
	if (o->quorum_required) {
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the quorum of witnesses has not cosigned it");
	}
	if (p->exists && head->size == p->head.size &&
	    note->len <= p->note.len) {
		zta_buf__clear(note);
	}
	return ZTA_OK;
}

/* Everything up to the note, which nobody has seen yet. */
static zta_status
make(const zta_publisher *p, zta_log_head *head, zta_buf *note, bool *met,
    zta_error *err)
{
	const zta_publisher_options *o = &p->options;
	zta_log_tree *tree = zta_log__tree(o->log);
	zta_status status = zta_log_tree__head(tree, head, err);
	zta_log_head seen;
	zta_buf text;

	if (status != ZTA_OK || head->size == 0 ||
	    (p->exists && p->met && head->size == p->head.size)) {
		return status;
	}
	zta_buf__init(&text, ZTA_CHECKPOINT_TEXT_MAX);
	zta_checkpoint__put(&text, zta_str_of(o->key->name), head);
	status = text.status;
	if (status == ZTA_OK) {
		status = zta_log_tree__sync(tree, err);
	}
	if (status == ZTA_OK) {
		status = sign(p, head, zta_buf__str(&text), note, err);
	}
	/* What is handed out is what readers will believe. */
	if (status == ZTA_OK) {
		status = zta_checkpoint__open(
		    zta_buf__str(note), o->key, &seen, err);
	}
	if (status == ZTA_OK) {
		status = cosign(p, head, note, met, err);
	}
	if (status == ZTA_OK && note->len > 0) {
		status = zta_checkpoint__store(o->dir, zta_buf__str(note), err);
	}
	zta_buf__release(&text);
	return status;
}

static void
hand_out(zta_publisher *p, const zta_log_head *head, zta_buf *note)
{
	const uint64_t one = 1;
	zta_buf old = p->note;
	size_t i;

	p->head = *head;
	p->note = *note;
	*note = old;
	p->exists = true;
	for (i = 0; i < p->told; i++) {
		/* Fails only if the counter is full: then it is readable. */
		if (write(p->tell[i], &one, sizeof(one)) < 0) {
			continue;
		}
	}
}

/* Under the lock; without it while one is made. */
static zta_status
publish(zta_publisher *p, zta_error *err)
{
	zta_log_head head;
	zta_buf note;
	bool met = false;
	zta_status status;

	p->wanted = false;
	(void)pthread_mutex_unlock(&p->lock);
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	status = make(p, &head, &note, &met, err);
	(void)pthread_mutex_lock(&p->lock);
	if (status == ZTA_OK && note.len > 0) {
		p->met = met;
		hand_out(p, &head, &note);
	}
	zta_buf__release(&note);
	return status;
}

/* Under the lock: until it is `at`, or earlier if that is asked for. */
static void
wait_until(zta_publisher *p, int64_t at, bool or_wanted)
{
	struct timespec until = { .tv_sec = (time_t)(at / 1000),
		.tv_nsec = (long)(at % 1000) * 1000000 };
	int waited = 0;

	while (!p->stop && !(or_wanted && p->wanted) && waited == 0) {
		waited = pthread_cond_timedwait(&p->wake, &p->lock, &until);
	}
}

static void *
run(void *context)
{
	zta_publisher *p = context;
	bool well = true, stop;
	zta_error err;
	int64_t last;

	(void)pthread_mutex_lock(&p->lock);
	do {
		stop = p->stop;
		last = zta_time__monotonic_ms();
		err = (zta_error){ 0 };
		if (publish(p, &err) == ZTA_OK) {
			well = true;
		} else if (well) {
			p->options.say("no checkpoint: %s%s%s", err.place,
			    err.place[0] == '\0' ? "" : ": ", err.message);
			well = false;
		}
		wait_until(p, last + ZTA_LOG_PUBLISH_GAP_MS, false);
		wait_until(p, last + ZTA_LOG_PUBLISH_MS, true);
	} while (!stop);
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

static zta_status
load_last(zta_publisher *p, zta_error *err)
{
	const zta_publisher_options *o = &p->options;
	zta_status status =
	    zta_checkpoint__load(o->dir, o->key, &p->head, &p->note, err);

	p->met = status == ZTA_OK &&
	    (o->cosign == NULL ||
		o->cosign(o->cosign_context, &p->head, &p->note));
	p->exists = status == ZTA_OK && (p->met || !o->quorum_required);
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

zta_status
zta_publisher__open(
    zta_publisher **out, const zta_publisher_options *options, zta_error *err)
{
	zta_publisher *p = calloc(1, sizeof(*p));
	pthread_condattr_t attr;
	zta_status status;

	*out = NULL;
	if (p == NULL) {
		return zta_error__nomem(err);
	}
	p->options = *options;
	zta_buf__init(&p->note, ZTA_CHECKPOINT_MAX);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	status = load_last(p, err);
	if (status == ZTA_OK) {
		status = zta_log_view__open(&p->view, options->dir, err);
	}
	if (status == ZTA_OK && pthread_create(&p->thread, NULL, run, p) != 0) {
		status = zta_error__set(
		    err, ZTA_ENOMEM, "cannot start the thread of checkpoints");
	}
	if (status != ZTA_OK) {
		zta_publisher__close(p);
		return status;
	}
	p->started = true;
	*out = p;
	return ZTA_OK;
}

void
zta_publisher__close(zta_publisher *p)
{
	if (p == NULL) {
		return;
	}
	if (p->started) {
		(void)pthread_mutex_lock(&p->lock);
		p->stop = true;
		(void)pthread_cond_signal(&p->wake);
		(void)pthread_mutex_unlock(&p->lock);
		(void)pthread_join(p->thread, NULL);
	}
	zta_log_view__close(p->view);
	zta_buf__release(&p->note);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

zta_status
zta_publisher__tell(zta_publisher *p, int fd, zta_error *err)
{
	zta_status status = ZTA_OK;

	(void)pthread_mutex_lock(&p->lock);
	if (p->told == sizeof(p->tell) / sizeof(p->tell[0])) {
		status = zta_error__set(
		    err, ZTA_ELIMIT, "too many wait for checkpoints");
	} else {
		p->tell[p->told++] = fd;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return status;
}

void
zta_publisher__untell(zta_publisher *p, int fd)
{
	size_t i;

	(void)pthread_mutex_lock(&p->lock);
	for (i = 0; i < p->told; i++) {
		if (p->tell[i] == fd) {
			p->tell[i] = p->tell[--p->told];
			break;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
}

void
zta_publisher__want(zta_publisher *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->wanted = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
}

zta_status
zta_publisher__latest(zta_publisher *p, zta_log_head *head, zta_buf *note)
{
	zta_status status = ZTA_OK;

	(void)pthread_mutex_lock(&p->lock);
	if (!p->exists) {
		status = ZTA_ENOTFOUND;
	} else {
		*head = p->head;
		if (note != NULL) {
			zta_buf__put(note, zta_buf__str(&p->note));
			status = note->status;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
	return status;
}
