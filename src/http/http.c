/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.c - the event loop, see http.h.
 *
 * epoll, level-triggered. Connections are looked at once a second for passed
 * deadlines; events of one round are done before any connection is freed, so a
 * connection that closes while others wait is never touched again.
 */
#include "http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/time.h"
#include "http/conn.h"

#define EVENTS_MAX 256
#define TICK_MS 1000
#define BACKLOG 4096

/* An fd of somebody else's; events are marked by its address. */
typedef struct watch {
	void (*ready)(void *);
	void *context;
} watch;

/* Connections, the oldest first. */
typedef struct conn_list {
	zta_conn *first, *last;
	uint32_t count;
} conn_list;

struct zta_http {
	zta_http_options options;
	int epoll, listener, wake;
	uint16_t port;
	bool listening; /* new connections are wanted */
	bool stopping;
	int64_t now, tick, drain_until;
	char date[64];
	conn_list shaking; /* hands, for TLS */
	conn_list conns;   /* in all other states */
	uint64_t calls;    /* the number of the last, from anywhere on */
	watch watches[ZTA_HTTP_WATCHES_MAX];
	uint32_t watch_count;
	struct epoll_event events[EVENTS_MAX];
	int event_count;
};

/* Marks for what an event is about; a connection is marked by its address. */
static char listener_mark, wake_mark;

static int
control(zta_http *http, int op, int fd, uint32_t events, void *mark)
{
	struct epoll_event event = { .events = events, .data.ptr = mark };

	return epoll_ctl(http->epoll, op, fd, &event);
}

/* --- for connections */

int64_t
zta_http__now(const zta_http *http)
{
	return http->now;
}

zta_tls *
zta_http__tls(const zta_http *http)
{
	return http->options.tls;
}

const char *
zta_http__date(const zta_http *http)
{
	return http->date;
}

bool
zta_http__is_stopping(const zta_http *http)
{
	return http->stopping;
}

int64_t
zta_http__wait_for(zta_http *http, const zta_conn *conn)
{
	return conn->peer == NULL ?
	    0 :
	    zta_gate__ask(http->options.gate, conn->peer, http->now);
}

void
zta_http__handle(zta_http *http, zta_http_call *call)
{
	call->number = ++http->calls;
	call->route = 0;
	http->options.handle(http->options.context, call);
}

void
zta_http__answered(zta_http *http, uint32_t route, unsigned status)
{
	if (http->options.answered != NULL) {
		http->options.answered(http->options.context, route, status);
	}
}

size_t
zta_http__body_max(zta_http *http, const zta_http_call *call)
{
	return http->options.body_max == NULL ?
	    ZTA_HTTP_BODY_MAX :
	    http->options.body_max(http->options.context, call);
}

bool
zta_http__take_large(zta_http *http)
{
	atomic_int *left = http->options.large_left;

	if (left == NULL || atomic_fetch_sub(left, 1) > 0) {
		return true;
	}
	atomic_fetch_add(left, 1);
	return false;
}

void
zta_http__give_large(zta_http *http)
{
	if (http->options.large_left != NULL) {
		atomic_fetch_add(http->options.large_left, 1);
	}
}

void
zta_http__wait(zta_http *http, zta_conn *conn)
{
	bool full = conn->in.len - conn->parsed >= ZTA_CONN_AHEAD_MAX;
	uint32_t events = (conn->eof || full ? 0u : EPOLLIN) |
	    (zta_conn__has_output(conn) ? EPOLLOUT : 0u);

	if (conn->events != events) {
		conn->events = events;
		(void)control(http, EPOLL_CTL_MOD, conn->fd, events, conn);
	}
}

static uint32_t
count_all(const zta_http *http)
{
	return http->shaking.count + http->conns.count;
}

static conn_list *
list_of(zta_http *http, const zta_conn *conn)
{
	return conn->state == ZTA_CONN_SHAKING ? &http->shaking : &http->conns;
}

void
zta_http__add(zta_http *http, zta_conn *conn)
{
	conn_list *list = list_of(http, conn);

	conn->before = list->last;
	conn->after = NULL;
	if (list->last != NULL) {
		list->last->after = conn;
	} else {
		list->first = conn;
	}
	list->last = conn;
	list->count++;
}

static void
unlink_conn(conn_list *list, zta_conn *conn)
{
	if (conn->before != NULL) {
		conn->before->after = conn->after;
	} else {
		list->first = conn->after;
	}
	if (conn->after != NULL) {
		conn->after->before = conn->before;
	} else {
		list->last = conn->before;
	}
	list->count--;
}

void
zta_http__shaken(zta_http *http, zta_conn *conn)
{
	unlink_conn(&http->shaking, conn);
	conn->state = ZTA_CONN_IDLE;
	conn->deadline = http->now + ZTA_HTTP_IDLE_MS;
	zta_http__add(http, conn);
}

static void
leave(zta_http *http, zta_gate_peer *peer)
{
	zta_gate__leave(http->options.gate, peer);
	zta_gate__give(http->options.gate);
}

