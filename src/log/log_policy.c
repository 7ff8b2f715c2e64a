/* SPDX-License-Identifier: Apache-2.0 */
/* log_policy.c - read a policy; see log_policy.h. SPEC: c2sp tlog-policy */
#include "log/log_policy.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

/* "group", a name, how many, and all members. */
#define WORDS_MAX (3 + ZTA_LOG_POLICY_VOTERS_MAX)

typedef struct reader {
	zta_arena *arena;
	zta_policy_log *logs;
	zta_policy_voter *voters;
	uint32_t groups;
	bool has_quorum;
	zta_log_policy *out;
	uint32_t line;
	zta_str text; /* of the line */
	zta_str words[WORDS_MAX];
	uint32_t count;
	zta_error *err;
} reader;

/* At this word of the line. */
#define FAIL(r, word, ...)                               \
	zta_error__at((r)->err, ZTA_EINVALID, (r)->line, \
	    (uint32_t)((r)->words[word].ptr - (r)->text.ptr) + 1, __VA_ARGS__)

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Part the line into words; what else is no text is refused. */
static zta_status
part(reader *r, zta_str line)
{
	size_t i = 0, start;

	r->text = line;
	r->count = 0;
	for (i = 0; i < line.len; i++) {
		if (((unsigned char)line.ptr[i] < ' ' && line.ptr[i] != '\t') ||
		    line.ptr[i] == 0x7F) {
			return zta_error__at(r->err, ZTA_EINVALID, r->line,
			    (uint32_t)i + 1, "a control character");
		}
	}
	for (i = 0; i < line.len;) {
		start = i;
		while (i < line.len && !is_space(line.ptr[i])) {
			i++;
		}
		if (i > start && r->count == WORDS_MAX) {
			return FAIL(r, 0, "the line is too long");
		}
		if (i > start) {
			r->words[r->count++] =
			    (zta_str){ line.ptr + start, i - start };
		}
		while (i < line.len && is_space(line.ptr[i])) {
			i++;
		}
	}
	return ZTA_OK;
}

static zta_status
read_url(reader *r, uint32_t word, const char **out)
{
	*out = "";
	if (word < r->count) {
		*out = zta_arena__cstr(r->arena, r->words[word]);
	}
	return *out == NULL ? zta_arena__failed(r->arena, r->err) : ZTA_OK;
}

static bool
is_same_key(const zta_note_key *a, const zta_note_key *b)
{
	return memcmp(a->public.bytes, b->public.bytes,
		   sizeof(a->public.bytes)) == 0;
}

/* Where the key cannot be read, at its word. */
static zta_status
read_key(reader *r, uint32_t word, zta_note_type type, zta_note_key *out)
{
	zta_error why = { 0 };

	return zta_note_key__read_type(out, type, r->words[word], &why) ==
		ZTA_OK ?
	    ZTA_OK :
	    FAIL(r, word, "%s", why.message);
}

static zta_status
read_log(reader *r)
{
	zta_policy_log *log = &r->logs[r->out->log_count];
	uint32_t i;
	zta_status status;

	if (r->count < 2 || r->count > 3) {
		return FAIL(r, 0, "expected: log VKEY [URL]");
	}
	if (r->out->log_count == ZTA_LOG_POLICY_LOGS_MAX) {
		return FAIL(r, 0, "too many logs");
	}
	status = read_key(r, 1, ZTA_NOTE_ED25519, &log->key);
	for (i = 0; status == ZTA_OK && i < r->out->log_count; i++) {
		if (is_same_key(&r->logs[i].key, &log->key)) {
			status = FAIL(r, 1, "the key of this log stands twice");
		}
	}
	if (status == ZTA_OK) {
		status = read_url(r, 2, &log->url);
	}
	r->out->log_count += status == ZTA_OK;
	return status;
}

/* The number of the voter with this name, or -1. */
static int32_t
find(const reader *r, zta_str name)
{
	uint32_t i;

	for (i = 0; i < r->out->voter_count; i++) {
		if (zta_str__eq(r->voters[i].name, name)) {
			return (int32_t)i;
		}
	}
	return -1;
}

/* The next voter, by the name in the line. */
static zta_status
begin_voter(reader *r, bool is_witness, zta_policy_voter **out)
{
	zta_policy_voter *v = &r->voters[r->out->voter_count];

	if (is_witness ? r->out->witness_count == ZTA_LOG_POLICY_WITNESSES_MAX :
			 r->groups == ZTA_LOG_POLICY_GROUPS_MAX) {
		return FAIL(r, 0, "too many of them");
	}
	if (zta_str__is(r->words[1], "none") || find(r, r->words[1]) >= 0) {
		return FAIL(
		    r, 1, "the name `%.*s` is taken", ZTA_STR_ARG(r->words[1]));
	}
	*v = (zta_policy_voter){ .is_witness = is_witness,
		.url = "",
		.group = -1,
		.name = zta_arena__copy(r->arena, r->words[1]) };
	*out = v;
	return v->name.ptr == NULL ? zta_arena__failed(r->arena, r->err) :
				     ZTA_OK;
}

