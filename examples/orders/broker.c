/* SPDX-License-Identifier: Apache-2.0 */
/* broker.c - what the three implementations of broker.h have in common. */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "failed: %s\n", what);
		exit(1);
	}
}

void
take(char *out, unsigned long room, const char *text, unsigned long len)
{
	must(len < room, "the message is too long");
	if (len > 0) {
		memcpy(out, text, len);
	}
	out[len] = '\0';
}
