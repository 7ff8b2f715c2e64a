/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signatures.c - what we say of signatures, for test_wycheproof.py. A line of
 * standard input is a question, its answer a line: 1 or 0.
 *
 *     key PEM           is it a key of ours? It counts from here on
 *     sig ALG MSG SIG   is SIG a signature of MSG under that key?
 *     jws KEYS TOKEN    does a key of the set verify the token?
 *
 * All but ALG and TOKEN are in hexadecimal.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/str.h"
#include "identity/jwks.h"

static zta_arena arena;
static zta_key *key;

static zta_str
decode(zta_str digits)
{
	char *bytes = zta_arena__alloc(&arena, digits.len / 2 + 1);

	if (bytes == NULL || !zta_hex__decode(digits, bytes)) {
		fputs("this is not hexadecimal\n", stderr);
		exit(1);
	}
	return (zta_str){ bytes, digits.len / 2 };
}

static zta_str
field(zta_str *line)
{
	zta_str word = { "", 0 };

	(void)zta_str__next(line, ' ', &word);
	return word;
}

static bool
take_key(zta_str line)
{
	zta_key_close(key);
	key = NULL;
	return zta_key_read_pem(&key, decode(field(&line)), NULL) == ZTA_OK;
}

static bool
judge_signature(zta_str line)
{
	zta_alg alg = zta_alg_of(field(&line));
	zta_str message = decode(field(&line));

	return key != NULL &&
	    zta_key__verify(key, alg, message, decode(field(&line)));
}

/*
 * Tokens of ours hold JSON, those of the vectors anything: its form is judged
 * with another payload, its signature with its own.
 */
static bool
parse(zta_str token, zta_jws *jws)
{
	zta_str rest = token, header, payload, signature;
	zta_refusal refusal;
	zta_buf same;
	size_t len;
	bool good;

	if (!zta_str__next(&rest, '.', &header) ||
	    !zta_str__next(&rest, '.', &payload)) {
		return false;
	}
	signature = rest;
	zta_buf__init(&same, 1 << 20);
	zta_buf__put(&same, header);
	zta_buf__text(&same, ".e30.");
	zta_buf__put(&same, signature);
	token.len = header.len + 1 + payload.len;
	good = zta_b64__decode(
		   payload, zta_arena__alloc(&arena, payload.len + 1), &len) &&
	    zta_jws__parse(&arena, zta_arena__copy(&arena, zta_buf__str(&same)),
		jws, &refusal, NULL) == ZTA_OK;
	zta_buf__release(&same);
	jws->input = token;
	return good;
}

static bool
judge_jws(zta_str line)
{
	zta_str text = decode(field(&line));
	zta_jws jws = { 0 };
	zta_jwks keys = { 0 };
	zta_json_doc doc;
	const zta_key *found;
	bool good = false;

	if (zta_json__read(&arena, text, &doc, NULL) == ZTA_OK &&
	    zta_jwks__read(&keys, &arena, &doc, doc.root, "sig", NULL) ==
		ZTA_OK &&
	    parse(line, &jws)) {
		found = zta_jwks__find(&keys, &jws);
		good = found != NULL &&
		    zta_key__verify(found, jws.alg, jws.input, jws.signature);
	}
	zta_jwks__release(&keys);
	return good;
}

static bool
answer(zta_str line)
{
	zta_str what = field(&line);

	if (zta_str__is(what, "key")) {
		return take_key(line);
	}
	return zta_str__is(what, "sig") ? judge_signature(line) :
					  judge_jws(line);
}

int
main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0) {
		zta_arena__init(&arena, SIZE_MAX);
		puts(answer((zta_str){ line, (size_t)len - 1 }) ? "1" : "0");
		zta_arena__release(&arena);
	}
	free(line);
	zta_key_close(key);
	return 0;
}
