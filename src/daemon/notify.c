/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.c - see notify.h. The socket is connected while the server may still
 * look for it, and only written to from then on. A message that does not get
 * through is not tried again: nothing depends on it here.
 */
#include "daemon/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/time.h"
#include "daemon/say.h"

/* A path, or "@" and an abstract name. False: it is neither. */
static bool
read_address(const char *text, struct sockaddr_un *out, socklen_t *len)
{
	size_t text_len = strlen(text);

	if ((text[0] != '/' && text[0] != '@') ||
	    text_len >= sizeof(out->sun_path)) {
		return false;
	}
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(out->sun_path, text, text_len);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + text_len);
	if (text[0] == '@') {
		out->sun_path[0] = '\0';
	}
	return true;
}

int
zta_notify__open(void)
{
	const char *text = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t len;
	int fd;

	if (text == NULL) {
		return -1;
	}
	if (!read_address(text, &address, &len)) {
		zta_daemon__say("NOTIFY_SOCKET: neither a path nor @name");
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, len) != 0) {
		zta_daemon__say("NOTIFY_SOCKET: %s", strerror(errno));
		zta_notify__close(fd);
		return -1;
	}
	return fd;
}

void
zta_notify__close(int fd)
{
	if (fd >= 0) {
		(void)close(fd);
	}
}

static void
send_state(int fd, const char *state)
{
	if (fd >= 0 && send(fd, state, strlen(state), MSG_NOSIGNAL) < 0) {
		zta_daemon__say("NOTIFY_SOCKET: %s", strerror(errno));
	}
}

void
zta_notify__ready(int fd)
{
	send_state(fd, "READY=1");
}

void
zta_notify__reloading(int fd)
{
	char state[64];

	/* The time is what pairs it with the READY that follows. */
	(void)snprintf(state, sizeof(state),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "000",
	    zta_time__monotonic_ms());
	send_state(fd, state);
}

void
zta_notify__stopping(int fd)
{
	send_state(fd, "STOPPING=1");
}
