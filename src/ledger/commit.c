/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c - see commit.h. */
#include "ledger/commit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/commit_text.h"

static const char zone[] = " +0000";

/* --- decoding */

typedef struct cursor {
	zta_str body;
	size_t at;
	zta_error *err;
} cursor;

/* Errors are about byte `at`, in the header or part `where`. */
__attribute__((format(printf, 4, 5))) static zta_status
fail(const cursor *c, size_t at, const char *where, const char *format, ...)
{
	char rule[ZTA_MSG_MAX];
	uint32_t line, column;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(rule, sizeof(rule), format, args);
	va_end(args);
	zta_error__position(c->body, at, &line, &column);
	(void)zta_error__at(c->err, ZTA_EINVALID, line, column, "%s", rule);
	zta_error__place(c->err, "commit %s", where);
	return ZTA_EINVALID;
}

static bool
stands_here(const cursor *c, const char *text)
{
	zta_str rest = { c->body.ptr + c->at, c->body.len - c->at };

	return zta_str__starts(rest, zta_str_of(text));
}

/* What is wrong with the line here, where `due` ought to stand. */
static zta_status
wrong_header(const cursor *c, const char *due)
{
	static const struct {
		const char *header, *rule;
	} known[] = {
		{ "parent ", "a commit has one parent at most, after `tree`" },
		{ "encoding ", "a message is UTF-8 and needs no `encoding`" },
		{ "mergetag ", "a ledger has no merges" },
		{ "gpgsig ", "a signature stands in `gpgsig-sha256`" },
		{ "gpgsig-sha256 ", "a signature follows `committer`" },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (stands_here(c, known[i].header)) {
			return fail(c, c->at, "header", "%s", known[i].rule);
		}
	}
	return fail(c, c->at, "header", "%s is due here, nothing else", due);
}

/* What is left of the line here, of the header `where`. */
static zta_status
take_line(cursor *c, const char *where, zta_str *line)
{
	zta_str rest = { c->body.ptr + c->at, c->body.len - c->at };

	*line = (zta_str){ rest.ptr, zta_str__find(rest, '\n') };
	c->at += line->len + 1;
	return line->len < rest.len ?
	    ZTA_OK :
	    fail(c, c->body.len, where, "the line does not end");
}

/* The value of `header`, which must be here. */
static zta_status
take_header(cursor *c, const char *header, zta_str *value)
{
	zta_str rest = { c->body.ptr + c->at, c->body.len - c->at };
	size_t len = strlen(header);

	if (!stands_here(c, header) || rest.len == len ||
	    rest.ptr[len] != ' ') {
		return wrong_header(c, header);
	}
	c->at += len + 1;
	return take_line(c, header, value);
}

static size_t
offset(const cursor *c, zta_str part)
{
	return (size_t)(part.ptr - c->body.ptr);
}

static zta_status
take_id(cursor *c, const char *header, zta_oid *out)
{
	zta_str digits;
	zta_status status = take_header(c, header, &digits);

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_oid__parse(digits, out)) {
		return fail(c, offset(c, digits), header,
		    "an id has 64 hexadecimal digits in lower case");
	}
	return zta_oid__is_none(out) ?
	    fail(c, offset(c, digits), header, "an id is not all zeros") :
	    ZTA_OK;
}

/* "1700000000 +0000" */
static zta_status
read_time(const cursor *c, const char *header, zta_str text, int64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
	     i++) {
		*out = *out * 10 + (text.ptr[i] - '0');
		if (*out > ZTA_COMMIT_TIME_MAX) {
			return fail(c, offset(c, text), header,
			    "a time is not beyond the year 9999");
		}
	}
	if (i == 0 || (i > 1 && text.ptr[0] == '0')) {
		return fail(c, offset(c, text), header,
		    "a time is a number of seconds, without leading zeros");
	}
	text.ptr += i;
	text.len -= i;
	return zta_str__is(text, zone) ?
	    ZTA_OK :
	    fail(c, offset(c, text), header,
		"a time is followed by ` +0000` and nothing else");
}

/* "A U Thor <author@example.com> 1700000000 +0000" */
static zta_status
take_person(cursor *c, const char *header, zta_commit_person *out)
{
	zta_str rest;
	size_t open, close, at;
	const char *rule;
	zta_status status = take_header(c, header, &rest);

	if (status != ZTA_OK) {
		return status;
	}
	open = zta_str__find(rest, '<');
	if (open == rest.len || open == 0 || rest.ptr[open - 1] != ' ') {
		return fail(c, offset(c, rest), header,
		    "a name, a space and an email in `<>` are due here");
	}
	out->name = (zta_str){ rest.ptr, open - 1 };
	rest.ptr += open + 1;
	rest.len -= open + 1;
	close = zta_str__find(rest, '>');
	if (close == rest.len || close + 1 == rest.len ||
	    rest.ptr[close + 1] != ' ') {
		return fail(c, offset(c, rest), header,
		    "an email ends with `>`, and a space follows");
	}
	out->email = (zta_str){ rest.ptr, close };
	rule = zta_commit_text__breaks_name(out->name, &at);
	if (rule != NULL) {
		return fail(c, offset(c, out->name) + at, header, "%s", rule);
	}
	rule = zta_commit_text__breaks_email(out->email, &at);
	if (rule != NULL) {
		return fail(c, offset(c, out->email) + at, header, "%s", rule);
	}
	rest.ptr += close + 2;
	rest.len -= close + 2;
	return read_time(c, header, rest, &out->time_s);
}

