/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.c - see keeper.h. */
#include "daemon/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "daemon/hoard.h"
#include "identity/jws.h"
#include "trust/grant.h"
#include "trust/seal.h"
#include "trust/txn_token.h"

/* First byte of a message to the keeper, and of one from it. */
#define SIGN_TXN 'T'
#define SIGN_SEAL 'E'
#define SIGN_GRANT 'G'
#define SIGN_CLIENT 'C'
#define SIGN_LOG 'P'
#define COSIGN 'W'
#define TELL_LOG_KEY 'V'
#define TELL_WITNESS_KEY 'X'
#define LOAD 'L'
#define USE 'U'
#define SIGNED 'S'
#define REFUSED 'R'
#define READY 'K'

#define MESSAGE_MAX (ZTA_JWS_MAX + 1)
/* A signature takes well under a millisecond. */
#define PATIENCE_S 2

/* SPEC: rfc7523 3: no type of its own is asked for. */
#define CLIENT_TYP "JWT"

/* --- in the keeper */

typedef struct inside {
	const zta_keeper_keys *files;
	zta_hoard held;
	zta_hoard coming; /* loaded, and not in use yet */
	zta_log_signer log;
	zta_witness_signer witness;
} inside;

static void
reply(int channel, char kind, zta_str text)
{
	char message[MESSAGE_MAX];

	if (text.len > sizeof(message) - 1) {
		kind = REFUSED;
		text.len = 0;
	}
	message[0] = kind;
	memcpy(message + 1, text.ptr, text.len);
	/* If the server is gone, poll says so next. */
	if (send(channel, message, text.len + 1, MSG_NOSIGNAL) < 0) {
		return;
	}
}

/* Each kind of message has a key and a type of its own. */
static zta_status
sign(const zta_hoard *held, char kind, zta_str payload, zta_buf *token)
{
	const struct {
		char kind;
		const char *typ;
		const zta_hoard_key *by;
	} kinds[] = {
		{ SIGN_TXN, ZTA_TXN_TYP, &held->zone },
		{ SIGN_SEAL, ZTA_SEAL_TYP, &held->zone },
		{ SIGN_GRANT, ZTA_GRANT_TYP, &held->zone },
		{ SIGN_CLIENT, CLIENT_TYP, &held->client },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind == kind && kinds[i].by->key != NULL) {
			return zta_jws__sign(token, kinds[i].by->key,
			    ZTA_ALG_ES256, zta_str_of(kinds[i].typ),
			    zta_str_of(kinds[i].by->kid), payload, NULL);
		}
	}
	return ZTA_EINVAL;
}

static void
reply_loaded(
    int channel, zta_status status, const zta_hoard *h, const zta_error *e)
{
	if (status == ZTA_OK) {
		reply(channel, READY, zta_str_of(h->jwks));
	} else {
		reply(
		    channel, REFUSED, (zta_str){ (const char *)e, sizeof(*e) });
	}
}

static void
load_again(int channel, inside *k)
{
	zta_error err = { 0 };
	zta_status status;

	zta_hoard__let_go(&k->coming);
	status = zta_hoard__load(k->files, &k->coming, &err);
	reply_loaded(channel, status, &k->coming, &err);
}

static void
use_loaded(int channel, inside *k)
{
	if (k->coming.zone.key == NULL) {
		reply(channel, REFUSED, ZTA_STR(""));
		return;
	}
	zta_hoard__let_go(&k->held);
	k->held = k->coming;
	k->coming = (zta_hoard){ 0 };
	reply(channel, READY, zta_str_of(k->held.jwks));
}

/* The verifier key of a key that signs notes; without the key, nothing. */
static void
tell_note_key(int channel, const zta_key *key, const zta_note_key *name)
{
	char text[ZTA_NOTE_VKEY_MAX] = "";

	if (key != NULL) {
		zta_note_key__put(name, text);
	}
	reply(channel, READY, zta_str_of(text));
}

static void
reply_signed(int channel, char kind, zta_str payload, inside *k)
{
	zta_buf out;
	zta_status status;

	zta_buf__init(&out, ZTA_JWS_MAX);
	switch (kind) {
	case SIGN_LOG:
		status = zta_log_signer__sign(&k->log, payload, &out, NULL);
		break;
	case COSIGN:
		status =
		    zta_witness_signer__sign(&k->witness, payload, &out, NULL);
		break;
	default:
		status = sign(&k->held, kind, payload, &out);
	}
	if (status == ZTA_OK) {
		reply(channel, SIGNED, zta_buf__str(&out));
	} else {
		reply(channel, REFUSED, ZTA_STR(""));
	}
	zta_buf__release(&out);
}

