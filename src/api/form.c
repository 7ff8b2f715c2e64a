/* SPDX-License-Identifier: Apache-2.0 */
/* form.c - see form.h. */
#include "api/form.h"

#include "base/error.h"
#include "base/str.h"
#include "base/utf8.h"

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f'    ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F'    ? c - 'A' + 10 :
				      -1;
}

static zta_status
decode(zta_arena *arena, zta_str text, zta_str *out, zta_error *err)
{
	char *bytes = zta_arena__alloc(arena, text.len + 1);
	size_t i, len = 0;
	int high, low;

	if (bytes == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] != '%') {
			bytes[len++] = text.ptr[i] == '+' ? ' ' : text.ptr[i];
			continue;
		}
		high = text.len - i > 2 ? digit(text.ptr[i + 1]) : -1;
		low = text.len - i > 2 ? digit(text.ptr[i + 2]) : -1;
		if (high < 0 || low < 0) {
			return zta_error__set(err, ZTA_ESYNTAX,
			    "a percent sign without two digits");
		}
		bytes[len++] = (char)(high * 16 + low);
		i += 2;
	}
	*out = (zta_str){ bytes, len };
	return zta_utf8__check(*out) == len ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ESYNTAX, "a field is not UTF-8");
}

static zta_status
read_field(zta_form *out, zta_arena *arena, zta_str pair, zta_error *err)
{
	size_t at = zta_str__find(pair, '=');
	zta_form_field *f = &out->fields[out->count];
	zta_str value = { pair.ptr + pair.len, 0 };
	uint32_t i;
	zta_status status;

	if (out->count == ZTA_FORM_FIELDS_MAX) {
		return zta_error__set(err, ZTA_ELIMIT, "too many fields");
	}
	if (at < pair.len) {
		value = (zta_str){ pair.ptr + at + 1, pair.len - at - 1 };
	}
	status = decode(arena, (zta_str){ pair.ptr, at }, &f->name, err);
	if (status == ZTA_OK) {
		status = decode(arena, value, &f->value, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	for (i = 0; i < out->count; i++) {
		if (zta_str__eq(out->fields[i].name, f->name)) {
			return zta_error__set(err, ZTA_EEXIST,
			    "a parameter must not stand twice");
		}
	}
	out->count++;
	return ZTA_OK;
}

zta_status
zta_form__read(zta_form *out, zta_arena *arena, zta_str body, zta_error *err)
{
	zta_str pair;
	zta_status status = ZTA_OK;

	out->count = 0;
	while (status == ZTA_OK && zta_str__next(&body, '&', &pair)) {
		if (pair.len > 0) {
			status = read_field(out, arena, pair, err);
		}
	}
	return status;
}

zta_str
zta_form__get(const zta_form *form, const char *name)
{
	uint32_t i;

	for (i = 0; i < form->count; i++) {
		if (zta_str__is(form->fields[i].name, name)) {
			return form->fields[i].value;
		}
	}
	return (zta_str){ "", 0 };
}
