/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal.c - what is there for eyes alone: colour, and lines that fit. A pipe
 * gets neither, so that scripts always read the same. Text of strangers goes out
 * without what a terminal would obey.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

const char *
cli_paint(cli_colour colour)
{
	static const char *const escapes[] = {
		[CLI_PLAIN] = "\033[m",
		[CLI_BOLD] = "\033[1m",
		[CLI_RED] = "\033[31m",
		[CLI_GREEN] = "\033[32m",
		[CLI_YELLOW] = "\033[33m",
		[CLI_CYAN] = "\033[36m",
	};
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') ?
	    escapes[colour] :
	    "";
}

size_t
cli_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO)) {
		return SIZE_MAX;
	}
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ?
	    size.ws_col :
	    80;
}

void
cli_busy(const char *what)
{
	if (isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r\033[K%s%s", what == NULL ? "" : what,
		    what == NULL ? "" : " ...");
		(void)fflush(stderr);
	}
}

void
cli_put_line(zta_str text, size_t used)
{
	size_t width = cli_width(), columns = 0, len = 0;

	width = width > used ? width - used : 0;
	while (len < text.len && columns < width) {
		/* A character ends before the next byte that begins one. */
		do {
			len++;
		} while (len < text.len && (text.ptr[len] & 0xc0) == 0x80);
		columns++;
	}
	printf("%.*s\n", (int)len, text.ptr);
}

/* SPEC: ecma-48 5.3: C0, DEL, and C1, which UTF-8 writes as c2 80 to c2 9f. */
static bool
is_control(const char *at, const char *end)
{
	unsigned char byte = (unsigned char)at[0];

	return byte < 0x20 || byte == 0x7f ||
	    (byte == 0xc2 && end - at > 1 && (unsigned char)at[1] < 0xa0);
}

void
cli_put_plain(zta_str text)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	for (; at < end; at++) {
		if (is_control(at, end)) {
			at += *at == '\xc2';
			putchar('?');
		} else {
			putchar(*at);
		}
	}
}
