/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.c - see keeper.h. */
#include "daemon/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/hoard.h"
#include "daemon/sandbox.h"
#include "daemon/say.h"
#include "identity/jws.h"
#include "trust/grant.h"
#include "trust/seal.h"
#include "trust/txn_token.h"

/*
 * A message is a byte that says what it is, a number of the server's that its
 * answer has too, and the rest.
 */
#define HEAD (1 + sizeof(uint64_t))
/* To the keeper, and from it. */
#define SIGN_TXN 'T'
#define SIGN_SEAL 'E'
#define SIGN_GRANT 'G'
#define SIGN_CLIENT 'C'
#define SIGN_LOG 'P'
#define COSIGN 'W'
#define TELL_LOG_LAST 'N'
#define TELL_LOG_KEY 'V'
#define TELL_WITNESS_KEY 'X'
#define LOAD 'L'
#define USE 'U'
#define SIGNED 'S'
#define REFUSED 'R'
#define READY 'K'

#define MESSAGE_MAX (ZTA_JWS_MAX + HEAD)
/* A signature takes well under a millisecond. */
#define PATIENCE_MS 2000

/* SPEC: rfc7523 3: no type of its own is asked for. */
#define CLIENT_TYP "JWT"

/* --- in the keeper */

/* More: for who makes checkpoints, for the witness, and ours. */
static uint32_t
count_of(const zta_keeper_threads *threads)
{
	return threads->workers + threads->clients + 3;
}

/* What a channel is for. */
typedef enum role { WORKER, CLIENT, PUBLISHER, WITNESS, OWNER } role;

static role
role_of(const zta_keeper_threads *threads, uint32_t channel)
{
	if (channel < threads->workers) {
		return WORKER;
	}
	channel -= threads->workers;
	if (channel < threads->clients) {
		return CLIENT;
	}
	channel -= threads->clients;
	return channel == 0 ? PUBLISHER : channel == 1 ? WITNESS : OWNER;
}

/* Whoever has taken a thread over has nothing else signed than that one would. */
static bool
may_ask(role who, char kind)
{
	switch (kind) {
	case SIGN_TXN:
	case SIGN_SEAL:
	case SIGN_GRANT:
		return who == WORKER;
	case SIGN_CLIENT:
		return who == CLIENT;
	case SIGN_LOG:
	case TELL_LOG_LAST:
		return who == PUBLISHER;
	case COSIGN:
		return who == WITNESS;
	default:
		return who == OWNER;
	}
}

typedef struct inside {
	const zta_keeper_threads *threads;
	const zta_keeper_keys *files;
	zta_hoard held;
	zta_hoard coming; /* loaded, and not in use yet */
	zta_log_signer log;
	zta_witness_signer witness;
} inside;

/* Whom an answer goes to. */
typedef struct caller {
	int channel;
	uint64_t number; /* of what was asked */
} caller;

