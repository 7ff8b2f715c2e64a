/* SPDX-License-Identifier: Apache-2.0 */
/* followed.c - see followed.h. */
#include "identity/followed.h"

#include "base/time.h"

zta_status
zta_followed__open(zta_followed *f, const zta_followed_class *class,
    const char *path, void (*tell)(const zta_error *why), zta_error *err)
{
	zta_status status;

	*f = (zta_followed){ .class = class,
		.path = path,
		.watched = { .path = path },
		.tell = tell };
	/* Looked at before it is read: a change in between is seen. */
	(void)zta_watched__look(&f->watched);
	status = class->load(&f->content, path, err);
	if (status == ZTA_OK) {
		(void)pthread_mutex_init(&f->lock, NULL);
	}
	return status;
}

void
zta_followed__close(zta_followed *f)
{
	if (f->content != NULL) {
		f->class->forget(f->content);
		zta_watched__close(&f->watched);
		(void)pthread_mutex_destroy(&f->lock);
		f->content = NULL;
	}
}

static zta_status
renew(zta_followed *f, zta_error *err)
{
	const char *path = f->path;
	void *next;
	zta_status status;

	if (f->class->advance != NULL) {
		return f->class->advance(f->content, path, err);
	}
	status = f->class->load(&next, path, err);
	if (status == ZTA_OK) {
		f->class->forget(f->content);
		f->content = next;
	}
	return status;
}

/* What was not read may have been refused by the system, and be good now. */
static void
look_again(zta_followed *f, bool changed)
{
	zta_error why = { 0 };

	if (renew(f, &why) == ZTA_OK) {
		f->again_ms = 0;
		return;
	}
	f->again_ms = zta_time__monotonic_ms() + ZTA_FOLLOWED_AGAIN_MS;
	if (changed && f->tell != NULL) {
		f->tell(&why);
	}
}

void *
zta_followed__enter(zta_followed *f)
{
	bool changed;

	(void)pthread_mutex_lock(&f->lock);
	changed = zta_watched__glance(&f->watched);
	if (changed ||
	    (f->again_ms != 0 && zta_time__monotonic_ms() >= f->again_ms)) {
		look_again(f, changed);
	}
	return f->content;
}

void
zta_followed__leave(zta_followed *f)
{
	(void)pthread_mutex_unlock(&f->lock);
}

zta_status
zta_followed__enter_good(zta_followed *f, void **content, zta_error *err)
{
	zta_status status;

	(void)pthread_mutex_lock(&f->lock);
	/* Also if it has not changed: it may have been bad before. */
	(void)zta_watched__look(&f->watched);
	status = renew(f, err);
	f->again_ms = status == ZTA_OK ? 0 : zta_time__monotonic_ms();
	*content = f->content;
	if (status != ZTA_OK) {
		(void)pthread_mutex_unlock(&f->lock);
	}
	return status;
}

bool
zta_followed__is_stale(const zta_followed *f)
{
	int64_t heard = atomic_load(&f->heard_ms);

	return f->max_age_ms > 0 &&
	    (heard == 0 || zta_time__monotonic_ms() - heard > f->max_age_ms);
}
