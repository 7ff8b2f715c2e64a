/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.c - see certificate.h. */
#include "daemon/certificate.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "daemon/say.h"
#include "identity/verify.h"

#define PEM_MAX ((size_t)1 << 20)
/* How often it is said that a client was refused. */
#define REFUSED_MS 1000

/* --- whom we believe */

static zta_x509_roots *
hold_roots(zta_certificate *c)
{
	zta_x509_roots *roots;

	(void)pthread_mutex_lock(&c->lock);
	roots = c->roots;
	if (roots != NULL) {
		zta_x509_roots__hold(roots);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return roots;
}

static zta_status
verify_svid(zta_certificate *c, zta_arena *arena, const zta_x509_chain *chain,
    int64_t now, const char **code, zta_error *err)
{
	zta_snapshot *snapshot = zta_service__snapshot(c->service);
	const zta_circumstances around = { .chain = chain->certificates,
		.chain_count = chain->count };
	const zta_presented presented = { .as = ZTA_AS_SVID,
		.around = &around };
	zta_verifier with = { .arena = arena, .now = now };
	zta_principal principal;
	zta_why_not why_not;
	zta_status status;

	if (snapshot == NULL) {
		return zta_error__set(
		    err, ZTA_EUNTRUSTED, "there are no sources yet");
	}
	with.sources = &snapshot->sources;
	with.ring = c->service->ring;
	with.since = zta_ring__now(with.ring);
	status =
	    zta_identity__verify(&with, &presented, &principal, &why_not, err);
	*code = zta_refusal__code(why_not.refusal);
	zta_snapshot__drop(snapshot);
	return status;
}

/* Clients learn that they were refused, and the operator why. */
static void
say_refused(zta_certificate *c, const char *code, const zta_error *err)
{
	int64_t now = zta_time__monotonic_ms();
	bool say;

	(void)pthread_mutex_lock(&c->lock);
	say = c->refused_ms == 0 || now - c->refused_ms >= REFUSED_MS;
	c->refused_ms = say ? now : c->refused_ms;
	(void)pthread_mutex_unlock(&c->lock);
	if (say) {
		zta_daemon__say("a client's certificate is refused: %s: %s",
		    code, err->message);
	}
}

/* A zta_tls_check. */
static bool
is_good(void *context, const zta_x509_chain *chain)
{
	zta_certificate *c = context;
	zta_x509_roots *roots = hold_roots(c);
	int64_t now = zta_time__now_ms();
	const char *code = "untrusted";
	zta_x509_flaw flaw;
	zta_error err = { 0 };
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, 2 * ZTA_X509_CHAIN_BYTES_MAX);
	status = roots != NULL ?
	    zta_x509__verify(roots, chain, ZTA_X509_CLIENT, now, &flaw, &err) :
	    verify_svid(c, &arena, chain, now, &code, &err);
	if (status != ZTA_OK) {
		say_refused(c, code, &err);
	}
	zta_arena__release(&arena);
	zta_x509_roots__drop(roots);
	return status == ZTA_OK;
}

/* --- the files */

/* Wiped, whatever comes of it: it may be a key. */
static void
forget(zta_arena *arena, zta_str text)
{
	if (text.len > 0) {
		explicit_bzero((void *)(uintptr_t)text.ptr, text.len);
	}
	zta_arena__release(arena);
}

static zta_status
read_roots(const zta_certificate *c, zta_x509_roots **out, zta_error *err)
{
	const char *path = c->config->tls_client_ca;
	zta_arena arena;
	zta_str pem;
	zta_status status;

	*out = NULL;
	if (path == NULL) {
		return ZTA_OK;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, PEM_MAX, &pem, err);
	if (status == ZTA_OK) {
		status = zta_x509_roots__open(out, err);
	}
	if (status == ZTA_OK) {
		status = zta_x509_roots__add_pem(*out, pem, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
		zta_x509_roots__drop(*out);
		*out = NULL;
	}
	zta_arena__release(&arena);
	return status;
}

/* Show what the two texts are. */
static zta_status
show(zta_certificate *c, zta_str pem, zta_str key, zta_error *err)
{
	const zta_tls_options options = { .certificates = pem,
		.key = key,
		.client = c->config->tls_client,
		.check = is_good,
		.context = c };

	return c->tls == NULL ? zta_tls__open(&c->tls, &options, err) :
				zta_tls__renew(c->tls, pem, key, err);
}

static zta_status
read_pair(zta_certificate *c, zta_error *err)
{
	const zta_config *config = c->config;
	zta_str pem = { NULL, 0 }, key = { NULL, 0 };
	zta_arena arena, secret;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_arena__init(&secret, SIZE_MAX);
	status = zta_file__read(&arena, config->tls_cert, PEM_MAX, &pem, err);
	if (status == ZTA_OK) {
		status = zta_file__read(
		    &secret, config->tls_key, PEM_MAX, &key, err);
	}
	if (status == ZTA_OK) {
		status = show(c, pem, key, err);
		zta_error__place(err, "%s", config->tls_cert);
	}
	forget(&secret, key);
	zta_arena__release(&arena);
	return status;
}

/* All or nothing: who is believed changes after what is shown has. */
static zta_status
read_files(zta_certificate *c, zta_error *err)
{
	zta_x509_roots *roots, *before;
	zta_status status = read_roots(c, &roots, err);

	if (status == ZTA_OK) {
		status = read_pair(c, err);
	}
	if (status != ZTA_OK) {
		zta_x509_roots__drop(roots);
		return status;
	}
	(void)pthread_mutex_lock(&c->lock);
	before = c->roots;
	c->roots = roots;
	(void)pthread_mutex_unlock(&c->lock);
	zta_x509_roots__drop(before);
	return ZTA_OK;
}

void
zta_certificate__renew(zta_certificate *c, bool always)
{
	zta_error err = { 0 };

	if (c->tls == NULL || (!zta_file_state__look(&c->files) && !always)) {
		return;
	}
	if (read_files(c, &err) == ZTA_OK) {
		zta_daemon__say("the certificate is renewed");
	} else {
		(void)zta_daemon__complain(
		    "the certificate stays as it was", &err);
	}
}

zta_status
zta_certificate__open(zta_certificate *c, const zta_config *config,
    zta_service *service, zta_error *err)
{
	*c = (zta_certificate){ .config = config, .service = service };
	(void)pthread_mutex_init(&c->lock, NULL);
	if (config->tls_cert == NULL) {
		return ZTA_OK;
	}
	zta_file_state__add(&c->files, config->tls_cert);
	zta_file_state__add(&c->files, config->tls_key);
	zta_file_state__add(&c->files, config->tls_client_ca);
	(void)zta_file_state__look(&c->files);
	return read_files(c, err);
}

void
zta_certificate__close(zta_certificate *c)
{
	zta_tls__close(c->tls);
	zta_x509_roots__drop(c->roots);
	(void)pthread_mutex_destroy(&c->lock);
}
