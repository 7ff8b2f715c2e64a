/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/pep.h - ask before it is done, and do it only if the answer is yes.
 *
 * A policy enforcement point asks the server of a zone four things: `exchange`
 * a credential for a transaction token, `decide` whether something may be done
 * under it, `seal` a message after that is allowed, and `unseal` what was
 * received, for a token to go on with. Who sends orders:
 *
 *     zta_pep_options options = { .url = "https://pdp.example/zones/100000000001",
 *         .credential_file = "/run/spiffe/svid.jwt" };
 *     zta_pep_subject who = { .token = credential, .kind = ZTA_PEP_ACCESS_TOKEN };
 *     zta_pep_question may = { .action = ZTA_STR("buy"),
 *         .resource = { ZTA_STR("Product"), ZTA_STR("teapot"), ZTA_STR("") } };
 *     zta_pep_message message = { .channel = ZTA_STR("orders"), .payload = order };
 *
 *     status = zta_pep_open(&pep, &options, &err);
 *     ...
 *     status = zta_pep_exchange(pep, &who, &token, &err);
 *     if (status == ZTA_OK) {
 *         may.token = zta_str_of(token.text);
 *         status = zta_pep_seal(pep, &may, &message, &decision, &seal, &err);
 *     }
 *     if (status == ZTA_OK && decision.effect == ZTA_ALLOW) {
 *         send(order, seal.text);
 *     }
 *
 * And who receives them, with a handle of its own and the same question:
 *
 *     status = zta_pep_unseal(pep, received, &message, &token, &err);
 *     if (status == ZTA_OK) {
 *         may.token = zta_str_of(token.text);
 *         status = zta_pep_decide(pep, &may, &decision, &err);
 *     }
 *     if (status == ZTA_OK && decision.effect == ZTA_ALLOW) {
 *         deliver(order);
 *     }
 *
 * Whole programs are in examples/pep, a walk through them in docs/pep.md.
 *
 * **Whatever fails denies.** ZTA_OK says that there is an answer, never that it
 * is yes: that says `effect`, and a decision begins, and after an error is,
 * zeroed. Answers are read strictly. One that is not exactly an allow, with the
 * number of its record, is none; and so is one that demands what is not known
 * here. No answer is kept: what was true is asked again.
 *
 * Statuses of all four: ZTA_EUNAVAILABLE, the server cannot be reached, or does
 * not answer in time, or not now: the same may pass later; ZTA_EUNTRUSTED, it
 * refuses what it was shown; ZTA_EINVALID, the question or the answer makes no
 * sense; ZTA_ELIMIT, one of them is too large; ZTA_EINVAL, what the call needs
 * is not there. Messages say no more of what the server says than is no secret.
 *
 * Memory: what a call gives lies in the caller's structures. Those with a token
 * are some 16 KiB, and are wiped with zta_pep_forget(). What is given to a call
 * is needed only during it. Credentials are fetched for each call, and wiped after
 * it; what libcurl and OpenSSL copied of them is not.
 *
 * Threads: a handle may be used by any number of them at once; each call that
 * is under way has a connection of its own, which is kept for the next one.
 *
 * What this does not do: proofs of possession by DPoP or a WIMSE token (a client
 * certificate is one, and is shown); retries, which only the caller can judge.
 */
#ifndef ZTAUTH_PEP_H
#define ZTAUTH_PEP_H

#include "ztauth/pdp.h"
#include "ztauth/token.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_pep zta_pep;

/* How a credential is to be taken; what servers know, and no more. */
typedef enum zta_pep_kind {
	ZTA_PEP_JWT,
	ZTA_PEP_ACCESS_TOKEN, /* a JWT, or opaque */
	ZTA_PEP_ID_TOKEN,     /* of a subject */
	ZTA_PEP_SAML2,        /* of a subject, base64url */
	ZTA_PEP_API_KEY,
	ZTA_PEP_TXN_TOKEN, /* of a subject: its transaction goes on */
	ZTA_PEP_DELEGATION /* of a subject: a grant that it has given */
} zta_pep_kind;

/*
 * Put the credential of this workload, without an end of line, into `out`, which
 * has room for ZTA_TOKEN_MAX bytes, and its length into `*len`. Called for each
 * call that shows it, on the thread of that call. What it returns, if that is
 * not ZTA_OK, the call returns.
 */
typedef zta_status zta_pep_credential(
    void *context, char *out, size_t *len, zta_error *err);

typedef struct zta_pep_options {
	/* "https://host/zones/<zone>"; http for this machine alone. */
	const char *url;
	const char *ca_file; /* PEM of authorities; NULL: the system's */

	/*
	 * What this workload shows: a credential from a file (a JWT-SVID, an API
	 * key: one line) or a function, or its certificate, or both. The file is
	 * read for each call that shows it, and a certificate that has changed
	 * gets a new connection, so that they may be renewed at any time.
	 */
	const char *credential_file;
	zta_pep_credential *credential;
	void *credential_context;
	zta_pep_kind credential_kind;
	const char *certificate_file, *key_file; /* PEM */

	int64_t timeout_ms; /* of each call, all of it; 0: 5 s */
} zta_pep_options;

/*
 * Nothing is asked yet. ZTA_EINVAL: the options make no sense. Close it when no
 * call is under way; NULL is fine.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_open(
    zta_pep **out, const zta_pep_options *options, zta_error *err);
ZTA_PUBLIC void zta_pep_close(zta_pep *pep);

/* Longest word of an answer, and its NUL. */
#define ZTA_PEP_WORD_MAX 65

