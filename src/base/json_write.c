/* SPDX-License-Identifier: Apache-2.0 */
/* json_write.c - see json_write.h. */
#include "base/json_write.h"

/* Before a value or a name: the comma, if one is due. */
static void
separate(zta_json_out *out)
{
	if (out->comma) {
		zta_buf__byte(out->buf, ',');
	}
	out->comma = true;
}

void
zta_json_out__open(zta_json_out *out, char bracket)
{
	separate(out);
	zta_buf__byte(out->buf, bracket);
	out->comma = false;
}

void
zta_json_out__close(zta_json_out *out, char bracket)
{
	zta_buf__byte(out->buf, bracket);
	out->comma = true;
}

/* The text between quotes. SPEC: rfc8259 7 */
static void
put_quoted(zta_buf *buf, zta_str text)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, plain = 0;
	unsigned char c;

	zta_buf__byte(buf, '"');
	for (i = 0; i < text.len; i++) {
		c = (unsigned char)text.ptr[i];
		if (c >= 0x20 && c != '"' && c != '\\') {
			continue;
		}
		zta_buf__put(buf, (zta_str){ text.ptr + plain, i - plain });
		plain = i + 1;
		zta_buf__byte(buf, '\\');
		if (c == '"' || c == '\\') {
			zta_buf__byte(buf, (char)c);
		} else if (c == '\n') {
			zta_buf__byte(buf, 'n');
		} else {
			zta_buf__text(buf, "u00");
			zta_buf__byte(buf, hex[c >> 4]);
			zta_buf__byte(buf, hex[c & 15]);
		}
	}
	if (plain < text.len) {
		zta_buf__put(
		    buf, (zta_str){ text.ptr + plain, text.len - plain });
	}
	zta_buf__byte(buf, '"');
}

void
zta_json_out__name_str(zta_json_out *out, zta_str name)
{
	separate(out);
	put_quoted(out->buf, name);
	zta_buf__byte(out->buf, ':');
	out->comma = false;
}

void
zta_json_out__name(zta_json_out *out, const char *name)
{
	zta_json_out__name_str(out, zta_str_of(name));
}

void
zta_json_out__str(zta_json_out *out, zta_str text)
{
	separate(out);
	put_quoted(out->buf, text);
}

void
zta_json_out__text(zta_json_out *out, const char *text)
{
	zta_json_out__str(out, zta_str_of(text));
}

void
zta_json_out__int(zta_json_out *out, int64_t value)
{
	separate(out);
	zta_buf__printf(out->buf, "%lld", (long long)value);
}

void
zta_json_out__bool(zta_json_out *out, bool value)
{
	separate(out);
	zta_buf__text(out->buf, value ? "true" : "false");
}

void
zta_json_out__null(zta_json_out *out)
{
	separate(out);
	zta_buf__text(out->buf, "null");
}

void
zta_json_out__member(zta_json_out *out, const char *name, zta_str text)
{
	zta_json_out__name(out, name);
	zta_json_out__str(out, text);
}

void
zta_json_out__member_if(zta_json_out *out, const char *name, zta_str text)
{
	if (text.len > 0) {
		zta_json_out__member(out, name, text);
	}
}

void
zta_json_out__member_int(zta_json_out *out, const char *name, int64_t value)
{
	zta_json_out__name(out, name);
	zta_json_out__int(out, value);
}

void
zta_json_out__raw(zta_json_out *out, zta_str json)
{
	separate(out);
	zta_buf__put(out->buf, json);
}

const zta_json *
zta_json_out__node(zta_json_out *out, const zta_json *node)
{
	const zta_json *at = zta_json__first(node);
	uint32_t i;

	switch ((zta_json_type)node->type) {
	case ZTA_JSON_NULL:
		zta_json_out__null(out);
		break;
	case ZTA_JSON_FALSE:
	case ZTA_JSON_TRUE:
		zta_json_out__bool(out, node->type == ZTA_JSON_TRUE);
		break;
	case ZTA_JSON_INTEGER:
		zta_json_out__int(out, node->u.integer);
		break;
	case ZTA_JSON_NUMBER:
		zta_json_out__raw(out, zta_json__str(node));
		break;
	case ZTA_JSON_STRING:
		zta_json_out__str(out, zta_json__str(node));
		break;
	case ZTA_JSON_ARRAY:
		zta_json_out__open(out, '[');
		for (i = 0; i < node->count; i++) {
			at = zta_json_out__node(out, at);
		}
		zta_json_out__close(out, ']');
		break;
	case ZTA_JSON_OBJECT:
		zta_json_out__open(out, '{');
		for (i = 0; i < node->count; i++) {
			zta_json_out__name_str(out, zta_json__str(at));
			at = zta_json_out__node(out, zta_json__after(at));
		}
		zta_json_out__close(out, '}');
		break;
	}
	return zta_json__after(node);
}
