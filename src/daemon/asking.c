/* SPDX-License-Identifier: Apache-2.0 */
/* asking.c - see asking.h. */
#include "daemon/asking.h"

#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/time.h"
#include "daemon/say.h"

/* Pauses after failures: they double, up to the second. */
#define PAUSE_MIN_MS 100u
#define PAUSE_MAX_MS 2000u
/* How soon the thread sees that it is to stop. */
#define LOOK_MS 50u

/* What is said once need not be said again while it lasts. */
static void
complain(zta_asking *a, const zta_error *err)
{
	if (strcmp(a->said, err->message) != 0) {
		(void)zta_daemon__complain(a->what, err);
		memcpy(a->said, err->message, sizeof(a->said));
	}
}

static void
rest(const zta_asking *a, uint32_t ms)
{
	const struct timespec look = { 0, (long)LOOK_MS * 1000000 };
	int64_t end = zta_time__monotonic_ms() + ms;

	while (!atomic_load(&a->stop) && zta_time__monotonic_ms() < end) {
		(void)nanosleep(&look, NULL);
	}
}

static void *
work(void *context)
{
	zta_asking *a = context;
	uint32_t pause = PAUSE_MIN_MS;
	bool well = false;
	zta_error err;

	while (!atomic_load(&a->stop)) {
		err = (zta_error){ 0 };
		well = a->ask(a->context, well, &err) == ZTA_OK;
		if (well) {
			a->said[0] = '\0';
			pause = PAUSE_MIN_MS;
		} else if (!atomic_load(&a->stop)) {
			complain(a, &err);
			rest(a, pause);
			pause =
			    pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
		}
	}
	return NULL;
}

zta_status
zta_asking__start(zta_asking *a, zta_error *err)
{
	if (pthread_create(&a->thread, NULL, work, a) != 0) {
		return zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	a->started = true;
	return ZTA_OK;
}

void
zta_asking__stop(zta_asking *a)
{
	atomic_store(&a->stop, true);
	if (a->started) {
		(void)pthread_join(a->thread, NULL);
		a->started = false;
	}
}
