/* SPDX-License-Identifier: Apache-2.0 */
/* ssh_agent.c - see ssh_agent.h. */
#include "crypto/ssh_agent.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "crypto/ssh_wire.h"

/* Kinds of messages: the first byte of each. */
#define AGENT_FAILURE 5
#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER 12
#define SIGN_REQUEST 13
#define SIGN_RESPONSE 14

zta_status
zta_ssh_agent__open(zta_ssh_agent *agent, const char *path, zta_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	zta_status status;

	*agent = (zta_ssh_agent){ -1, ZTA_SSH_AGENT_MS };
	if (len == 0 || len >= sizeof(address.sun_path)) {
		return zta_error__set(
		    err, ZTA_EIO, "the socket of ssh-agent has no usable path");
	}
	memcpy(address.sun_path, path, len);
	agent->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (agent->fd >= 0 &&
	    connect(agent->fd, (struct sockaddr *)&address, sizeof(address)) ==
		0) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "reach ssh-agent");
	zta_error__place(err, "%s", path);
	zta_ssh_agent__close(agent);
	return status;
}

void
zta_ssh_agent__close(zta_ssh_agent *agent)
{
	if (agent->fd >= 0) {
		(void)close(agent->fd);
		agent->fd = -1;
	}
}

/* --- messages */

/* Wait for `events`; false when the time is over. */
static bool
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = { fd, events, 0 };
	int64_t left;
	int got;

	do {
		left = deadline_ms - zta_time__monotonic_ms();
		got = left <= 0 ? 0 : poll(&p, 1, (int)left);
	} while (got < 0 && errno == EINTR);
	return got > 0;
}

