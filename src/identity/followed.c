/* SPDX-License-Identifier: Apache-2.0 */
/* followed.c - see followed.h. */
#include "identity/followed.h"

zta_status
zta_followed__open(zta_followed *f, const zta_followed_class *class,
    const char *path, void (*tell)(const zta_error *why), zta_error *err)
{
	zta_status status;

	*f = (zta_followed){
		.class = class, .watched = { .path = path }, .tell = tell
	};
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
		(void)pthread_mutex_destroy(&f->lock);
		f->content = NULL;
	}
}

static void
refresh(zta_followed *f)
{
	zta_error why = { 0 };
	void *next;

	if (!zta_watched__look(&f->watched)) {
		return;
	}
	if (f->class->load(&next, f->watched.path, &why) == ZTA_OK) {
		f->class->forget(f->content);
		f->content = next;
	} else if (f->tell != NULL) {
		f->tell(&why);
	}
}

const void *
zta_followed__enter(zta_followed *f)
{
	(void)pthread_mutex_lock(&f->lock);
	refresh(f);
	return f->content;
}

void
zta_followed__leave(zta_followed *f)
{
	(void)pthread_mutex_unlock(&f->lock);
}