/* One request; false when the server has closed the channel. */
static bool
serve_one(int channel, inside *k)
{
	char message[MESSAGE_MAX];
	ssize_t len = recv(channel, message, sizeof(message), 0);

	if (len <= 0) {
		return len < 0 && errno == EINTR;
	}
	switch (message[0]) {
	case LOAD:
		load_again(channel, k);
		break;
	case USE:
		use_loaded(channel, k);
		break;
	case TELL_LOG_KEY:
		tell_note_key(channel, k->log.key, &k->log.name);
		break;
	case TELL_WITNESS_KEY:
		tell_note_key(channel, k->witness.key, &k->witness.name);
		break;
	default:
		reply_signed(channel, message[0],
		    (zta_str){ message + 1, (size_t)len - 1 }, k);
	}
	return true;
}

/* Until the server has closed all channels. */
static void
serve_all(const int *channels, uint32_t count, inside *k)
{
	struct pollfd *fds = calloc(count, sizeof(*fds));
	uint32_t i, open = fds == NULL ? 0 : count;

	for (i = 0; i < open; i++) {
		fds[i] = (struct pollfd){ channels[i], POLLIN, 0 };
	}
	while (open > 0) {
		if (poll(fds, count, -1) < 0) {
			if (errno != EINTR) {
				break;
			}
			continue;
		}
		for (i = 0; i < count; i++) {
			if (fds[i].revents != 0 && !serve_one(fds[i].fd, k)) {
				fds[i].fd = -1;
				open--;
			}
		}
	}
	free(fds);
}

/*
 * A signature of one kind is none of the other; but whoever has one key knows
 * both, and who is watched by it would watch. SPEC: c2sp tlog-cosignature
 */
static zta_status
keep_apart(const inside *k, zta_error *err)
{
	return k->log.key != NULL && k->witness.key != NULL &&
		memcmp(k->log.name.public.bytes, k->witness.name.public.bytes,
		    sizeof(k->log.name.public.bytes)) == 0 ?
	    zta_error__set(err, ZTA_EINVALID,
		"`log_key` and `witness_key` are one key: a witness has its "
		"own") :
	    ZTA_OK;
}

/* The whole life of the keeper. The first channel carries the public keys. */
static int
run(const zta_keeper_keys *files, const zta_log_signer_files *log,
    const zta_witness_files *witness, const int *channels, uint32_t count)
{
	inside k = { .files = files };
	zta_error err = { 0 };
	zta_status status;

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	status = zta_hoard__load(files, &k.held, &err);
	if (status == ZTA_OK) {
		status = zta_log_signer__open(&k.log, log, &err);
	}
	if (status == ZTA_OK) {
		status = zta_witness_signer__open(&k.witness, witness, &err);
	}
	if (status == ZTA_OK) {
		status = keep_apart(&k, &err);
	}
	reply_loaded(channels[0], status, &k.held, &err);
	if (status == ZTA_OK) {
		serve_all(channels, count, &k);
	}
	zta_hoard__let_go(&k.held);
	zta_hoard__let_go(&k.coming);
	zta_log_signer__close(&k.log);
	zta_witness_signer__close(&k.witness);
	return status == ZTA_OK ? 0 : 1;
}

/* --- in the server */

/* What the keeper says of its keys. */
static zta_status
take_loaded(
    zta_keeper *keeper, const char *message, ssize_t len, zta_error *err)
{
	if (len == 1 + (ssize_t)sizeof(*err) && message[0] == REFUSED &&
	    err != NULL) {
		memcpy(err, message + 1, sizeof(*err));
		return err->status;
	}
	if (len <= 1 || message[0] != READY ||
	    (size_t)len > sizeof(keeper->jwks)) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper does not say its keys");
	}
	memcpy(keeper->jwks, message + 1, (size_t)len - 1);
	keeper->jwks[len - 1] = '\0';
	return ZTA_OK;
}

/* Send what is in `message`, and put the answer there. */
static zta_status
converse(int *channel, char message[MESSAGE_MAX], size_t *len, zta_error *err)
{
	ssize_t got;

	if (*channel < 0 || send(*channel, message, *len, MSG_NOSIGNAL) < 0) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper is gone");
	}
	got = recv(*channel, message, MESSAGE_MAX, 0);
	if (got <= 0) {
		/* A late answer must not pass for that of another request. */
		(void)close(*channel);
		*channel = -1;
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper does not answer");
	}
	*len = (size_t)got;
	return ZTA_OK;
}

/* By the channel that is ours. */
static zta_status
tell(zta_keeper *keeper, char kind, zta_error *err)
{
	char message[MESSAGE_MAX] = { kind };
	size_t len = 1;
	zta_status status =
	    converse(&keeper->channels[keeper->count - 1], message, &len, err);

	return status != ZTA_OK ?
	    status :
	    take_loaded(keeper, message, (ssize_t)len, err);
}

zta_status
zta_keeper__load(zta_keeper *keeper, zta_error *err)
{
	return tell(keeper, LOAD, err);
}

zta_status
zta_keeper__use(zta_keeper *keeper, zta_error *err)
{
	return tell(keeper, USE, err);
}