static zta_status
read_witness(reader *r)
{
	zta_policy_voter *v = NULL;
	uint32_t i;
	zta_status status;

	if (r->count < 3 || r->count > 4) {
		return FAIL(r, 0, "expected: witness NAME VKEY [URL]");
	}
	status = begin_voter(r, true, &v);
	if (status == ZTA_OK) {
		status = read_key(r, 2, ZTA_NOTE_COSIGNATURE, &v->key);
	}
	for (i = 0; status == ZTA_OK && i < r->out->voter_count; i++) {
		if (r->voters[i].is_witness &&
		    is_same_key(&r->voters[i].key, &v->key)) {
			status =
			    FAIL(r, 2, "the key of this witness stands twice");
		}
	}
	if (status == ZTA_OK) {
		status = read_url(r, 3, &v->url);
	}
	r->out->witness_count += status == ZTA_OK;
	r->out->voter_count += status == ZTA_OK;
	return status;
}

/* "all", "any", or how many. */
static bool
read_threshold(zta_str word, uint32_t members, uint32_t *out)
{
	uint64_t number = 0;

	if (zta_str__is(word, "all") || zta_str__is(word, "any")) {
		*out = zta_str__is(word, "all") ? members : 1;
		return true;
	}
	if (!zta_checkpoint__read_size(word, &number) || number < 1 ||
	    number > members) {
		return false;
	}
	*out = (uint32_t)number;
	return true;
}

static zta_status
read_group(reader *r)
{
	zta_policy_voter *v = NULL;
	int32_t member;
	uint32_t i;
	zta_status status;

	if (r->count < 4) {
		return FAIL(r, 0, "expected: group NAME all|any|K NAME...");
	}
	status = begin_voter(r, false, &v);
	if (status != ZTA_OK) {
		return status;
	}
	v->members = r->count - 3;
	if (!read_threshold(r->words[2], v->members, &v->threshold)) {
		return FAIL(r, 2,
		    "expected all, any, or 1 to %u of its members", v->members);
	}
	for (i = 3; i < r->count; i++) {
		member = find(r, r->words[i]);
		if (member < 0) {
			return FAIL(r, i, "`%.*s` is not defined before",
			    ZTA_STR_ARG(r->words[i]));
		}
		/* So each witness counts once. */
		if (r->voters[member].group >= 0) {
			return FAIL(r, i, "`%.*s` is a member already",
			    ZTA_STR_ARG(r->words[i]));
		}
		r->voters[member].group = (int32_t)r->out->voter_count;
	}
	r->groups++;
	r->out->voter_count++;
	return ZTA_OK;
}

static zta_status
read_quorum(reader *r)
{
	if (r->count != 2) {
		return FAIL(r, 0, "expected: quorum NAME");
	}
	if (r->has_quorum) {
		return FAIL(r, 0, "`quorum` stands twice");
	}
	r->has_quorum = true;
	r->out->quorum = find(r, r->words[1]);
	return r->out->quorum >= 0 || zta_str__is(r->words[1], "none") ?
	    ZTA_OK :
	    FAIL(
		r, 1, "`%.*s` is not defined before", ZTA_STR_ARG(r->words[1]));
}

static zta_status
read_line(reader *r, zta_str line)
{
	static const struct {
		const char *word;
		zta_status (*read)(reader *);
	} kinds[] = { { "log", read_log }, { "witness", read_witness },
		{ "group", read_group }, { "quorum", read_quorum } };
	zta_status status = part(r, line);
	size_t i;

	if (status != ZTA_OK || r->count == 0 || r->words[0].ptr[0] == '#') {
		return status;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (zta_str__is(r->words[0], kinds[i].word)) {
			return kinds[i].read(r);
		}
	}
	return FAIL(r, 0, "expected log, witness, group or quorum");
}

zta_status
zta_log_policy__read(
    zta_arena *arena, zta_str text, zta_log_policy *out, zta_error *err)
{
	reader r = { .arena = arena, .out = out, .err = err };
	zta_str line, rest = text;
	zta_status status = ZTA_OK;

	*out = (zta_log_policy){ .quorum = -1 };
	if (text.len > ZTA_LOG_POLICY_TEXT_MAX) {
		return zta_error__at(err, ZTA_ELIMIT, 1, 1,
		    "a policy of over %zu bytes", ZTA_LOG_POLICY_TEXT_MAX);
	}
	r.logs =
	    zta_arena__alloc(arena, ZTA_LOG_POLICY_LOGS_MAX * sizeof(*r.logs));
	r.voters = zta_arena__alloc(
	    arena, ZTA_LOG_POLICY_VOTERS_MAX * sizeof(*r.voters));
	if (r.logs == NULL || r.voters == NULL) {
		return zta_arena__failed(arena, err);
	}
	out->logs = r.logs;
	out->voters = r.voters;
	while (status == ZTA_OK && rest.ptr != NULL &&
	    zta_str__next(&rest, '\n', &line)) {
		r.line++;
		/* What was cut off might say less than it said. */
		status = rest.ptr == NULL && line.len > 0 ?
		    zta_error__at(err, ZTA_EINVALID, r.line,
			(uint32_t)line.len + 1, "the last line is not ended") :
		    read_line(&r, line);
	}
	if (status == ZTA_OK && !r.has_quorum) {
		status = zta_error__at(
		    err, ZTA_EINVALID, r.line, 1, "there is no `quorum` line");
	}
	return status;
}

zta_status
zta_log_policy__load(
    zta_arena *arena, const char *path, zta_log_policy *out, zta_error *err)
{
	zta_str text;
	zta_status status =
	    zta_file__read(arena, path, ZTA_LOG_POLICY_TEXT_MAX, &text, err);

	if (status == ZTA_OK) {
		status = zta_log_policy__read(arena, text, out, err);
		zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	}
	return status;
}
