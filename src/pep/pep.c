/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pep.c - handles and their links; see ztauth/pep.h.
 *
 * A call takes a link that is at rest, or opens one, and gives it back. The lock
 * is held for that alone. There are as many links as there have been calls at
 * once.
 */
#include "pep/pep_part.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"

/* A message repeats no more than so much of a secret. */
#define REPEATED_MAX 16

/* --- options */

/* "/zones/<digits>" */
static bool
is_zone_path(zta_str path)
{
	zta_str zones = ZTA_STR("/zones/");
	size_t i;

	for (i = zones.len; i < path.len; i++) {
		if (path.ptr[i] < '0' || path.ptr[i] > '9') {
			return false;
		}
	}
	return path.len > zones.len && zta_str__starts(path, zones);
}

/* The URL is not repeated: what is refused may hold a password. */
static zta_status
check_url(zta_pep *pep, const char *url, zta_error *err)
{
	zta_url read;

	if (url == NULL || !zta_url__read(zta_str_of(url), &read) ||
	    !is_zone_path(read.path)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "the URL of a zone is https://<host>/zones/<zone>");
	}
	if (!read.secure && !zta_url__is_loopback(&read)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "credentials go to another machine by https alone");
	}
	pep->no_proxy = !read.secure;
	return ZTA_OK;
}

static zta_status
check(zta_pep *pep, const zta_pep_options *o, zta_error *err)
{
	if (o->credential_file != NULL && o->credential != NULL) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a credential comes from a file or a function, not both");
	}
	if (o->credential_kind != ZTA_PEP_JWT &&
	    o->credential_kind != ZTA_PEP_ACCESS_TOKEN &&
	    o->credential_kind != ZTA_PEP_API_KEY) {
		return zta_error__set(
		    err, ZTA_EINVAL, "that is no credential of a workload");
	}
	if ((o->certificate_file == NULL) != (o->key_file == NULL)) {
		return zta_error__set(
		    err, ZTA_EINVAL, "a certificate needs its key");
	}
	return check_url(pep, o->url, err);
}

/* Copy the texts of the options, which need not outlive the call. */
static zta_status
keep_texts(zta_pep *pep, zta_error *err)
{
	const char **texts[] = { &pep->options.url, &pep->options.ca_file,
		&pep->options.credential_file, &pep->options.certificate_file,
		&pep->options.key_file };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (*texts[i] == NULL) {
			continue;
		}
		*texts[i] = zta_arena__cstr(&pep->arena, zta_str_of(*texts[i]));
		if (*texts[i] == NULL) {
			return zta_arena__failed(&pep->arena, err);
		}
	}
	return ZTA_OK;
}