void
zta_http__remove(zta_http *http, zta_conn *conn)
{
	int i;

	unlink_conn(list_of(http, conn), conn);
	if (conn->peer != NULL) {
		leave(http, conn->peer);
	}
	for (i = 0; i < http->event_count; i++) {
		if (http->events[i].data.ptr == conn) {
			http->events[i].data.ptr = NULL;
		}
	}
}

/* --- listening */

static zta_status
listen_on(zta_http *http, zta_error *err)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { 0 };
	socklen_t len = sizeof(a.v4);
	const char *host = http->options.host;
	int on = 1;
	zta_status status;

	if (inet_pton(AF_INET, host, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(http->options.port);
	} else if (inet_pton(AF_INET6, host, &a.v6.sin6_addr) == 1) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(http->options.port);
		len = sizeof(a.v6);
	} else {
		return zta_error__set(
		    err, ZTA_EINVAL, "%s is not a numeric address", host);
	}
	http->listener = socket(
	    a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (http->listener < 0 ||
	    setsockopt(http->listener, SOL_SOCKET, SO_REUSEADDR, &on,
		sizeof(on)) != 0 ||
	    setsockopt(http->listener, SOL_SOCKET, SO_REUSEPORT, &on,
		sizeof(on)) != 0 ||
	    bind(http->listener, &a.any, len) != 0 ||
	    listen(http->listener, BACKLOG) != 0 ||
	    getsockname(http->listener, &a.any, &len) != 0) {
		status = zta_error__errno(err, "listen");
		zta_error__place(err, "%s:%u", host, http->options.port);
		return status;
	}
	http->port =
	    ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
	return ZTA_OK;
}

static void
set_listening(zta_http *http, bool listening)
{
	if (http->listening != listening) {
		http->listening = listening;
		(void)control(http, EPOLL_CTL_MOD, http->listener,
		    listening ? EPOLLIN : 0, &listener_mark);
	}
}

/* Whether the error is one that passes when somebody else gives something up. */
static bool
is_want(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	    error == ENOBUFS;
}

/* Take over what was accepted. The place at the gate is given back by it. */
static void
take_in(zta_http *http, int fd, zta_gate_peer *peer)
{
	zta_conn *conn;
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	conn = zta_conn__open(http, fd);
	if (conn == NULL) {
		if (peer != NULL) {
			leave(http, peer);
		}
		return;
	}
	conn->peer = peer;
	conn->events = EPOLLIN;
	if (control(http, EPOLL_CTL_ADD, fd, EPOLLIN, conn) != 0) {
		zta_conn__close(conn);
	}
}

/* Accept one connection; false: there is none, or it has to wait. */
static bool
accept_one(zta_http *http)
{
	zta_gate *gate = http->options.gate;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	zta_gate_peer *peer = NULL;
	int fd;

	if (gate != NULL && !zta_gate__take(gate)) {
		set_listening(http, false);
		return false;
	}
	fd = accept4(http->listener, (struct sockaddr *)&from, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0 && is_want(errno)) {
		/* Try again with the next tick. */
		set_listening(http, false);
	}
	if (fd >= 0 && gate != NULL) {
		peer = zta_gate__enter(
		    gate, (const struct sockaddr *)&from, http->now);
	}
	if (gate != NULL && peer == NULL) {
		zta_gate__give(gate);
		if (fd >= 0) {
			(void)close(fd);
		}
	} else if (fd >= 0) {
		take_in(http, fd, peer);
	}
	return fd >= 0;
}

static void
accept_some(zta_http *http)
{
	int i;

	for (i = 0; i < EVENTS_MAX; i++) {
		if (count_all(http) >= ZTA_HTTP_CONNECTIONS_MAX) {
			set_listening(http, false);
			return;
		}
		if (http->shaking.count >= ZTA_TLS_HANDSHAKES_MAX) {
			zta_conn__close(http->shaking.first);
		}
		if (!accept_one(http)) {
			return;
		}
	}
}

/* --- time */