static void
reply(const caller *to, char kind, zta_str text)
{
	char message[MESSAGE_MAX];

	if (text.len > sizeof(message) - HEAD) {
		kind = REFUSED;
		text.len = 0;
	}
	message[0] = kind;
	memcpy(message + 1, &to->number, sizeof(to->number));
	memcpy(message + HEAD, text.ptr, text.len);
	/* If the server is gone, poll says so next. */
	if (send(to->channel, message, HEAD + text.len, MSG_NOSIGNAL) < 0) {
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
    const caller *to, zta_status status, const zta_hoard *h, const zta_error *e)
{
	if (status == ZTA_OK) {
		reply(to, READY, zta_str_of(h->jwks));
	} else {
		reply(to, REFUSED, (zta_str){ (const char *)e, sizeof(*e) });
	}
}

static void
load_again(const caller *to, inside *k)
{
	zta_error err = { 0 };
	zta_status status;

	zta_hoard__let_go(&k->coming);
	status = zta_hoard__load(k->files, &k->coming, &err);
	reply_loaded(to, status, &k->coming, &err);
}

static void
use_loaded(const caller *to, inside *k)
{
	if (k->coming.zone.key == NULL) {
		reply(to, REFUSED, ZTA_STR(""));
		return;
	}
	zta_hoard__let_go(&k->held);
	k->held = k->coming;
	k->coming = (zta_hoard){ 0 };
	reply(to, READY, zta_str_of(k->held.jwks));
}

/* The verifier key of a key that signs notes; without the key, nothing. */
static void
tell_note_key(const caller *to, const zta_key *key, const zta_note_key *name)
{
	char text[ZTA_NOTE_VKEY_MAX] = "";

	if (key != NULL) {
		zta_note_key__put(name, text);
	}
	reply(to, READY, zta_str_of(text));
}

static void
tell_log_last(const caller *to, const inside *k)
{
	reply(to, READY,
	    (zta_str){
		(const char *)&k->log.last.size, sizeof(k->log.last.size) });
}

/* How many hashes the proof has, they, and the text. */
static zta_status
sign_log(inside *k, zta_str message, zta_buf *note)
{
	zta_merkle_path proof;
	size_t len;

	proof.count = message.len == 0 ? 0 : (unsigned char)message.ptr[0];
	len = proof.count * sizeof(proof.hashes[0]);
	if (proof.count > ZTA_PATH_MAX || message.len < 1 + len) {
		return ZTA_EINVAL;
	}
	memcpy(proof.hashes, message.ptr + 1, len);
	return zta_log_signer__sign(&k->log,
	    (zta_str){ message.ptr + 1 + len, message.len - 1 - len }, &proof,
	    note, NULL);
}

static void
reply_signed(const caller *to, char kind, zta_str payload, inside *k)
{
	zta_buf out;
	zta_status status;

	zta_buf__init(&out, ZTA_JWS_MAX);
	switch (kind) {
	case SIGN_LOG:
		status = sign_log(k, payload, &out);
		break;
	case COSIGN:
		status =
		    zta_witness_signer__sign(&k->witness, payload, &out, NULL);
		break;
	default:
		status = sign(&k->held, kind, payload, &out);
	}
	if (status == ZTA_OK) {
		reply(to, SIGNED, zta_buf__str(&out));
	} else {
		reply(to, REFUSED, ZTA_STR(""));
	}
	zta_buf__release(&out);
}

/* One request; false when the server has closed the channel. */
static bool
serve_one(int channel, role who, inside *k)
{
	char message[MESSAGE_MAX];
	caller to = { .channel = channel };
	ssize_t len = recv(channel, message, sizeof(message), 0);

	if (len <= 0) {
		return len < 0 && errno == EINTR;
	}
	if ((size_t)len < HEAD) {
		return true;
	}
	memcpy(&to.number, message + 1, sizeof(to.number));
	if (!may_ask(who, message[0])) {
		reply(&to, REFUSED, ZTA_STR(""));
		return true;
	}
	switch (message[0]) {
	case LOAD:
		load_again(&to, k);
		break;
	case USE:
		use_loaded(&to, k);
		break;
	case TELL_LOG_LAST:
		tell_log_last(&to, k);
		break;
	case TELL_LOG_KEY:
		tell_note_key(&to, k->log.key, &k->log.name);
		break;
	case TELL_WITNESS_KEY:
		tell_note_key(&to, k->witness.key, &k->witness.name);
		break;
	default:
		reply_signed(&to, message[0],
		    (zta_str){ message + HEAD, (size_t)len - HEAD }, k);
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
			if (fds[i].revents != 0 &&
			    !serve_one(fds[i].fd, role_of(k->threads, i), k)) {
				fds[i].fd = -1;
				open--;
			}
		}
	}
	free(fds);
}

/*
 * A page with a key is not to be written to a swap device. Where only so much
 * may be locked it is not: later requests would fail.
 */
static void
lock_memory(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur == RLIM_INFINITY) {
		(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	}
}

