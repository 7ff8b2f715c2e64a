/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_allowed.c - see ssh_allowed.h. A line that is not understood is an error,
 * never skipped: what it wanted to forbid might be allowed by another.
 */
#include "crypto/ssh_allowed.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "base/utf8.h"

/* Where we are in a line. */
typedef struct cursor {
	zta_str line;
	size_t at;
	uint32_t number;
	zta_error *err;
} cursor;

__attribute__((format(printf, 2, 3))) static zta_status
fail(const cursor *c, const char *format, ...)
{
	char rule[ZTA_MSG_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(rule, sizeof(rule), format, args);
	va_end(args);
	return zta_error__at(
	    c->err, ZTA_EINVALID, c->number, (uint32_t)c->at + 1, "%s", rule);
}

static zta_str
rest_of(const cursor *c)
{
	return (zta_str){ c->line.ptr + c->at, c->line.len - c->at };
}

/* Names with commas between them, each of them plain. */
static zta_status
check_names(cursor *c, zta_str names, const char *what)
{
	size_t start = c->at, i, from = 0;

	for (i = 0; i <= names.len; i++) {
		if (i < names.len && strchr("*?!\"", names.ptr[i]) != NULL) {
			c->at = start + i;
			return fail(c,
			    "%s are names, without patterns and quotes", what);
		}
		if (i < names.len && names.ptr[i] != ',') {
			continue;
		}
		if (i == from) {
			c->at = start + i;
			return fail(c, "%s are not empty", what);
		}
		from = i + 1;
	}
	return ZTA_OK;
}

/* `digits` digits as a number between `min` and `max`. */
static bool
take_number(
    zta_str *text, size_t digits, int64_t min, int64_t max, int64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < digits; i++) {
		if (i >= text->len || text->ptr[i] < '0' ||
		    text->ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (text->ptr[i] - '0');
	}
	text->ptr += digits;
	text->len -= digits;
	return *out >= min && *out <= max;
}

/* YYYYMMDD, and perhaps HHMM or HHMMSS, and Z */
static bool
read_time(zta_str text, int64_t *out)
{
	int64_t year, month, day, hour = 0, minute = 0, second = 0;

	if (!take_number(&text, 4, 1970, 9999, &year) ||
	    !take_number(&text, 2, 1, 12, &month) ||
	    !take_number(&text, 2, 1,
		zta_time__month_days(year, (unsigned)month), &day)) {
		return false;
	}
	if (text.len > 1 &&
	    (!take_number(&text, 2, 0, 23, &hour) ||
		!take_number(&text, 2, 0, 59, &minute))) {
		return false;
	}
	if (text.len > 1 && !take_number(&text, 2, 0, 59, &second)) {
		return false;
	}
	*out = zta_time__days_of(year, (unsigned)month, (unsigned)day) * 86400 +
	    hour * 3600 + minute * 60 + second;
	return zta_str__is(text, "Z");
}

/* The value of an option, in quotes. */
static zta_status
take_value(cursor *c, zta_str *value)
{
	zta_str rest = rest_of(c);

	if (!zta_str__starts(rest, ZTA_STR("=\""))) {
		return fail(c, "expected `=\"`");
	}
	c->at += 2;
	rest = rest_of(c);
	value->ptr = rest.ptr;
	value->len = zta_str__find(rest, '"');
	return value->len < rest.len ? ZTA_OK :
				       fail(c, "no quote ends the value");
}

static zta_status
take_time(cursor *c, zta_str value, int64_t *time, int64_t unset)
{
	if (*time != unset) {
		return fail(c, "the option stands twice");
	}
	return read_time(value, time) ?
	    ZTA_OK :
	    fail(c, "expected YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ");
}

/* One option, up to the comma or space after it. */
static zta_status
take_option(cursor *c, zta_ssh_allowed *item)
{
	static const char name_end[] = "=, ";
	size_t start = c->at;
	zta_str name = { c->line.ptr + start, 0 }, value;
	zta_status status;

	while (c->at < c->line.len &&
	    strchr(name_end, c->line.ptr[c->at]) == NULL) {
		c->at++;
		name.len++;
	}
	if (!zta_str__is(name, "namespaces") &&
	    !zta_str__is(name, "valid-after") &&
	    !zta_str__is(name, "valid-before")) {
		c->at = start;
		return fail(c, "%s",
		    zta_str__is(name, "cert-authority") ?
			"certificates are not used: list each key that signs" :
			"expected `namespaces`, `valid-after`, `valid-before` "
			"or the type of a key");
	}
	status = take_value(c, &value);
	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(name, "valid-after")) {
		status = take_time(c, value, &item->valid_after_s, INT64_MIN);
	} else if (zta_str__is(name, "valid-before")) {
		status = take_time(c, value, &item->valid_before_s, INT64_MAX);
	} else if (item->namespaces.ptr != NULL) {
		status = fail(c, "the option stands twice");
	} else {
		item->namespaces = value;
		status = check_names(c, value, "namespaces");
	}
	c->at = (size_t)(value.ptr + value.len + 1 - c->line.ptr);
	return status;
}

static bool
is_key_type(zta_str text)
{
	return zta_str__starts(text, ZTA_STR("ssh-")) ||
	    zta_str__starts(text, ZTA_STR("ecdsa-")) ||
	    zta_str__starts(text, ZTA_STR("sk-"));
}

static zta_status
take_options(cursor *c, zta_ssh_allowed *item)
{
	zta_status status;
	char after;

	do {
		status = take_option(c, item);
		if (status != ZTA_OK) {
			return status;
		}
		after = c->at < c->line.len ? c->line.ptr[c->at] : '\0';
		if (after != ',' && after != ' ') {
			return fail(c, "expected a comma or a space");
		}
		c->at++;
	} while (after == ',');
	return ZTA_OK;
}