static void
set_date(zta_http *http)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm tm;

	http->date[0] = '\0';
	if (gmtime_r(&now, &tm) != NULL) {
		(void)snprintf(http->date, sizeof(http->date),
		    "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
		    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
}

static void
end_expired(const zta_http *http, const conn_list *list)
{
	zta_conn *conn, *after;

	for (conn = list->first; conn != NULL; conn = after) {
		after = conn->after;
		if (conn->deadline <= http->now && conn->fd >= 0) {
			zta_conn__expired(conn);
		}
	}
}

static void
tick(zta_http *http)
{
	http->tick = http->now + TICK_MS;
	set_date(http);
	end_expired(http, &http->shaking);
	end_expired(http, &http->conns);
	if (!http->stopping && count_all(http) < ZTA_HTTP_CONNECTIONS_MAX) {
		set_listening(http, true);
	}
}

/* --- the loop */

static void
begin_stopping(zta_http *http)
{
	zta_conn *conn, *after;

	if (http->stopping) {
		return;
	}
	http->stopping = true;
	http->drain_until = http->now + ZTA_HTTP_DRAIN_MS;
	(void)close(http->listener);
	http->listener = -1;
	while (http->shaking.first != NULL) {
		zta_conn__close(http->shaking.first);
	}
	for (conn = http->conns.first; conn != NULL; conn = after) {
		after = conn->after;
		if (conn->state == ZTA_CONN_IDLE) {
			zta_conn__close(conn);
		}
	}
}

static bool
is_watch(const zta_http *http, const void *mark)
{
	uint32_t i;

	for (i = 0; i < http->watch_count; i++) {
		if (mark == &http->watches[i]) {
			return true;
		}
	}
	return false;
}

static void
dispatch(zta_http *http, struct epoll_event *event)
{
	zta_conn *conn = event->data.ptr;
	const watch *w;

	if (event->data.ptr == &listener_mark) {
		if (!http->stopping) {
			accept_some(http);
		}
	} else if (event->data.ptr == &wake_mark) {
		begin_stopping(http);
	} else if (is_watch(http, event->data.ptr)) {
		w = event->data.ptr;
		w->ready(w->context);
	} else if ((event->events & (EPOLLHUP | EPOLLERR)) != 0) {
		zta_conn__close(conn);
	} else {
		if ((event->events & EPOLLOUT) != 0) {
			zta_conn__writable(conn);
		}
		/* Writing may have closed it. */
		if (event->data.ptr == conn && (event->events & EPOLLIN) != 0) {
			zta_conn__readable(conn);
		}
	}
}

zta_status
zta_http__run(zta_http *http, zta_error *err)
{
	int i, n;

	http->now = zta_time__monotonic_ms();
	tick(http);
	for (;;) {
		n = epoll_wait(http->epoll, http->events, EVENTS_MAX, TICK_MS);
		if (n < 0 && errno != EINTR) {
			return zta_error__errno(err, "wait for events");
		}
		http->now = zta_time__monotonic_ms();
		http->event_count = n < 0 ? 0 : n;
		for (i = 0; i < http->event_count; i++) {
			if (http->events[i].data.ptr != NULL) {
				dispatch(http, &http->events[i]);
			}
		}
		http->event_count = 0;
		if (http->now >= http->tick) {
			tick(http);
		}
		if (http->stopping &&
		    (count_all(http) == 0 || http->now >= http->drain_until)) {
			return ZTA_OK;
		}
	}
}

void
zta_http__stop(zta_http *http)
{
	const uint64_t one = 1;

	/* Fails only if the counter is full: then it wakes anyway. */
	if (write(http->wake, &one, sizeof(one)) < 0) {
		return;
	}
}

zta_status
zta_http__watch(zta_http *http, int fd, void (*ready)(void *), void *context,
    zta_error *err)
{
	watch *w = &http->watches[http->watch_count];

	if (http->watch_count == ZTA_HTTP_WATCHES_MAX) {
		return zta_error__set(err, ZTA_ELIMIT,
		    "over %d watched file descriptors", ZTA_HTTP_WATCHES_MAX);
	}
	*w = (watch){ ready, context };
	if (control(http, EPOLL_CTL_ADD, fd, EPOLLIN, w) != 0) {
		return zta_error__errno(err, "watch a file descriptor");
	}
	http->watch_count++;
	return ZTA_OK;
}

uint16_t
zta_http__port(const zta_http *http)
{
	return http->port;
}

zta_status
zta_http__open(zta_http **out, const zta_http_options *options, zta_error *err)
{
	zta_http *http = calloc(1, sizeof(*http));
	zta_status status;

	*out = NULL;
	if (http == NULL) {
		return zta_error__nomem(err);
	}
	http->options = *options;
	http->calls = zta_random__seed();
	http->listener = -1;
	http->listening = true;
	http->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	http->epoll = epoll_create1(EPOLL_CLOEXEC);
	status = listen_on(http, err);
	if (status == ZTA_OK &&
	    (http->wake < 0 || http->epoll < 0 ||
		control(http, EPOLL_CTL_ADD, http->wake, EPOLLIN, &wake_mark) !=
		    0 ||
		control(http, EPOLL_CTL_ADD, http->listener, EPOLLIN,
		    &listener_mark) != 0)) {
		status = zta_error__errno(err, "set up the event loop");
	}
	if (status != ZTA_OK) {
		zta_http__close(http);
		return status;
	}
	*out = http;
	return ZTA_OK;
}

static void
close_fd(int fd)
{
	if (fd >= 0) {
		(void)close(fd);
	}
}

void
zta_http__close(zta_http *http)
{
	if (http == NULL) {
		return;
	}
	while (http->shaking.first != NULL) {
		zta_conn__close(http->shaking.first);
	}
	while (http->conns.first != NULL) {
		http->conns.first->state = ZTA_CONN_IDLE;
		zta_conn__close(http->conns.first);
	}
	close_fd(http->listener);
	close_fd(http->wake);
	close_fd(http->epoll);
	free(http);
}