/* A token, or a seal. */
typedef struct zta_pep_token {
	char text[ZTA_TOKEN_MAX]; /* NUL-terminated; empty: there is none */
	int64_t expires_at; /* of a token, ms since 1970 by the clock here */
	/* Why there is none, where the server said so. */
	char leg[ZTA_PEP_WORD_MAX], code[ZTA_PEP_WORD_MAX];
} zta_pep_token;

/* Wipe it. */
ZTA_PUBLIC void zta_pep_forget(zta_pep_token *token);

/* Whom a transaction is for. Empty texts are left out. */
typedef struct zta_pep_subject {
	zta_str token;
	zta_pep_kind kind;
	zta_str scope;   /* words: no more than these of the credential's */
	zta_str details; /* `request_details`: what it is about, JSON object */
	zta_str context; /* `request_context`: where it comes from, the same */
	zta_str delegation; /* a grant */
} zta_pep_subject;

/*
 * Begin a transaction, or go on with one, whose chain this workload joins
 * (ZTA_PEP_TXN_TOKEN).
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_exchange(zta_pep *pep,
    const zta_pep_subject *subject, zta_pep_token *out, zta_error *err);

/* Properties are a JSON object; they count where the zone says so. */
typedef struct zta_pep_entity {
	zta_str type, id;
	zta_str properties; /* may be empty */
} zta_pep_entity;

typedef struct zta_pep_question {
	/* A transaction token. Empty: the zone needs none; the workload shows
	 * itself, if it has a credential. */
	zta_str token;
	/* Zeroed: whom the token is for. Name who you believe it is if you know,
	 * for then the token of another does not pass. */
	zta_pep_entity subject;
	zta_str action;
	zta_str properties; /* of the action, JSON object; may be empty */
	zta_pep_entity resource;
	zta_str context; /* JSON object; may be empty */
} zta_pep_question;

/* Zeroed memory denies. The texts are for logs. */
typedef struct zta_pep_decision {
	zta_effect effect;
	char id[ZTA_PEP_WORD_MAX];     /* of the decision, and its record */
	char leg[ZTA_PEP_WORD_MAX];    /* which check decided */
	char code[ZTA_PEP_WORD_MAX];   /* and why */
	char commit[ZTA_PEP_WORD_MAX]; /* the version of the policies */
	int64_t log_index;             /* of the record, if there is an id */
} zta_pep_decision;

ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_decide(zta_pep *pep,
    const zta_pep_question *question, zta_pep_decision *out, zta_error *err);

/*
 * Many payloads that get one decision and one seal, and are consumed one by one.
 * What is sent beside each is the seal, its number from 0, and the path that
 * proves it: as headers `ztauth-seal-index` and `ztauth-seal-path`. A batch is for
 * one thread at a time; only hashes are kept.
 */
typedef struct zta_pep_batch zta_pep_batch;

/* Close it; NULL is fine. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_batch_open(
    zta_pep_batch **out, zta_error *err);
ZTA_PUBLIC void zta_pep_batch_close(zta_pep_batch *batch);

/* One more payload. ZTA_ELIMIT: it has 1,048,576. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_batch_add(
    zta_pep_batch *batch, zta_str payload, zta_error *err);

/* Longest path, and its NUL. */
#define ZTA_PEP_PATH_MAX 855

/*
 * The path of payload `index` under the last seal; empty if it is alone.
 * ZTA_EINVAL: it is not there, or the batch has not been sealed since.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_batch_path(
    const zta_pep_batch *batch, size_t index, char out[ZTA_PEP_PATH_MAX],
    zta_error *err);

/* Bytes on their way, and where: a topic, a queue, a directory of batches. */
typedef struct zta_pep_message {
	zta_str channel; /* 1 to 256 bytes */
	zta_str payload; /* exactly what is sent, or was received */
	/* To seal: */
	zta_pep_batch *batch; /* these, not `payload`; NULL: that alone */
	bool once;            /* the seal is good once, for each */
	/* To unseal one of many: */
	bool is_part;
	uint32_t index;
	zta_str path;
} zta_pep_message;

/*
 * Decide, and if it is allowed, make a seal for the message: to be sent beside
 * it, as header `ztauth-seal` or in the file <name>.seal. It is no secret from
 * those who may read the message. A deny has none.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_seal(zta_pep *pep,
    const zta_pep_question *question, const zta_pep_message *message,
    zta_pep_decision *decision, zta_pep_token *seal, zta_error *err);

/*
 * Exchange the seal of a message that was received for a transaction token,
 * whose chain this workload joins. ZTA_EUNTRUSTED: there is none for this
 * message from this channel, or somebody of the chain may no longer act.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_unseal(zta_pep *pep, zta_str seal,
    const zta_pep_message *message, zta_pep_token *out, zta_error *err);

/*
 * Whoever consumes many of one seal asks once, and checks the others itself: the
 * root is what the seal says, of which the server has taken one. Zeroed, it has
 * no parts.
 */
typedef struct zta_pep_root {
	unsigned char sha256[32];
	uint32_t payloads;
	char channel[257];
} zta_pep_root;

/*
 * zta_pep_unseal() of one of many; `root` is for the others, and after an error
 * zeroed. The token is for all of them. ZTA_EINVAL: it is no part.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_unseal_root(zta_pep *pep,
    zta_str seal, const zta_pep_message *message, zta_pep_token *out,
    zta_pep_root *root, zta_error *err);

/*
 * Is the message one of those? Nothing is asked and nothing recorded: show the
 * server what is not, with zta_pep_unseal(), and it will be. ZTA_EUNTRUSTED: no.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_pep_check_part(
    const zta_pep_root *root, const zta_pep_message *message, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