/* By the channel that is ours, too. */
static zta_status
take_note_key(
    zta_keeper *keeper, char kind, char out[ZTA_NOTE_VKEY_MAX], zta_error *err)
{
	char message[MESSAGE_MAX] = { kind };
	size_t len = 1;
	zta_status status =
	    converse(&keeper->channels[keeper->count - 1], message, &len, err);

	if (status == ZTA_OK &&
	    (message[0] != READY || len > ZTA_NOTE_VKEY_MAX)) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the keeper does not say the keys of the log");
	}
	if (status == ZTA_OK) {
		memcpy(out, message + 1, len - 1);
		out[len - 1] = '\0';
	}
	return status;
}

static zta_status
make_channels(zta_keeper *keeper, int *far, uint32_t count, zta_error *err)
{
	const struct timeval patience = { PATIENCE_S, 0 };
	int pair[2];

	for (keeper->count = 0; keeper->count < count; keeper->count++) {
		if (socketpair(
			AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
			return zta_error__errno(err, "make a socket pair");
		}
		keeper->channels[keeper->count] = pair[0];
		far[keeper->count] = pair[1];
		if (setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
			sizeof(patience)) != 0 ||
		    setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience,
			sizeof(patience)) != 0) {
			return zta_error__errno(err, "set up a socket pair");
		}
	}
	return ZTA_OK;
}

static void
close_all(const int *fds, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		(void)close(fds[i]);
	}
}

zta_status
zta_keeper__start(zta_keeper *out, const zta_keeper_keys *keys,
    const zta_log_signer_files *log, const zta_witness_files *witness,
    uint32_t count, zta_error *err)
{
	char message[MESSAGE_MAX];
	ssize_t got;
	int *far;
	zta_status status;

	count++;
	far = calloc(count, sizeof(*far));
	*out = (zta_keeper){ .pid = -1 };
	out->channels = calloc(count, sizeof(*out->channels));
	if (far == NULL || out->channels == NULL) {
		free(far);
		zta_keeper__stop(out);
		return zta_error__nomem(err);
	}
	status = make_channels(out, far, count, err);
	if (status == ZTA_OK) {
		out->pid = fork();
		if (out->pid < 0) {
			status = zta_error__errno(err, "start the keeper");
		}
	}
	if (out->pid == 0) {
		close_all(out->channels, out->count);
		_exit(run(keys, log, witness, far, count));
	}
	close_all(far, out->count);
	free(far);
	if (status == ZTA_OK) {
		got = recv(out->channels[0], message, sizeof(message), 0);
		status = take_loaded(out, message, got, err);
	}
	if (status == ZTA_OK) {
		status = take_note_key(out, TELL_LOG_KEY, out->log_key, err);
	}
	if (status == ZTA_OK) {
		status =
		    take_note_key(out, TELL_WITNESS_KEY, out->witness_key, err);
	}
	if (status != ZTA_OK) {
		zta_keeper__stop(out);
	}
	return status;
}

void
zta_keeper__stop(zta_keeper *keeper)
{
	if (keeper->channels != NULL) {
		close_all(keeper->channels, keeper->count);
		free(keeper->channels);
		keeper->channels = NULL;
	}
	if (keeper->pid > 0) {
		while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR) {
		}
		keeper->pid = -1;
	}
}

static zta_status
ask(void *channel, char kind, zta_str payload, zta_buf *token, zta_error *err)
{
	char message[MESSAGE_MAX];
	size_t len = payload.len + 1;
	zta_status status;

	if (len > sizeof(message)) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "what is to be signed is too long");
	}
	message[0] = kind;
	memcpy(message + 1, payload.ptr, payload.len);
	status = converse(channel, message, &len, err);
	if (status == ZTA_OK && message[0] != SIGNED) {
		status = zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper refused to sign");
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__put(token, (zta_str){ message + 1, len - 1 });
	return token->status;
}

zta_status
zta_keeper__sign(void *channel, zta_str payload, zta_buf *token, zta_error *err)
{
	return ask(channel, SIGN_TXN, payload, token, err);
}

zta_status
zta_keeper__sign_seal(
    void *channel, zta_str payload, zta_buf *token, zta_error *err)
{
	return ask(channel, SIGN_SEAL, payload, token, err);
}

zta_status
zta_keeper__sign_grant(
    void *channel, zta_str payload, zta_buf *token, zta_error *err)
{
	return ask(channel, SIGN_GRANT, payload, token, err);
}

zta_status
zta_keeper__sign_client(
    void *channel, zta_str payload, zta_buf *token, zta_error *err)
{
	return ask(channel, SIGN_CLIENT, payload, token, err);
}

zta_status
zta_keeper__sign_log(void *channel, zta_str text, zta_buf *note, zta_error *err)
{
	return ask(channel, SIGN_LOG, text, note, err);
}

zta_status
zta_keeper__cosign(void *channel, zta_str call, zta_buf *line, zta_error *err)
{
	return ask(channel, COSIGN, call, line, err);
}