/*
 * After the keys were read for the first time, which made OpenSSL read what it
 * needs. They are read again by the same names.
 */
static zta_status
enter_sandbox(const zta_keeper_keys *files, zta_error *err)
{
	const zta_sandbox_path paths[] = { { files->zone, true,
					       ZTA_SANDBOX_READ },
		{ files->next, true, ZTA_SANDBOX_READ },
		{ files->previous, true, ZTA_SANDBOX_READ },
		{ files->client, true, ZTA_SANDBOX_READ } };
	zta_status status =
	    zta_sandbox__files(paths, sizeof(paths) / sizeof(paths[0]), err);

	if (status == ZTA_OK || status == ZTA_EUNAVAILABLE) {
		status = zta_sandbox__calls(ZTA_SANDBOX_KEEPER, err);
	}
	/* The server has the same, and says so. */
	return status == ZTA_EUNAVAILABLE ? ZTA_OK : status;
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
    const zta_witness_files *witness, const int *channels,
    const zta_keeper_threads *threads)
{
	const caller first = { .channel = channels[0] };
	inside k = { .files = files, .threads = threads };
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
	if (status == ZTA_OK && files->sandbox) {
		lock_memory();
		status = enter_sandbox(files, &err);
	}
	reply_loaded(&first, status, &k.held, &err);
	if (status == ZTA_OK) {
		serve_all(channels, count_of(threads), &k);
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
	const size_t rest = len < (ssize_t)HEAD ? 0 : (size_t)len - HEAD;

	if (rest == sizeof(*err) && message[0] == REFUSED && err != NULL) {
		memcpy(err, message + HEAD, sizeof(*err));
		return err->status;
	}
	if (rest == 0 || message[0] != READY || rest >= sizeof(keeper->jwks)) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper does not say its keys");
	}
	memcpy(keeper->jwks, message + HEAD, rest);
	keeper->jwks[rest] = '\0';
	return ZTA_OK;
}

/* Wait until the channel can do this; false: it is too late. */
static bool
await(int channel, short event, int64_t deadline)
{
	struct pollfd fd = { channel, event, 0 };
	int64_t left;
	int got = -1;

	do {
		left = deadline - zta_time__monotonic_ms();
		got = left <= 0 ? 0 : poll(&fd, 1, (int)left);
	} while (got < 0 && errno == EINTR);
	return got > 0;
}

/*
 * Send what is in `message`, and put the answer there. One that comes late, to
 * what nobody waits for any more, has another number and is passed over.
 */
static zta_status
converse(int channel, char message[MESSAGE_MAX], size_t *len, zta_error *err)
{
	const int64_t deadline = zta_time__monotonic_ms() + PATIENCE_MS;
	uint64_t number;
	ssize_t got;

	zta_random__bytes(&number, sizeof(number));
	memcpy(message + 1, &number, sizeof(number));
	if (!await(channel, POLLOUT, deadline) ||
	    send(channel, message, *len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper takes nothing");
	}
	while (await(channel, POLLIN, deadline)) {
		got = recv(channel, message, MESSAGE_MAX, MSG_DONTWAIT);
		if (got == 0) {
			return zta_error__set(
			    err, ZTA_EUNAVAILABLE, "the keeper is gone");
		}
		if (got >= (ssize_t)HEAD &&
		    memcmp(message + 1, &number, sizeof(number)) == 0) {
			*len = (size_t)got;
			return ZTA_OK;
		}
	}
	return zta_error__set(
	    err, ZTA_EUNAVAILABLE, "the keeper does not answer");
}

/* By the channel that is ours. */
static zta_status
tell(zta_keeper *keeper, char kind, zta_error *err)
{
	char message[MESSAGE_MAX] = { kind };
	size_t len = HEAD;
	zta_status status = converse(*keeper->own, message, &len, err);

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
	size_t len = HEAD;
	zta_status status = converse(*keeper->own, message, &len, err);

	if (status == ZTA_OK &&
	    (message[0] != READY || len - HEAD >= ZTA_NOTE_VKEY_MAX)) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the keeper does not say the keys of the log");
	}
	if (status == ZTA_OK) {
		memcpy(out, message + HEAD, len - HEAD);
		out[len - HEAD] = '\0';
	}
	return status;
}