static zta_status
read_line(cursor *c, zta_ssh_allowed *item)
{
	zta_status status;

	item->line = c->number;
	item->valid_after_s = INT64_MIN;
	item->valid_before_s = INT64_MAX;
	item->principals =
	    (zta_str){ c->line.ptr, zta_str__find(c->line, ' ') };
	status = check_names(c, item->principals, "principals");
	if (status != ZTA_OK) {
		return status;
	}
	c->at = item->principals.len + 1;
	if (c->at >= c->line.len) {
		c->at = c->line.len;
		return fail(c, "expected options or a key");
	}
	if (!is_key_type(rest_of(c))) {
		status = take_options(c, item);
	}
	return status != ZTA_OK ? status :
				  zta_ssh_key__read(rest_of(c), c->number,
				      (uint32_t)c->at + 1, &item->key, c->err);
}

/* Text that people see whole: UTF-8 without control characters. */
static zta_status
check_text(cursor *c)
{
	size_t good = zta_utf8__check(c->line);

	for (c->at = 0; c->at < good; c->at++) {
		if ((unsigned char)c->line.ptr[c->at] < ' ' ||
		    c->line.ptr[c->at] == 0x7F) {
			return fail(c, "a line has no control characters");
		}
	}
	if (good < c->line.len) {
		return fail(c, "a list is UTF-8");
	}
	c->at = 0;
	return ZTA_OK;
}

static zta_status
add_line(zta_arena *arena, cursor *c, uint32_t *room, zta_ssh_allowed_list *out)
{
	zta_ssh_allowed item = { 0 };
	void *grown;
	zta_status status = check_text(c);

	if (status != ZTA_OK || c->line.len == 0 || c->line.ptr[0] == '#') {
		return status;
	}
	if (out->count >= ZTA_SSH_ALLOWED_MAX) {
		return zta_error__at(c->err, ZTA_ELIMIT, c->number, 1,
		    "a list has at most %u lines", ZTA_SSH_ALLOWED_MAX);
	}
	if (out->count == *room) {
		*room = *room == 0 ? 16 : *room * 2;
		grown = zta_arena__grow(
		    arena, out->items, out->count, *room, sizeof(*out->items));
		if (grown == NULL) {
			return zta_arena__failed(arena, c->err);
		}
		out->items = grown;
	}
	status = read_line(c, &item);
	if (status == ZTA_OK) {
		out->items[out->count++] = item;
	}
	return status;
}

zta_status
zta_ssh_allowed__read(
    zta_arena *arena, zta_str text, zta_ssh_allowed_list *out, zta_error *err)
{
	zta_ssh_allowed_list list = { 0 };
	cursor c = { .err = err };
	uint32_t room = 0;
	zta_status status = ZTA_OK;

	*out = list;
	if (text.len > ZTA_SSH_ALLOWED_TEXT_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "the list of allowed signers is too long");
	}
	while (status == ZTA_OK && zta_str__next(&text, '\n', &c.line)) {
		c.number++;
		status = add_line(arena, &c, &room, &list);
	}
	if (status == ZTA_OK) {
		*out = list;
	}
	return status;
}

/* --- judging */

static bool
names_hold(zta_str names, zta_str name)
{
	zta_str one;

	while (zta_str__next(&names, ',', &one)) {
		if (zta_str__eq(one, name)) {
			return true;
		}
	}
	return false;
}

/* Why this line does not allow it, or NULL. */
static const char *
refusal_of(const zta_ssh_allowed *item, zta_str namespace, int64_t now_s)
{
	if (item->namespaces.ptr != NULL &&
	    !names_hold(item->namespaces, namespace)) {
		return "is not for this namespace";
	}
	if (now_s < item->valid_after_s) {
		return "is not yet valid";
	}
	return now_s > item->valid_before_s ? "is no longer valid" : NULL;
}

/* The line that allows the key; NULL and ZTA_EUNTRUSTED: none does. */
static zta_status
find(const zta_ssh_allowed_list *list, zta_str namespace,
    const zta_ssh_key *key, int64_t now_s, const zta_ssh_allowed **who,
    zta_error *err)
{
	char fingerprint[ZTA_KEY_FINGERPRINT_MAX];
	const char *why = "belongs to no allowed signer";
	uint32_t i;

	*who = NULL;
	for (i = 0; i < list->count; i++) {
		if (!zta_ssh_key__eq(&list->items[i].key, key)) {
			continue;
		}
		why = refusal_of(&list->items[i], namespace, now_s);
		if (why == NULL) {
			*who = &list->items[i];
			return ZTA_OK;
		}
	}
	zta_ssh_key__fingerprint(key, fingerprint);
	return zta_error__set(
	    err, ZTA_EUNTRUSTED, "the key %s %s", fingerprint, why);
}

zta_status
zta_ssh_allowed__may(const zta_ssh_allowed_list *list, zta_str namespace,
    const zta_ssh_key *key, int64_t now_s, zta_error *err)
{
	const zta_ssh_allowed *who;

	return find(list, namespace, key, now_s, &who, err);
}

zta_status
zta_ssh_allowed__judge(const zta_ssh_allowed_list *list, zta_str namespace,
    zta_str payload, zta_str armor, int64_t now_s, const zta_ssh_allowed **who,
    zta_error *err)
{
	zta_ssh_sig sig;
	zta_status status = zta_ssh_sig__read(armor, &sig, err);

	*who = NULL;
	if (status != ZTA_OK) {
		return status;
	}
	return zta_ssh_sig__verify(&sig, namespace, payload) ?
	    find(list, namespace, &sig.key, now_s, who, err) :
	    zta_error__set(err, ZTA_EUNTRUSTED,
		"the signature is not one of this content");
}
