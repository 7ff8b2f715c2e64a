/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.c - see random.h.
 *
 * 1. Each thread has a block of bytes from the kernel in a page of its own, so
 *    that ids and salts take no system call each. What is handed out is wiped.
 * 2. The kernel empties that page in a child (MADV_WIPEONFORK), its count of
 *    bytes with it: a child never hands out what its parent does.
 * 3. Without such a page, every call asks the kernel.
 */
#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

/* Its cost is small beside that of the call, and few bytes lie about. */
#define BLOCK 1024u

typedef struct pool {
	size_t left; /* the last bytes of `block` */
	unsigned char block[BLOCK];
} pool;

static void
ask(void *out, size_t len)
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

/* --- the page of a thread */

/* So that a thread that ends gives its page back. */
static pthread_once_t random_once = PTHREAD_ONCE_INIT;
static pthread_key_t random_key;
static bool random_has_key;
static _Thread_local pool *mine;

static void
drop(void *page)
{
	explicit_bzero(page, sizeof(pool));
	(void)munmap(page, sizeof(pool));
	mine = NULL;
}

static void
make_key(void)
{
	random_has_key = pthread_key_create(&random_key, drop) == 0;
}

/* NULL: there can be none. */
static pool *
open_pool(void)
{
	pool *page = mmap(NULL, sizeof(pool), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED) {
		return NULL;
	}
	(void)pthread_once(&random_once, make_key);
	if (madvise(page, sizeof(pool), MADV_WIPEONFORK) != 0 ||
	    madvise(page, sizeof(pool), MADV_DONTDUMP) != 0 ||
	    !random_has_key || pthread_setspecific(random_key, page) != 0) {
		(void)munmap(page, sizeof(pool));
		return NULL;
	}
	mine = page;
	return page;
}

void
zta_random__bytes(void *out, size_t len)
{
	pool *p = mine != NULL ? mine : open_pool();
	unsigned char *from;

	if (p == NULL || len > BLOCK / 4) {
		ask(out, len);
		return;
	}
	if (p->left < len) {
		ask(p->block, BLOCK);
		p->left = BLOCK;
	}
	from = p->block + BLOCK - p->left;
	memcpy(out, from, len);
	explicit_bzero(from, len);
	p->left -= len;
}

uint64_t
zta_random__seed(void)
{
	uint64_t seed;

	zta_random__bytes(&seed, sizeof(seed));
	return seed;
}
