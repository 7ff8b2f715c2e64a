/* SPDX-License-Identifier: Apache-2.0 */
/* revocations_mirror.c - see revocations_mirror.h. */
#include "daemon/revocations_mirror.h"

#include "base/time.h"
#include "identity/revocations.h"

/* How long one question waits for a change. */
#define WAIT_MS 25000u

static zta_status
ask(void *context, bool wait, zta_error *err)
{
	zta_revocations_mirror *m = context;
	zta_str text;
	zta_status status =
	    zta_remote__revocations(&m->remote, m->has_seen ? m->seen : NULL,
		wait && m->has_seen ? WAIT_MS : 0, &text, err);

	if (status != ZTA_OK || text.len == 0) {
		return status;
	}
	status = zta_revocations__merge(m->path, text, zta_time__now_ms(), err);
	if (status == ZTA_OK) {
		zta_digest__sha256(text, m->seen);
		m->has_seen = true;
	}
	return status;
}

zta_status
zta_revocations_mirror__open(
    zta_revocations_mirror *m, const zta_mirror *mirror, zta_error *err)
{
	const zta_remote_options options = { .url = mirror->config->follow,
		.signer = mirror->key == NULL ? NULL : &mirror->signer,
		.stop = &m->asking.stop };

	*m = (zta_revocations_mirror){ .asking = { .what = "follow revocations",
					   .ask = ask,
					   .context = m } };
	if (options.url == NULL || mirror->config->revocations == NULL) {
		return ZTA_OK;
	}
	m->path = mirror->config->revocations;
	return zta_remote__open(&m->remote, &options, err);
}

zta_status
zta_revocations_mirror__start(zta_revocations_mirror *m, zta_error *err)
{
	return m->path == NULL ? ZTA_OK : zta_asking__start(&m->asking, err);
}

void
zta_revocations_mirror__stop(zta_revocations_mirror *m)
{
	zta_asking__stop(&m->asking);
}

void
zta_revocations_mirror__close(zta_revocations_mirror *m)
{
	if (m->path != NULL) {
		zta_remote__close(&m->remote);
		m->path = NULL;
	}
}
