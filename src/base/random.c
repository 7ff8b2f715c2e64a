/* SPDX-License-Identifier: Apache-2.0 */
/* random.c - see random.h. */
#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void
zta_random__bytes(void *out, size_t len)
{
	char *p = out;
	ssize_t got;

	while (len > 0) {
		got = getrandom(p, len, 0);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			/* Going on with guessable bytes would be worse. */
			abort();
		}
		p += got;
		len -= (size_t)got;
	}
}

uint64_t
zta_random__seed(void)
{
	uint64_t seed;

	zta_random__bytes(&seed, sizeof(seed));
	return seed;
}
