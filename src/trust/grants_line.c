/* SPDX-License-Identifier: Apache-2.0 */
/* grants_line.c - see grants_line.h. */
#include "trust/grants_line.h"

#include <inttypes.h>

#include "base/b64.h"
#include "base/str.h"

#define NAME "ztauth-delegations"
#define VERSION "2"
#define NUMBER_DIGITS_MAX 18
/* Digits of a name. */
#define PARTY_DIGITS 11u

/* --- checks */

static void
make_check(const unsigned char *before, zta_str body, unsigned char *out)
{
	const zta_str parts[] = { { (const char *)before,
				      before == NULL ? 0 : ZTA_SHA256_LEN },
		body };

	zta_digest__sha256_parts(parts, 2, out);
}

static bool
read_digest(zta_str digits, unsigned char *out)
{
	size_t len;

	return digits.len == ZTA_GRANTS_DIGITS &&
	    zta_b64__decode(digits, out, &len) && len == ZTA_SHA256_LEN;
}

/* --- parties */

uint64_t
zta_grants_line__party(zta_str name)
{
	unsigned char digest[ZTA_SHA256_LEN];
	uint64_t out;

	zta_digest__sha256(name, digest);
	memcpy(&out, digest, sizeof(out));
	return out;
}

static bool
read_party(zta_str digits, uint64_t *out)
{
	size_t len;

	return digits.len == PARTY_DIGITS &&
	    zta_b64__decode(digits, out, &len) && len == sizeof(*out);
}

static void
put_party(zta_buf *out, uint64_t party)
{
	zta_b64__put(out, (zta_str){ (const char *)&party, sizeof(party) });
	zta_buf__byte(out, ' ');
}

/* --- reading */

static bool
read_number(zta_str digits, uint64_t *out)
{
	size_t i;

	*out = 0;
	if (digits.len == 0 || digits.len > NUMBER_DIGITS_MAX ||
	    (digits.len > 1 && digits.ptr[0] == '0')) {
		return false;
	}
	for (i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (uint64_t)(digits.ptr[i] - '0');
	}
	return true;
}

static bool
read_first(zta_grants_line *out, const zta_str *words, size_t count)
{
	uint64_t made_at = 0;
	bool good = count == 5 && zta_str__is(words[0], NAME) &&
	    zta_str__is(words[1], VERSION) &&
	    read_digest(words[2], out->before) &&
	    read_number(words[3], &made_at) &&
	    read_number(words[4], &out->lines);

	out->kind = ZTA_GRANTS_FIRST;
	out->made_at = (int64_t)made_at;
	return good;
}

static bool
is_jti(zta_str jti)
{
	return jti.len >= ZTA_GRANT_JTI_MIN && jti.len <= ZTA_GRANT_JTI_MAX;
}

static bool
read_added(zta_grants_line *out, const zta_str *words, size_t count)
{
	uint64_t ends = 0;
	bool good = count == 8 && read_number(words[1], &ends) &&
	    ends <= INT64_MAX / 1000 && is_jti(words[2]) &&
	    read_digest(words[3], out->digest) &&
	    read_party(words[5], &out->delegator) &&
	    read_party(words[6], &out->delegate) && words[7].len > 0;

	out->kind = ZTA_GRANTS_ADDED;
	out->has_parent = good && !zta_str__is(words[4], "-");
	out->expires_at = good ? (int64_t)ends * 1000 : 0;
	out->jti = words[2];
	out->token = words[7];
	return good && (!out->has_parent || read_digest(words[4], out->parent));
}

static bool
read_event(zta_grants_line *out, const zta_str *words, size_t count)
{
	if (zta_str__is(words[0], "+")) {
		return read_added(out, words, count);
	}
	out->kind =
	    zta_str__is(words[0], "-") ? ZTA_GRANTS_REVOKED : ZTA_GRANTS_USED;
	out->jti = words[1];
	return (out->kind == ZTA_GRANTS_REVOKED ||
		   zta_str__is(words[0], "1")) &&
	    count == 2 && is_jti(words[1]);
}

const char *
zta_grants_line__read(
    zta_grants_line *out, zta_str line, const unsigned char *before)
{
	zta_str words[9] = { { "", 0 } }, body = line, check;
	unsigned char found[ZTA_SHA256_LEN];
	size_t count = 0;

	*out = (zta_grants_line){ 0 };
	if (line.len < ZTA_GRANTS_DIGITS + 1) {
		return "this is no line of it";
	}
	body.len -= ZTA_GRANTS_DIGITS + 1;
	check = (zta_str){ line.ptr + body.len + 1, ZTA_GRANTS_DIGITS };
	make_check(before, body, found);
	if (line.ptr[body.len] != ' ' || !read_digest(check, out->check) ||
	    memcmp(found, out->check, ZTA_SHA256_LEN) != 0) {
		return before == NULL ? "it is none" :
					"a line is not what was written";
	}
	while (count < 9 && zta_str__next(&body, ' ', &words[count])) {
		count++;
	}
	return (before == NULL ? read_first(out, words, count) :
				 read_event(out, words, count)) ?
	    NULL :
	    "this is no line of it";
}

/* --- writing */

static void
put_digest(zta_buf *out, const unsigned char *digest)
{
	zta_b64__put(out, (zta_str){ (const char *)digest, ZTA_SHA256_LEN });
}

/* End the line that began at `start`. */
static void
put_check(zta_buf *out, size_t start, const unsigned char *before,
    unsigned char *check)
{
	if (out->status == ZTA_OK) {
		make_check(before,
		    (zta_str){ out->ptr + start, out->len - start }, check);
	}
	zta_buf__byte(out, ' ');
	put_digest(out, check);
	zta_buf__byte(out, '\n');
}

void
zta_grants_line__first(zta_buf *out, const unsigned char *before,
    int64_t made_at, uint64_t lines, unsigned char *check)
{
	size_t start = out->len;

	zta_buf__text(out, NAME " " VERSION " ");
	put_digest(out, before);
	zta_buf__printf(out, " %" PRId64 " %" PRIu64, made_at, lines);
	put_check(out, start, NULL, check);
}

void
zta_grants_line__added(
    zta_buf *out, const zta_grants_line *grant, unsigned char *check)
{
	size_t start = out->len;

	zta_buf__printf(out, "+ %" PRId64 " %.*s ", grant->expires_at / 1000,
	    ZTA_STR_ARG(grant->jti));
	put_digest(out, grant->digest);
	zta_buf__byte(out, ' ');
	if (grant->has_parent) {
		put_digest(out, grant->parent);
	} else {
		zta_buf__byte(out, '-');
	}
	zta_buf__byte(out, ' ');
	put_party(out, grant->delegator);
	put_party(out, grant->delegate);
	zta_buf__put(out, grant->token);
	put_check(out, start, check, check);
}

void
zta_grants_line__marked(
    zta_buf *out, zta_grants_kind kind, zta_str jti, unsigned char *check)
{
	size_t start = out->len;

	zta_buf__text(out, kind == ZTA_GRANTS_REVOKED ? "- " : "1 ");
	zta_buf__put(out, jti);
	put_check(out, start, check, check);
}
