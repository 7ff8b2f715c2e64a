/* SPDX-License-Identifier: Apache-2.0 */
/* say.c - see say.h. */
#include "daemon/say.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void
zta_daemon__say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	flockfile(stderr);
	fputs("ztauth: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	funlockfile(stderr);
	va_end(args);
}

int
zta_daemon__complain(const char *what, const zta_error *err)
{
	if (err->line > 0) {
		zta_daemon__say("%s: %s:%" PRIu32 ":%" PRIu32 ": %s", what,
		    err->place, err->line, err->column, err->message);
	} else if (err->place[0] != '\0') {
		zta_daemon__say("%s: %s: %s", what, err->place, err->message);
	} else {
		zta_daemon__say("%s: %s", what, err->message);
	}
	return 1;
}
