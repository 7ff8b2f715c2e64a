/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipts.c - what we say of checkpoints and receipts, for test_log_judges.py.
 * A line of standard input is a question, its answer a line: 1 or 0.
 *
 *     checkpoint KEY HEX
 *     receipt KEY HEX
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/str.h"
#include "log/checkpoint.h"
#include "ztauth/receipt.h"

static bool
judge_checkpoint(zta_str vkey, zta_str text)
{
	zta_note_key key;
	zta_log_head head;

	return zta_note_key__read(&key, vkey, NULL) == ZTA_OK &&
	    zta_checkpoint__open(text, &key, &head, NULL) == ZTA_OK;
}

static bool
judge_receipt(zta_str vkey, zta_str text)
{
	zta_str record;
	zta_status status = zta_receipt_verify(text, vkey, &record, NULL);

	zta_str_free(record);
	return status == ZTA_OK;
}

static bool
answer(zta_arena *arena, zta_str line)
{
	zta_str what = ZTA_STR(""), vkey = ZTA_STR(""), digits = ZTA_STR("");
	char *bytes;

	(void)zta_str__next(&line, ' ', &what);
	(void)zta_str__next(&line, ' ', &vkey);
	(void)zta_str__next(&line, ' ', &digits);
	bytes = zta_arena__alloc(arena, digits.len / 2 + 1);
	if (bytes == NULL || !zta_hex__decode(digits, bytes)) {
		fputs("this is not hexadecimal\n", stderr);
		exit(1);
	}
	digits = (zta_str){ bytes, digits.len / 2 };
	return zta_str__is(what, "checkpoint") ?
	    judge_checkpoint(vkey, digits) :
	    judge_receipt(vkey, digits);
}

int
main(void)
{
	zta_arena arena;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0) {
		zta_arena__init(&arena, SIZE_MAX);
		puts(answer(&arena, (zta_str){ line, (size_t)len - 1 }) ? "1" :
									  "0");
		fflush(stdout);
		zta_arena__release(&arena);
	}
	free(line);
	return 0;
}