/* The value of the header and its further lines, which begin with a space. */
static zta_status
take_signature(cursor *c, zta_str *out)
{
	static const char header[] = "gpgsig-sha256";
	zta_str line;
	size_t at;
	const char *rule;
	zta_status status = take_header(c, header, out);

	while (status == ZTA_OK && stands_here(c, " ")) {
		status = take_line(c, header, &line);
		out->len = (size_t)(line.ptr + line.len - out->ptr);
	}
	if (status != ZTA_OK) {
		return status;
	}
	rule = zta_commit_text__breaks_signature(*out, &at);
	return rule == NULL ? ZTA_OK :
			      fail(c, offset(c, *out) + at, header, "%s", rule);
}

static zta_status
take_headers(cursor *c, zta_commit *out)
{
	zta_status status = take_id(c, "tree", &out->tree);

	if (status == ZTA_OK && stands_here(c, "parent ")) {
		out->has_parent = true;
		status = take_id(c, "parent", &out->parent);
	}
	if (status == ZTA_OK) {
		status = take_person(c, "author", &out->author);
	}
	if (status == ZTA_OK) {
		status = take_person(c, "committer", &out->committer);
	}
	if (status == ZTA_OK && stands_here(c, "gpgsig-sha256 ")) {
		status = take_signature(c, &out->signature);
	}
	if (status == ZTA_OK && !stands_here(c, "\n")) {
		status = wrong_header(c, "an empty line");
	}
	c->at++;
	return status;
}

zta_status
zta_commit__decode(zta_str body, zta_commit *out, zta_error *err)
{
	cursor c = { .body = body, .err = err };
	zta_commit commit = { 0 };
	size_t at;
	const char *rule;
	zta_status status;

	*out = commit;
	if (body.len == 0) {
		c.body = ZTA_STR("");
	}
	if (body.len > ZTA_COMMIT_MAX) {
		status = zta_error__set(err, ZTA_ELIMIT,
		    "a commit has at most %zu bytes", ZTA_COMMIT_MAX);
		zta_error__place(err, "commit");
		return status;
	}
	status = take_headers(&c, &commit);
	if (status != ZTA_OK) {
		return status;
	}
	commit.message = (zta_str){ c.body.ptr + c.at, c.body.len - c.at };
	rule = zta_commit_text__breaks_message(commit.message, &at);
	if (rule != NULL) {
		return fail(&c, c.at + at, "message", "%s", rule);
	}
	*out = commit;
	return ZTA_OK;
}

/* --- encoding */

static zta_status
refuse(zta_error *err, const char *where, const char *rule)
{
	zta_status status = zta_error__set(err, ZTA_EINVALID, "%s", rule);

	zta_error__place(err, "commit %s", where);
	return status;
}

static zta_status
check_person(
    const char *header, const zta_commit_person *person, zta_error *err)
{
	size_t at;
	const char *rule = zta_commit_text__breaks_name(person->name, &at);

	if (rule == NULL) {
		rule = zta_commit_text__breaks_email(person->email, &at);
	}
	if (rule == NULL &&
	    (person->time_s < 0 || person->time_s > ZTA_COMMIT_TIME_MAX)) {
		rule = "a time is in the years 1970 to 9999";
	}
	return rule == NULL ? ZTA_OK : refuse(err, header, rule);
}

static zta_status
check(const zta_commit *commit, zta_error *err)
{
	size_t at;
	const char *rule =
	    zta_commit_text__breaks_message(commit->message, &at);
	zta_status status;

	if (zta_oid__is_none(&commit->tree) ||
	    (commit->has_parent && zta_oid__is_none(&commit->parent))) {
		return refuse(err, "header", "an id is not all zeros");
	}

	if (rule != NULL) {
		return refuse(err, "message", rule);
	}
	rule = commit->signature.len == 0 ?
	    NULL :
	    zta_commit_text__breaks_signature(commit->signature, &at);
	if (rule != NULL) {
		return refuse(err, "gpgsig-sha256", rule);
	}
	status = check_person("author", &commit->author, err);
	return status != ZTA_OK ?
	    status :
	    check_person("committer", &commit->committer, err);
}

static void
put_id(zta_buf *out, const char *header, const zta_oid *oid)
{
	char digits[ZTA_OID_HEX_MAX];

	zta_oid__hex(oid, digits);
	zta_buf__printf(out, "%s %s\n", header, digits);
}

static void
put_person(zta_buf *out, const char *header, const zta_commit_person *person)
{
	zta_buf__printf(out, "%s %.*s <%.*s> %" PRId64 "%s\n", header,
	    ZTA_STR_ARG(person->name), ZTA_STR_ARG(person->email),
	    person->time_s, zone);
}

zta_status
zta_commit__encode(const zta_commit *commit, zta_buf *out, zta_error *err)
{
	size_t start = out->len;
	zta_status status = check(commit, err);

	if (status != ZTA_OK) {
		return status;
	}
	put_id(out, "tree", &commit->tree);
	if (commit->has_parent) {
		put_id(out, "parent", &commit->parent);
	}
	put_person(out, "author", &commit->author);
	put_person(out, "committer", &commit->committer);
	if (commit->signature.len > 0) {
		zta_buf__text(out, "gpgsig-sha256 ");
		zta_buf__put(out, commit->signature);
		zta_buf__byte(out, '\n');
	}
	zta_buf__byte(out, '\n');
	zta_buf__put(out, commit->message);
	if (out->status != ZTA_OK) {
		return zta_error__nomem(err);
	}
	return out->len - start <= ZTA_COMMIT_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ELIMIT, "a commit has at most %zu bytes",
		ZTA_COMMIT_MAX);
}