zta_status
zta_pep_open(zta_pep **out, const zta_pep_options *options, zta_error *err)
{
	zta_pep *pep = calloc(1, sizeof(*pep));
	zta_status status;

	*out = NULL;
	if (pep == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(&pep->arena, SIZE_MAX);
	pep->options = *options;
	if (pep->options.timeout_ms <= 0) {
		pep->options.timeout_ms = ZTA_PEP_MS;
	}
	status = check(pep, options, err);
	if (status == ZTA_OK) {
		status = keep_texts(pep, err);
	}
	if (status == ZTA_OK && pthread_mutex_init(&pep->lock, NULL) != 0) {
		status = zta_error__nomem(err);
	}
	if (status != ZTA_OK) {
		zta_arena__release(&pep->arena);
		free(pep);
		return status;
	}
	*out = pep;
	return ZTA_OK;
}

/* --- links */

static void
close_link(zta_pep_link *link)
{
	zta_http_client__close(link->client);
	zta_arena__release(&link->arena);
	zta_buf__release(&link->sent);
	zta_buf__release(&link->received);
	zta_buf__release(&link->token);
	zta_buf__release(&link->shown);
	free(link);
}

/* What has connected may have shown a certificate that is no longer there. */
static zta_status
connect_again(zta_pep *pep, zta_pep_link *link, zta_error *err)
{
	const zta_http_client_options options = {
		.ca_file = pep->options.ca_file,
		.certificate_file = pep->options.certificate_file,
		.key_file = pep->options.key_file,
		.no_proxy = pep->no_proxy,
	};

	zta_http_client__close(link->client);
	link->client = NULL;
	return zta_http_client__open(&link->client, &options, err);
}

static zta_pep_link *
open_link(zta_pep *pep)
{
	zta_pep_link *link = calloc(1, sizeof(*link));

	if (link != NULL) {
		link->certificate.path = pep->options.certificate_file;
		zta_arena__init(&link->arena, SIZE_MAX);
		zta_buf__init_secret(&link->sent, ZTA_HTTP_BODY_MAX);
		zta_buf__init_secret(&link->received, ZTA_PEP_ANSWER_MAX);
		zta_buf__init_secret(&link->token, ZTA_HTTP_BODY_MAX);
		zta_buf__init_secret(&link->shown, ZTA_TOKEN_MAX);
	}
	return link;
}

/* What the call needs before anything of its own. */
static zta_status
prepare(zta_pep *pep, zta_pep_link *link, zta_str token, zta_error *err)
{
	bool renewed = link->certificate.path != NULL &&
	    zta_watched__look(&link->certificate);

	zta_buf__put(&link->token, token);
	if (link->token.status != ZTA_OK) {
		return link->token.status == ZTA_ENOMEM ?
		    zta_error__nomem(err) :
		    zta_error__set(err, ZTA_ELIMIT, "the token is too long");
	}
	return link->client == NULL || renewed ? connect_again(pep, link, err) :
						 ZTA_OK;
}

zta_status
zta_pep__take(zta_pep *pep, zta_str token, zta_pep_link **out, zta_error *err)
{
	zta_pep_link *link;
	zta_status status;

	(void)pthread_mutex_lock(&pep->lock);
	link = pep->rest;
	if (link != NULL) {
		pep->rest = link->next;
	}
	(void)pthread_mutex_unlock(&pep->lock);
	*out = NULL;
	if (link == NULL) {
		link = open_link(pep);
	}
	if (link == NULL) {
		return zta_error__nomem(err);
	}
	status = prepare(pep, link, token, err);
	if (status != ZTA_OK) {
		close_link(link);
		return status;
	}
	*out = link;
	return ZTA_OK;
}

/* --- the end of a call */

static bool
repeats(const char *text, zta_str secret)
{
	size_t i, len = strlen(text);
	size_t run = secret.len < REPEATED_MAX ? secret.len : REPEATED_MAX;

	for (i = 0; run > 0 && i + run <= len; i++) {
		if (memmem(secret.ptr, secret.len, text + i, run) != NULL) {
			return true;
		}
	}
	return false;
}

/* It goes to logs and terminals: no secret, and visible ASCII alone. */
static void
clean(char *text, const zta_pep_link *link)
{
	if (repeats(text, zta_buf__str(&link->token)) ||
	    repeats(text, zta_buf__str(&link->shown))) {
		text[0] = '\0';
	}
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~') {
			*text = '?';
		}
	}
}

zta_status
zta_pep__end(
    zta_pep *pep, zta_pep_link *link, zta_status status, zta_error *err)
{
	if (status != ZTA_OK && err != NULL) {
		clean(err->message, link);
		clean(err->place, link);
		if (err->message[0] == '\0') {
			(void)zta_error__set(err, status,
			    "the server says what is not for a message");
		}
	}
	zta_arena__reset(&link->arena);
	zta_buf__clear(&link->sent);
	zta_buf__clear(&link->received);
	zta_buf__clear(&link->token);
	zta_buf__clear(&link->shown);
	(void)pthread_mutex_lock(&pep->lock);
	link->next = pep->rest;
	pep->rest = link;
	(void)pthread_mutex_unlock(&pep->lock);
	return status;
}

void
zta_pep_close(zta_pep *pep)
{
	zta_pep_link *link;

	if (pep == NULL) {
		return;
	}
	while ((link = pep->rest) != NULL) {
		pep->rest = link->next;
		close_link(link);
	}
	(void)pthread_mutex_destroy(&pep->lock);
	zta_arena__release(&pep->arena);
	free(pep);
}

void
zta_pep_forget(zta_pep_token *token)
{
	explicit_bzero(token, sizeof(*token));
}