static bool
again(ssize_t moved)
{
	return moved < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static bool
send_all(int fd, zta_str bytes, int64_t deadline_ms)
{
	ssize_t put;

	while (bytes.len > 0) {
		put = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (put < 0 &&
		    !(again(put) && wait_for(fd, POLLOUT, deadline_ms))) {
			return false;
		}
		bytes.ptr += put < 0 ? 0 : put;
		bytes.len -= put < 0 ? 0 : (size_t)put;
	}
	return true;
}

static bool
receive_all(int fd, char *to, size_t len, int64_t deadline_ms)
{
	ssize_t got;

	while (len > 0) {
		got = recv(fd, to, len, 0);
		if (got == 0 ||
		    (got < 0 &&
			!(again(got) && wait_for(fd, POLLIN, deadline_ms)))) {
			return false;
		}
		to += got < 0 ? 0 : got;
		len -= got < 0 ? 0 : (size_t)got;
	}
	return true;
}

static zta_status
unavailable(zta_error *err, const char *what)
{
	return zta_error__set(err, ZTA_EUNAVAILABLE, "ssh-agent %s", what);
}

/*
 * Send `request` and receive the answer, which must be of `kind`; `*rest` is
 * what follows its first byte, in `answer`.
 */
static zta_status
exchange(zta_ssh_agent *agent, zta_str request, char kind, zta_buf *answer,
    zta_str *rest, zta_error *err)
{
	int64_t deadline = zta_time__monotonic_ms() + agent->patience_ms;
	char head[4];
	zta_str length = { head, sizeof(head) };
	uint32_t len;
	char *to;

	if (!send_all(agent->fd, request, deadline) ||
	    !receive_all(agent->fd, head, sizeof(head), deadline)) {
		return unavailable(err, "does not answer");
	}
	if (!zta_ssh_wire__u32(&length, &len) || len == 0 ||
	    len > ZTA_SSH_AGENT_MESSAGE_MAX) {
		return zta_error__set(err, ZTA_EINVALID,
		    "ssh-agent sends a message of no possible length");
	}
	to = zta_buf__extend(answer, len);
	if (to == NULL) {
		return zta_error__nomem(err);
	}
	if (!receive_all(agent->fd, to, len, deadline)) {
		return unavailable(err, "does not answer in full");
	}
	if (to[0] == AGENT_FAILURE) {
		return unavailable(err, "refuses");
	}
	*rest = (zta_str){ to + 1, len - 1 };
	return to[0] == kind ? ZTA_OK :
			       zta_error__set(err, ZTA_EINVALID,
				   "ssh-agent answers something else");
}

/* The frame of a request: its length, its kind, `body`. */
static void
put_request(zta_buf *out, char kind, zta_str body)
{
	zta_ssh_wire__put_u32(out, (uint32_t)body.len + 1);
	zta_buf__byte(out, kind);
	zta_buf__put(out, body);
}

/* --- the two requests */

static zta_status
read_identities(zta_str rest, zta_arena *arena, zta_ssh_identity **out,
    uint32_t *count, zta_error *err)
{
	zta_ssh_identity *list;
	zta_str blob, comment;
	uint32_t total, i;

	/* Each identity is two strings, with a length of four bytes each. */
	if (!zta_ssh_wire__u32(&rest, &total) || total > rest.len / 8) {
		return zta_error__set(
		    err, ZTA_EINVALID, "ssh-agent sends a malformed list");
	}
	list = zta_arena__zalloc(arena, total + (size_t)1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < total; i++) {
		if (!zta_ssh_wire__string(&rest, &blob) ||
		    !zta_ssh_wire__string(&rest, &comment)) {
			break;
		}
		if (!zta_ssh_key__decode(blob, &list[*count].key)) {
			continue;
		}
		list[*count].comment = zta_arena__copy(arena, comment);
		if (list[*count].comment.ptr == NULL) {
			return zta_arena__failed(arena, err);
		}
		(*count)++;
	}
	*out = list;
	return i == total && rest.len == 0 ?
	    ZTA_OK :
	    zta_error__set(
		err, ZTA_EINVALID, "ssh-agent sends a malformed list");
}

zta_status
zta_ssh_agent__list(zta_ssh_agent *agent, zta_arena *arena,
    zta_ssh_identity **out, uint32_t *count, zta_error *err)
{
	zta_buf request, answer;
	zta_str rest;
	zta_status status;

	*out = NULL;
	*count = 0;
	zta_buf__init(&request, SIZE_MAX);
	zta_buf__init(&answer, ZTA_SSH_AGENT_MESSAGE_MAX);
	put_request(&request, REQUEST_IDENTITIES, ZTA_STR(""));
	status = request.status == ZTA_OK ?
	    exchange(agent, zta_buf__str(&request), IDENTITIES_ANSWER, &answer,
		&rest, err) :
	    zta_error__nomem(err);
	if (status == ZTA_OK) {
		status = read_identities(rest, arena, out, count, err);
	}
	zta_buf__release(&request);
	zta_buf__release(&answer);
	return status;
}

/* The signature in the answer, if it is one of `bytes` by `key`. */
static zta_status
read_signature(zta_str rest, const zta_ssh_key *key, zta_str bytes,
    unsigned char sig[ZTA_SSH_SIG_LEN], zta_error *err)
{
	zta_str outer, inner;

	if (!zta_ssh_wire__string(&rest, &outer) || rest.len != 0 ||
	    !zta_ssh_wire__is(&outer, ZTA_SSH_ED25519) ||
	    !zta_ssh_wire__string(&outer, &inner) || outer.len != 0 ||
	    inner.len != ZTA_SSH_SIG_LEN) {
		return zta_error__set(
		    err, ZTA_EINVALID, "ssh-agent sends a malformed signature");
	}
	memcpy(sig, inner.ptr, ZTA_SSH_SIG_LEN);
	return zta_ssh_key__verify(key, bytes, sig) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"ssh-agent sends a signature of something else");
}

zta_status
zta_ssh_agent__sign(zta_ssh_agent *agent, const zta_ssh_key *key, zta_str bytes,
    unsigned char sig[ZTA_SSH_SIG_LEN], zta_error *err)
{
	unsigned char blob[ZTA_SSH_BLOB_LEN];
	zta_buf body, request, answer;
	zta_str rest;
	zta_status status;

	zta_buf__init(&body, ZTA_SSH_AGENT_MESSAGE_MAX - 1);
	zta_buf__init(&request, SIZE_MAX);
	zta_buf__init(&answer, ZTA_SSH_AGENT_MESSAGE_MAX);
	zta_ssh_key__encode(key, blob);
	zta_ssh_wire__put_string(
	    &body, (zta_str){ (char *)blob, sizeof(blob) });
	zta_ssh_wire__put_string(&body, bytes);
	zta_ssh_wire__put_u32(&body, 0);
	put_request(&request, SIGN_REQUEST, zta_buf__str(&body));
	status = body.status == ZTA_OK ? request.status : body.status;
	if (status != ZTA_OK) {
		(void)zta_error__set(
		    err, status, "the request to ssh-agent is too large");
	} else {
		status = exchange(agent, zta_buf__str(&request), SIGN_RESPONSE,
		    &answer, &rest, err);
	}
	if (status == ZTA_OK) {
		status = read_signature(rest, key, bytes, sig, err);
	}
	zta_buf__release(&body);
	zta_buf__release(&request);
	zta_buf__release(&answer);
	return status;
}
