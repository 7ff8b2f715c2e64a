/* SPDX-License-Identifier: Apache-2.0 */
/* grants_mirror.c - see grants_mirror.h. */
#include "daemon/grants_mirror.h"

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

/* How long one question waits for more; less if what was heard counts less. */
#define WAIT_MS 25000
/* A whole file that was refused is not asked for again at once: it is large. */
#define REFUSED_MS 30000

/* --- another file than ours */

static void
drop_draft(zta_grants_mirror *m)
{
	zta_file_draft__drop(&m->draft);
	m->drafted = (zta_grants_position){ 0 };
}

/* Lines that come after what there is of it. */
static zta_status
draw(zta_grants_mirror *m, zta_str lines, zta_error *err)
{
	zta_status status;

	if (lines.len <= ZTA_GRANTS_DIGITS ||
	    lines.ptr[lines.len - 1] != '\n') {
		return zta_error__set(err, ZTA_EINVALID,
		    "the lines of the server do not end with one");
	}
	status = zta_file__write_all(m->draft.fd, lines, err);
	m->drafted.size += lines.len;
	memcpy(m->drafted.check, lines.ptr + lines.len - ZTA_GRANTS_DIGITS - 1,
	    ZTA_GRANTS_DIGITS);
	return status;
}

static zta_status
finish_draft(zta_grants_mirror *m, zta_error *err)
{
	zta_status status =
	    zta_grants__replace(m->grants, &m->draft, zta_time__now_ms(), err);

	drop_draft(m);
	return status;
}

/* --- one question */

/* Their file begins otherwise than ours. */
static zta_status
begin_anew(zta_grants_mirror *m, const zta_remote_grants *page, zta_error *err)
{
	bool made;
	zta_status status;

	drop_draft(m);
	status = zta_grants__remake(m->grants, page->lines, &made, err);

	if (status != ZTA_OK || made) {
		return status;
	}
	status = zta_file_draft__open(&m->draft, m->grants->path, err);
	return status == ZTA_OK ? draw(m, page->lines, err) : status;
}

static zta_status
take_page(zta_grants_mirror *m, const zta_grants_position *from,
    const zta_remote_grants *page, zta_error *err)
{
	if (page->start != from->size) {
		return page->start == 0 ?
		    begin_anew(m, page, err) :
		    zta_error__set(err, ZTA_EINVALID,
			"the server gives other lines than were asked for");
	}
	if (page->lines.len == 0) {
		return ZTA_OK;
	}
	return m->draft.fd >= 0 ?
	    draw(m, page->lines, err) :
	    zta_grants__receive(m->grants, page->lines, err);
}

/* Is all there that the server had? A whole file comes into place then. */
static zta_status
look_at_end(zta_grants_mirror *m, uint64_t end, zta_error *err)
{
	zta_grants_position ours = m->drafted;
	zta_status status = ZTA_OK;

	if (m->draft.fd >= 0 && ours.size == end) {
		status = finish_draft(m, err);
	}
	if (m->draft.fd < 0) {
		zta_grants__position(m->grants, &ours);
		if (status == ZTA_OK && ours.size == end) {
			atomic_store(
			    &m->grants->heard_ms, zta_time__monotonic_ms());
		}
	}
	return status;
}

static zta_status
ask(void *context, bool wait, zta_error *err)
{
	zta_grants_mirror *m = context;
	int64_t patience = m->grants->max_age_ms / 3;
	zta_grants_position from = m->drafted;
	zta_remote_grants page;
	zta_status status;

	if (zta_time__monotonic_ms() < m->refused_until) {
		*err = m->refused;
		return ZTA_ECONFLICT;
	}
	if (m->draft.fd < 0) {
		zta_grants__position(m->grants, &from);
	}
	patience = !wait ? 0 : patience < WAIT_MS ? patience : WAIT_MS;
	status = zta_remote__grants(
	    &m->remote, &from, (uint32_t)patience, &page, err);
	if (status == ZTA_OK) {
		status = take_page(m, &from, &page, err);
	}
	if (status == ZTA_OK) {
		status = look_at_end(m, page.end, err);
	}
	if (status != ZTA_OK) {
		drop_draft(m);
	}
	if (status == ZTA_ECONFLICT) {
		m->refused = *err;
		m->refused_until = zta_time__monotonic_ms() + REFUSED_MS;
	}
	return status;
}

/* --- the thread */

zta_status
zta_grants_mirror__open(zta_grants_mirror *m, const zta_mirror *mirror,
    zta_followed *grants, zta_error *err)
{
	const zta_remote_options options = { .url = mirror->config->follow,
		.signer = mirror->key == NULL ? NULL : &mirror->signer,
		.stop = &m->asking.stop };

	*m = (zta_grants_mirror){ .draft = { .fd = -1 },
		.asking = {
		    .what = "follow grants", .ask = ask, .context = m } };
	if (options.url == NULL || grants == NULL) {
		return ZTA_OK;
	}
	m->grants = grants;
	return zta_remote__open(&m->remote, &options, err);
}

zta_status
zta_grants_mirror__start(zta_grants_mirror *m, zta_error *err)
{
	return m->grants == NULL ? ZTA_OK : zta_asking__start(&m->asking, err);
}

void
zta_grants_mirror__stop(zta_grants_mirror *m)
{
	zta_asking__stop(&m->asking);
}

void
zta_grants_mirror__close(zta_grants_mirror *m)
{
	if (m->grants != NULL) {
		drop_draft(m);
		zta_remote__close(&m->remote);
		m->grants = NULL;
	}
}
