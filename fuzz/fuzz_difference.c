/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_difference.c - the halves of an input: the second is made of the first
 * again, and as steps it makes what it says, or nothing.
 */
#include "fuzz.h"

#include "base/str.h"
#include "pap/difference.h"

#define SIZE 4096u

/* Room for so many bytes and no more: what is written behind them is found. */
static char *
room(size_t size)
{
	char *bytes = malloc(size + (size == 0));

	if (bytes == NULL) {
		abort();
	}
	return bytes;
}

static void
make_again(zta_str base, zta_str target)
{
	char *made = room(target.len);
	zta_error err;
	zta_buf steps;

	zta_buf__init(&steps, SIZE_MAX);
	zta_difference__put(&steps, base, target);
	if (steps.status != ZTA_OK ||
	    zta_difference__apply(
		zta_buf__str(&steps), base, made, target.len, &err) != ZTA_OK ||
	    !zta_str__eq((zta_str){ made, target.len }, target)) {
		abort();
	}
	zta_buf__release(&steps);
	free(made);
}

static void
take_steps(zta_str base, zta_str steps)
{
	size_t size = steps.len > 0 ? (unsigned char)steps.ptr[0] : SIZE;
	char *made = room(size);
	zta_error err = { 0 };

	if (zta_difference__apply(steps, base, made, size, &err) != ZTA_OK &&
	    err.message[0] == '\0') {
		abort();
	}
	free(made);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str base = { (const char *)data, size / 2 };
	zta_str rest = { (const char *)data + size / 2, size - size / 2 };

	make_again(base, rest);
	make_again(rest, base);
	take_steps(base, rest);
	if (rest.len > 0) {
		take_steps(base, (zta_str){ rest.ptr + 1, rest.len - 1 });
	}
	return 0;
}
