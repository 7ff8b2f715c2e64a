/* SPDX-License-Identifier: Apache-2.0 */
/* pep_part.h - a handle, one call and its answer; for the files of pep alone. */
#ifndef ZTA_PEP_PEP_PART_H
#define ZTA_PEP_PEP_PART_H

#include <pthread.h>

#include "base/json_write.h"
#include "base/watched.h"
#include "http/client.h"
#include "ztauth/pep.h"

/* --- links: what one call after another uses, one call at a time */

typedef struct zta_pep_link zta_pep_link;
struct zta_pep_link {
	zta_pep_link *next; /* of those at rest */
	zta_http_client *client;
	zta_watched certificate; /* that the client has shown */
	zta_arena arena;         /* of one call, for what is no secret */
	/* Secrets: the question, the answer, the token that the question is
	 * about, and what this workload shows. */
	zta_buf sent, received, token, shown;
};

struct zta_pep {
	zta_arena arena; /* of the options */
	zta_pep_options options;
	bool no_proxy;
	pthread_mutex_t lock; /* of: */
	zta_pep_link *rest;
};

/* A link for one call about `token`, of which it has a copy. */
ZTA_MUST_USE zta_status zta_pep__take(
    zta_pep *pep, zta_str token, zta_pep_link **out, zta_error *err);
/*
 * The call is over with this status: nothing of it is kept, and if what the
 * server has said repeats a secret, `err` does not. Returns `status`.
 */
ZTA_MUST_USE zta_status zta_pep__end(
    zta_pep *pep, zta_pep_link *link, zta_status status, zta_error *err);

/* --- asking */

typedef struct zta_pep_request {
	const char *path; /* below the zone */
	const char *type; /* of the body */
	bool show;        /* `shown`, in a header */
} zta_pep_request;

/*
 * Send what is in `sent`; the answer is JSON and is read. ZTA_EUNAVAILABLE: there is none, or the
 * server says that it cannot; ZTA_EINVALID: it is no JSON.
 */
ZTA_MUST_USE zta_status zta_pep__ask(zta_pep *pep, zta_pep_link *link,
    const zta_pep_request *request, unsigned *code, zta_json_doc *out,
    zta_error *err);

/*
 * Fetch what this workload shows, into `shown`; nothing, if it has no credential
 * but perhaps a certificate.
 */
ZTA_MUST_USE zta_status zta_pep__fetch_credential(
    const zta_pep *pep, zta_pep_link *link, zta_error *err);

/* Visible characters of ASCII, at least one, as all tokens are. */
bool zta_pep__is_visible(zta_str text);

/* Is `text`, which is called `name`, empty or a JSON object? ZTA_EINVAL. */
ZTA_MUST_USE zta_status zta_pep__check_object(
    zta_arena *arena, zta_str text, const char *name, zta_error *err);

/* Is it a message? ZTA_EINVAL. Its hash, in base64url. */
#define ZTA_PEP_HASH_LEN 43
ZTA_MUST_USE zta_status zta_pep__check_message(
    const zta_pep_message *message, zta_error *err);
void zta_pep__hash(zta_str payload, char out[ZTA_PEP_HASH_LEN]);

/* That of many, from which paths lead up. ZTA_EINVAL: there are none. */
ZTA_MUST_USE zta_status zta_pep__batch_root(
    zta_pep_batch *batch, char out[ZTA_PEP_HASH_LEN], zta_error *err);
size_t zta_pep__batch_count(const zta_pep_batch *batch);

/*
 * The root in a seal whose part `message` the server has taken; zeroed after an
 * error. ZTA_EINVALID: it has none; ZTA_EUNTRUSTED: the part is not below it.
 */
ZTA_MUST_USE zta_status zta_pep__read_root(zta_str seal,
    const zta_pep_message *message, zta_pep_root *out, zta_error *err);

/* --- answers; ZTA_EINVALID: not exactly what is expected */

/* What an answer of another `code` than 200 says; of a token also as words. */
ZTA_MUST_USE zta_status zta_pep__read_error(const zta_json_doc *answer,
    unsigned code, zta_pep_token *token, zta_error *err);

ZTA_MUST_USE zta_status zta_pep__read_token(const zta_json_doc *answer,
    int64_t now, zta_pep_token *out, zta_error *err);

/* `seal` is NULL if none was asked for. */
ZTA_MUST_USE zta_status zta_pep__read_decision(const zta_json_doc *answer,
    zta_pep_decision *out, zta_pep_token *seal, zta_error *err);

#endif
