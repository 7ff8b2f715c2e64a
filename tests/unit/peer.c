/* SPDX-License-Identifier: Apache-2.0 */
/* peer.c - see peer.h. */
#include "peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DRIP_MS 20

typedef struct connection {
	peer *peer;
	int fd;
	pthread_t thread;
	char text[PEER_ASKED_MAX];
	size_t len;
} connection;

static bool
stopped(peer *p)
{
	bool stop;

	(void)pthread_mutex_lock(&p->lock);
	stop = p->stop;
	(void)pthread_mutex_unlock(&p->lock);
	return stop;
}

/* Wait until there is something to read. False: the peer stops. */
static bool
wait_for(peer *p, int fd)
{
	struct pollfd poll_fd = { fd, POLLIN, 0 };

	while (!stopped(p)) {
		if (poll(&poll_fd, 1, 20) > 0) {
			return true;
		}
	}
	return false;
}

/* How long the request in `text` is; 0: it is not all there. */
static size_t
request_len(const connection *c)
{
	const char *head = memmem(c->text, c->len, "\r\n\r\n", 4);
	const char *length;
	size_t len;

	if (head == NULL) {
		return 0;
	}
	len = (size_t)(head - c->text) + 4;
	length = memmem(c->text, len, "Content-Length: ", 16);
	if (length != NULL) {
		len += strtoul(length + 16, NULL, 10);
	}
	return len <= c->len ? len : 0;
}

/* Read one request. False: there is none. */
static bool
read_request(connection *c)
{
	ssize_t got;
	size_t len;

	while ((len = request_len(c)) == 0) {
		if (!wait_for(c->peer, c->fd)) {
			return false;
		}
		got =
		    recv(c->fd, c->text + c->len, sizeof(c->text) - c->len, 0);
		if (got <= 0) {
			return false;
		}
		c->len += (size_t)got;
	}
	(void)pthread_mutex_lock(&c->peer->lock);
	memcpy(c->peer->asked, c->text, len);
	c->peer->asked_len = len;
	c->peer->requests++;
	(void)pthread_mutex_unlock(&c->peer->lock);
	memmove(c->text, c->text + len, c->len - len);
	c->len -= len;
	return true;
}

static bool
send_all(int fd, zta_str bytes)
{
	ssize_t sent;

	while (bytes.len > 0) {
		sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (sent <= 0) {
			return false;
		}
		bytes.ptr += sent;
		bytes.len -= (size_t)sent;
	}
	return true;
}

static void
drip(connection *c, zta_str bytes)
{
	size_t i;

	for (i = 0; !stopped(c->peer); i++) {
		(void)poll(NULL, 0, DRIP_MS);
		if (!send_all(c->fd,
			(zta_str){ i < bytes.len ? bytes.ptr + i : " ", 1 })) {
			return;
		}
	}
}

/* Answer as the script says. False: the connection is over. */
static bool
answer(connection *c)
{
	peer *p = c->peer;
	peer_answer a;
	char end;
	struct linger now = { 1, 0 };

	(void)pthread_mutex_lock(&p->lock);
	a = p->answers[p->next];
	p->next += p->next + 1 < p->count ? 1 : 0;
	(void)pthread_mutex_unlock(&p->lock);
	if (a.manner == PEER_DRIPS) {
		drip(c, a.bytes);
		return false;
	}
	if (!send_all(c->fd, a.bytes)) {
		return false;
	}
	if (a.manner == PEER_HANGS) {
		return wait_for(p, c->fd) && recv(c->fd, &end, 1, 0) > 0;
	}
	if (a.manner == PEER_RESETS) {
		/* What was sent is to arrive first. */
		(void)poll(NULL, 0, 50);
		(void)setsockopt(
		    c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	return a.manner == PEER_ANSWERS;
}

static void *
serve(void *context)
{
	connection *c = context;

	while (read_request(c) && answer(c)) {
	}
	(void)close(c->fd);
	return NULL;
}

static void *
listen_on(void *context)
{
	connection *list[64];
	peer *p = context;
	size_t i, count = 0;

	while (wait_for(p, p->listener) && count < 64) {
		connection *c = calloc(1, sizeof(*c));

		assert_non_null(c);
		c->peer = p;
		c->fd = accept(p->listener, NULL, NULL);
		(void)pthread_mutex_lock(&p->lock);
		p->connections++;
		(void)pthread_mutex_unlock(&p->lock);
		if (pthread_create(&c->thread, NULL, serve, c) != 0) {
			abort();
		}
		list[count++] = c;
	}
	for (i = 0; i < count; i++) {
		(void)pthread_join(list[i]->thread, NULL);
		free(list[i]);
	}
	return NULL;
}

void
peer_start(peer *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	memset(p, 0, sizeof(*p));
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(p->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(p->listener, 64), 0);
	assert_int_equal(
	    getsockname(p->listener, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(p->url, sizeof(p->url),
	    "http://127.0.0.1:%u/zones/100000000001", ntohs(at.sin_port));
	assert_int_equal(pthread_mutex_init(&p->lock, NULL), 0);
	assert_int_equal(pthread_create(&p->thread, NULL, listen_on, p), 0);
}

void
peer_stop(peer *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->listener);
	(void)pthread_mutex_destroy(&p->lock);
}

void
peer_script(peer *p, const peer_answer *answers, size_t count)
{
	(void)pthread_mutex_lock(&p->lock);
	p->answers = answers;
	p->count = count;
	p->next = 0;
	p->connections = p->requests = 0;
	p->asked_len = 0;
	(void)pthread_mutex_unlock(&p->lock);
}

static unsigned
locked(peer *p, const unsigned *number)
{
	unsigned value;

	(void)pthread_mutex_lock(&p->lock);
	value = *number;
	(void)pthread_mutex_unlock(&p->lock);
	return value;
}

unsigned
peer_requests(peer *p)
{
	return locked(p, &p->requests);
}

unsigned
peer_connections(peer *p)
{
	return locked(p, &p->connections);
}

const char *
peer_asked(peer *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->asked[p->asked_len] = '\0';
	(void)pthread_mutex_unlock(&p->lock);
	return p->asked;
}

const char *
peer_asked_body(peer *p)
{
	const char *body = strstr(peer_asked(p), "\r\n\r\n");

	return body == NULL ? "" : body + 4;
}

bool
peer_asked_field(peer *p, const char *name, const char *value)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "\r\n%s: %s\r\n", name, value);
	return strstr(peer_asked(p), line) != NULL;
}
