/* SPDX-License-Identifier: Apache-2.0 */
/* ssh_wire.c - see ssh_wire.h. */
#include "crypto/ssh_wire.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"

#define LINE_DIGITS 70
/* Other programs wrap at 64 or 76. */
#define LINE_DIGITS_MAX 76

bool
zta_ssh_wire__u32(zta_str *rest, uint32_t *out)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;

	if (rest->len < 4) {
		return false;
	}
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
	rest->ptr += 4;
	rest->len -= 4;
	return true;
}

bool
zta_ssh_wire__string(zta_str *rest, zta_str *out)
{
	uint32_t len;

	if (!zta_ssh_wire__u32(rest, &len) || len > rest->len) {
		return false;
	}
	*out = (zta_str){ rest->ptr, len };
	rest->ptr += len;
	rest->len -= len;
	return true;
}

bool
zta_ssh_wire__is(zta_str *rest, const char *wanted)
{
	zta_str text;

	return zta_ssh_wire__string(rest, &text) && zta_str__is(text, wanted);
}

void
zta_ssh_wire__put_u32(zta_buf *out, uint32_t value)
{
	zta_buf__u32(out, value);
}

void
zta_ssh_wire__put_string(zta_buf *out, zta_str bytes)
{
	zta_ssh_wire__put_u32(out, (uint32_t)bytes.len);
	zta_buf__put(out, bytes);
}

/* --- armor */

static bool
is_marker(zta_str line, const char *kind, const char *label)
{
	zta_str parts[] = { ZTA_STR("-----"), zta_str_of(kind), ZTA_STR(" "),
		zta_str_of(label), ZTA_STR("-----") };
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!zta_str__starts(line, parts[i])) {
			return false;
		}
		line.ptr += parts[i].len;
		line.len -= parts[i].len;
	}
	return line.len == 0;
}

zta_status
zta_ssh_armor__decode(
    zta_str text, const char *label, char *out, size_t *len, zta_error *err)
{
	size_t digits = 0;
	uint32_t number = 1;
	zta_str line;

	*len = 0;
	if (!zta_str__next(&text, '\n', &line) ||
	    !is_marker(line, "BEGIN", label)) {
		return zta_error__at(err, ZTA_ESYNTAX, 1, 1,
		    "expected `-----BEGIN %s-----`", label);
	}
	for (;;) {
		number++;
		if (!zta_str__next(&text, '\n', &line)) {
			return zta_error__at(err, ZTA_ESYNTAX, number, 1,
			    "expected `-----END %s-----`", label);
		}
		if (is_marker(line, "END", label)) {
			break;
		}
		if (line.len == 0 || line.len > LINE_DIGITS_MAX) {
			return zta_error__at(err, ZTA_ESYNTAX, number, 1,
			    "a line has 1 to %d digits", LINE_DIGITS_MAX);
		}
		memcpy(out + digits, line.ptr, line.len);
		digits += line.len;
	}
	if (text.len > 0) {
		return zta_error__at(err, ZTA_ESYNTAX, number + 1, 1,
		    "nothing follows the last line");
	}
	if (!zta_b64_std__decode((zta_str){ out, digits }, out, len)) {
		return zta_error__at(
		    err, ZTA_ESYNTAX, 2, 1, "the lines are not base64");
	}
	return ZTA_OK;
}

void
zta_ssh_armor__put(zta_buf *out, const char *label, zta_str bytes)
{
	size_t digits = ZTA_B64_STD_LEN(bytes.len), take;
	size_t lines = (digits + LINE_DIGITS - 1) / LINE_DIGITS;
	char *to, *from;

	zta_buf__printf(out, "-----BEGIN %s-----\n", label);
	to = zta_buf__extend(out, digits + lines);
	if (to == NULL) {
		return;
	}
	/* Encode at the end of the room, then let each line move up. */
	from = to + lines;
	zta_b64_std__encode(bytes, from);
	for (; digits > 0; digits -= take) {
		take = digits < LINE_DIGITS ? digits : LINE_DIGITS;
		memmove(to, from, take);
		from += take;
		to += take;
		*to++ = '\n';
	}
	zta_buf__printf(out, "-----END %s-----\n", label);
}