static zta_status
make_channels(zta_keeper *keeper, int *far, uint32_t count, zta_error *err)
{
	int pair[2];

	for (keeper->count = 0; keeper->count < count; keeper->count++) {
		if (socketpair(
			AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
			return zta_error__errno(err, "make a socket pair");
		}
		keeper->channels[keeper->count] = pair[0];
		far[keeper->count] = pair[1];
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
    const zta_keeper_threads *threads, zta_error *err)
{
	const uint32_t count = count_of(threads);
	char message[MESSAGE_MAX];
	ssize_t got;
	int *far;
	zta_status status;

	far = calloc(count, sizeof(*far));
	*out = (zta_keeper){ .pid = -1 };
	out->channels = calloc(count, sizeof(*out->channels));
	if (far == NULL || out->channels == NULL) {
		free(far);
		zta_keeper__stop(out);
		return zta_error__nomem(err);
	}
	out->workers = out->channels;
	out->clients = out->workers + threads->workers;
	out->publisher = out->clients + threads->clients;
	out->witness = out->publisher + 1;
	out->own = out->witness + 1;
	status = make_channels(out, far, count, err);
	if (status == ZTA_OK) {
		out->pid = fork();
		if (out->pid < 0) {
			status = zta_error__errno(err, "start the keeper");
		}
	}
	if (out->pid == 0) {
		close_all(out->channels, out->count);
		_exit(run(keys, log, witness, far, threads));
	}
	close_all(far, out->count);
	free(far);
	if (status == ZTA_OK) {
		/* What it does not say in time is waited for by nobody. */
		got = await(out->channels[0], POLLIN,
			  zta_time__monotonic_ms() + PATIENCE_MS) ?
		    recv(out->channels[0], message, sizeof(message), 0) :
		    0;
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
	size_t len = HEAD + payload.len;
	zta_status status;

	if (len > sizeof(message)) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "what is to be signed is too long");
	}
	message[0] = kind;
	memcpy(message + HEAD, payload.ptr, payload.len);
	status = converse(*(const int *)channel, message, &len, err);
	if (status == ZTA_OK && message[0] != SIGNED) {
		status = zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper refused to sign");
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__put(token, (zta_str){ message + HEAD, len - HEAD });
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
zta_keeper__last_log(void *channel, uint64_t *size, zta_error *err)
{
	char message[MESSAGE_MAX] = { TELL_LOG_LAST };
	size_t len = HEAD;
	zta_status status = converse(*(const int *)channel, message, &len, err);

	if (status == ZTA_OK &&
	    (message[0] != READY || len != HEAD + sizeof(*size))) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the keeper does not say what it signed");
	}
	if (status == ZTA_OK) {
		memcpy(size, message + HEAD, sizeof(*size));
	}
	return status;
}

zta_status
zta_keeper__sign_log(void *channel, zta_str text, const zta_merkle_path *proof,
    zta_buf *note, zta_error *err)
{
	zta_buf message;
	zta_status status;

	zta_buf__init(&message, MESSAGE_MAX);
	zta_buf__byte(&message, (char)proof->count);
	zta_buf__put(&message,
	    (zta_str){ (const char *)proof->hashes,
		proof->count * sizeof(proof->hashes[0]) });
	zta_buf__put(&message, text);
	status = message.status;
	if (status == ZTA_OK) {
		status =
		    ask(channel, SIGN_LOG, zta_buf__str(&message), note, err);
	}
	zta_buf__release(&message);
	return status;
}

zta_status
zta_keeper__cosign(void *channel, zta_str call, zta_buf *line, zta_error *err)
{
	return ask(channel, COSIGN, call, line, err);
}
