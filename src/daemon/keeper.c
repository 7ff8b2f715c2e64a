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
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/jws.h"
#include "trust/txn_token.h"

/* First byte of a message to the keeper, and of one from it. */
#define SIGN_TXN 'T'
#define SIGN_CLIENT 'C'
#define SIGNED 'S'
#define REFUSED 'R'
#define READY 'K'

#define MESSAGE_MAX (ZTA_JWS_MAX + 1)
/* A signature takes well under a millisecond. */
#define PATIENCE_S 2
#define KEY_FILE_MAX ((size_t)64 << 10)

/* SPEC: rfc7523 3: no type of its own is asked for. */
#define CLIENT_TYP "JWT"

/* --- in the keeper */

typedef struct signer {
	zta_key *key; /* NULL: none */
	char kid[ZTA_KEY_THUMBPRINT_MAX];
} signer;

/* What the keeper holds. */
typedef struct hoard {
	signer zone;
	signer client;
} hoard;

static zta_status
load_key(const char *path, zta_key **key, zta_error *err)
{
	zta_arena arena;
	zta_str pem;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, KEY_FILE_MAX, &pem, err);
	if (status == ZTA_OK) {
		status = zta_key_read_pem(key, pem, err);
		explicit_bzero((void *)(uintptr_t)pem.ptr, pem.len);
	}
	zta_arena__release(&arena);
	if (status == ZTA_OK &&
	    (!zta_key_is_private(*key) || zta_key_alg(*key) != ZTA_ALG_ES256)) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "expected a private key for ES256");
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

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
sign(const hoard *held, char kind, zta_str payload, zta_buf *token)
{
	const signer *by = kind == SIGN_TXN ? &held->zone : &held->client;
	zta_str typ =
	    kind == SIGN_TXN ? ZTA_STR(ZTA_TXN_TYP) : ZTA_STR(CLIENT_TYP);

	if ((kind != SIGN_TXN && kind != SIGN_CLIENT) || by->key == NULL) {
		return ZTA_EINVAL;
	}
	return zta_jws__sign(token, by->key, ZTA_ALG_ES256, typ,
	    zta_str_of(by->kid), payload, NULL);
}

/* One request; false when the server has closed the channel. */
static bool
serve_one(int channel, const hoard *held)
{
	char message[MESSAGE_MAX];
	ssize_t len = recv(channel, message, sizeof(message), 0);
	zta_buf token;

	if (len <= 0) {
		return len < 0 && errno == EINTR;
	}
	zta_buf__init(&token, ZTA_JWS_MAX);
	if (sign(held, message[0], (zta_str){ message + 1, (size_t)len - 1 },
		&token) == ZTA_OK) {
		reply(channel, SIGNED, zta_buf__str(&token));
	} else {
		reply(channel, REFUSED, ZTA_STR(""));
	}
	zta_buf__release(&token);
	return true;
}

static void
serve_all(const int *channels, uint32_t count, const hoard *held)
{
	struct pollfd *fds = calloc(count, sizeof(*fds));
	uint32_t i;

	for (i = 0; fds != NULL && i < count; i++) {
		fds[i] = (struct pollfd){ channels[i], POLLIN, 0 };
	}
	while (fds != NULL) {
		if (poll(fds, count, -1) < 0 && errno != EINTR) {
			break;
		}
		for (i = 0; i < count; i++) {
			if (fds[i].revents != 0 &&
			    !serve_one(fds[i].fd, held)) {
				free(fds);
				return;
			}
		}
	}
	free(fds);
}

static zta_status
load(signer *out, const char *path, zta_error *err)
{
	zta_status status = load_key(path, &out->key, err);

	return status != ZTA_OK ? status :
				  zta_key_thumbprint(out->key, out->kid, err);
}

/* The whole life of the keeper. The first channel carries the public key. */
static int
run(const zta_keeper_keys *keys, const int *channels, uint32_t count)
{
	char jwk[ZTA_KEY_JWK_MAX];
	hoard held = { 0 };
	zta_error err = { 0 };
	zta_status status;

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	status = load(&held.zone, keys->zone, &err);
	if (status == ZTA_OK && keys->client != NULL) {
		status = load(&held.client, keys->client, &err);
	}
	if (status == ZTA_OK) {
		status = zta_key_public_jwk(
		    held.zone.key, ZTA_ALG_ES256, ZTA_STR(""), jwk, &err);
	}
	if (status != ZTA_OK) {
		reply(channels[0], REFUSED,
		    (zta_str){ (const char *)&err, sizeof(err) });
	} else {
		reply(channels[0], READY, zta_str_of(jwk));
		serve_all(channels, count, &held);
	}
	zta_key_close(held.zone.key);
	zta_key_close(held.client.key);
	return status == ZTA_OK ? 0 : 1;
}

/* --- in the server */

static zta_status
wait_ready(zta_keeper *keeper, zta_error *err)
{
	char message[MESSAGE_MAX];
	ssize_t len = recv(keeper->channels[0], message, sizeof(message), 0);

	if (len > 1 && message[0] == READY &&
	    (size_t)len <= sizeof(keeper->jwk)) {
		memcpy(keeper->jwk, message + 1, (size_t)len - 1);
		keeper->jwk[len - 1] = '\0';
		return ZTA_OK;
	}
	if (len == 1 + (ssize_t)sizeof(*err) && err != NULL) {
		memcpy(err, message + 1, sizeof(*err));
		return err->status;
	}
	return zta_error__set(
	    err, ZTA_EUNAVAILABLE, "the keeper did not start");
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
zta_keeper__start(zta_keeper *out, const zta_keeper_keys *keys, uint32_t count,
    zta_error *err)
{
	int *far = calloc(count, sizeof(*far));
	zta_status status;

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
		_exit(run(keys, far, count));
	}
	close_all(far, out->count);
	free(far);
	if (status == ZTA_OK) {
		status = wait_ready(out, err);
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
	int fd = *(int *)channel;
	char message[MESSAGE_MAX];
	ssize_t len;

	if (payload.len > sizeof(message) - 1) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "the token would be too long");
	}
	message[0] = kind;
	memcpy(message + 1, payload.ptr, payload.len);
	if (fd < 0 || send(fd, message, payload.len + 1, MSG_NOSIGNAL) < 0) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper is gone");
	}
	len = recv(fd, message, sizeof(message), 0);
	if (len <= 0) {
		/* A late answer must not pass for that of another request. */
		(void)close(fd);
		*(int *)channel = -1;
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper does not answer");
	}
	if (message[0] != SIGNED) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the keeper refused to sign");
	}
	zta_buf__put(token, (zta_str){ message + 1, (size_t)len - 1 });
	return token->status;
}

zta_status
zta_keeper__sign(void *channel, zta_str payload, zta_buf *token, zta_error *err)
{
	return ask(channel, SIGN_TXN, payload, token, err);
}

zta_status
zta_keeper__sign_client(
    void *channel, zta_str payload, zta_buf *token, zta_error *err)
{
	return ask(channel, SIGN_CLIENT, payload, token, err);
}
