/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects.c - objects and SSH signatures for test_git.py, which compares them
 * with those of git and OpenSSH. Reads requests from standard input, a line
 * each and after it as many bytes as it says; a request is answered with lines,
 * and at the end "ok ..." or "refused <place>: <message>".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "ledger/commit_sign.h"
#include "ledger/tree_build.h"
#include "ledger/tree_diff.h"
#include "ledger/tree_object.h"

#define WORDS_MAX 8

typedef struct program {
	zta_arena arena; /* of what is kept */
	zta_map ids;     /* 32 bytes to a place in `bodies` */
	zta_str *bodies;
	uint32_t count, room;
	zta_key *key;
	zta_ssh_agent agent;
	zta_ssh_signer signer;
	zta_ssh_allowed_list allowed;
	char line[65536];
	zta_str words[WORDS_MAX]; /* of the line; NUL-terminated */
} program;

_Noreturn static void
die(const char *why)
{
	fprintf(stderr, "objects: %s\n", why);
	exit(2);
}

static void
answer(zta_status status, const zta_error *err, zta_str text)
{
	if (status == ZTA_OK) {
		printf("ok %.*s\n", ZTA_STR_ARG(text));
	} else {
		printf("refused %s: %s\n", err->place, err->message);
	}
	fflush(stdout);
}

static bool
read_line(program *p)
{
	size_t len;

	if (fgets(p->line, sizeof(p->line), stdin) == NULL) {
		return false;
	}
	len = strlen(p->line);
	if (len == 0 || p->line[len - 1] != '\n') {
		die("no line");
	}
	p->line[len - 1] = '\0';
	return true;
}

static void
split(program *p)
{
	char *rest = p->line, *word;
	size_t i;

	for (i = 0; i < WORDS_MAX; i++) {
		word = strsep(&rest, " ");
		p->words[i] = zta_str_of(word == NULL ? "" : word);
	}
}

/* As many bytes as word `i` says. */
static zta_str
take_bytes(program *p, size_t i)
{
	size_t len = strtoul(p->words[i].ptr, NULL, 10);
	char *to = zta_arena__alloc(&p->arena, len + 1);

	if (to == NULL || fread(to, 1, len, stdin) != len) {
		die("too few bytes");
	}
	return (zta_str){ to, len };
}

static zta_oid
word_oid(const program *p, size_t i)
{
	zta_oid oid = { 0 };

	if (!zta_oid__parse(p->words[i], &oid)) {
		die("no id");
	}
	return oid;
}

static void
keep(program *p, const zta_oid *oid, zta_str body)
{
	zta_str id = zta_arena__copy(
	    &p->arena, (zta_str){ (const char *)oid->bytes, ZTA_OID_LEN });

	if (zta_map__add(&p->ids, id, p->count, NULL) == ZTA_EEXIST) {
		return;
	}
	if (p->count == p->room) {
		p->room = p->room == 0 ? 64 : p->room * 2;
		p->bodies = realloc(p->bodies, p->room * sizeof(*p->bodies));
		if (p->bodies == NULL) {
			die("no memory");
		}
	}
	p->bodies[p->count++] = zta_arena__copy(&p->arena, body);
}

static zta_status
read_object(void *from, const zta_oid *oid, zta_object_kind kind,
    zta_arena *arena, zta_str *body, zta_error *err)
{
	program *p = from;
	uint32_t at = zta_map__get(
	    &p->ids, (zta_str){ (const char *)oid->bytes, ZTA_OID_LEN });

	(void)kind;
	(void)arena;
	if (at == ZTA_MAP_NONE) {
		return zta_error__set(
		    err, ZTA_ENOTFOUND, "there is no such object");
	}
	*body = p->bodies[at];
	return ZTA_OK;
}

/* Kept, and shown to who asked. */
static zta_status
write_object(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	char digits[ZTA_OID_HEX_MAX];

	(void)err;
	keep(to, oid, body);
	zta_oid__hex(oid, digits);
	printf("object %s %s %zu\n", zta_object_kind__name(kind), digits,
	    body.len);
	fwrite(body.ptr, 1, body.len, stdout);
	return ZTA_OK;
}

static void
answer_oid(zta_status status, const zta_error *err, const zta_oid *oid)
{
	char digits[ZTA_OID_HEX_MAX];

	zta_oid__hex(oid, digits);
	answer(status, err, zta_str_of(digits));
}

/* --- requests */

/* What was decoded, encoded again. */
static zta_status
encode_again(program *p, zta_object_kind kind, zta_str body, zta_buf *out,
    zta_error *err)
{
	zta_tree_object tree;
	zta_commit commit;
	zta_status status;

	if (kind == ZTA_OBJECT_TREE) {
		status = zta_tree_object__decode(&p->arena, body, &tree, err);
		return status == ZTA_OK ?
		    zta_tree_object__encode(&p->arena, &tree, out, err) :
		    status;
	}
	if (kind == ZTA_OBJECT_COMMIT) {
		status = zta_commit__decode(body, &commit, err);
		return status == ZTA_OK ?
		    zta_commit__encode(&commit, out, err) :
		    status;
	}
	zta_buf__put(out, body);
	return zta_object__check(&p->arena, kind, body, err);
}

/* object KIND LEN, then the body: what id has it, if it is well formed? */
static void
do_object(program *p)
{
	zta_object_kind kind = ZTA_OBJECT_COMMIT;
	zta_str body = take_bytes(p, 2);
	zta_error err = { 0 };
	zta_oid oid = { 0 };
	zta_buf out;
	zta_status status;

	while (kind < ZTA_OBJECT_TAG &&
	    !zta_str__is(p->words[1], zta_object_kind__name(kind))) {
		kind++;
	}
	zta_buf__init(&out, SIZE_MAX);
	status = encode_again(p, kind, body, &out, &err);
	if (status == ZTA_OK) {
		status = zta_oid__of(kind, zta_buf__str(&out), &oid, &err);
	}
	if (status == ZTA_OK) {
		keep(p, &oid, zta_buf__str(&out));
	}
	answer_oid(status, &err, &oid);
	zta_buf__release(&out);
}

/* build BASE|- COUNT, then lines "OID PATH": make the trees. */
static void
do_build(program *p)
{
	const zta_object_source source = { read_object, p, false };
	const zta_object_sink sink = { write_object, p };
	bool based = !zta_str__is(p->words[1], "-");
	zta_oid base = { 0 }, root = { 0 };
	uint32_t count = (uint32_t)strtoul(p->words[2].ptr, NULL, 10), i;
	zta_tree_leaf *leaves =
	    zta_arena__zalloc(&p->arena, count + (size_t)1, sizeof(*leaves));
	zta_error err = { 0 };
	zta_status status;

	if (based) {
		base = word_oid(p, 1);
	}
	for (i = 0; i < count; i++) {
		if (leaves == NULL || !read_line(p)) {
			die("too few lines");
		}
		split(p);
		leaves[i].blob = word_oid(p, 0);
		leaves[i].path = zta_arena__copy(&p->arena, p->words[1]);
	}
	status = zta_tree_build__run(&p->arena, leaves, count, &source,
	    based ? &base : NULL, &sink, &root, &err);
	answer_oid(status, &err, &root);
}

/* diff A|- B|-: lines like "M\tpath". */
static void
do_diff(program *p)
{
	const zta_object_source source = { read_object, p, false };
	zta_oid oids[2] = { { { 0 } } };
	const zta_oid *sides[2] = { NULL, NULL };
	zta_tree_changes changes = { 0 };
	zta_error err = { 0 };
	zta_status status;
	uint32_t i;

	for (i = 0; i < 2; i++) {
		if (!zta_str__is(p->words[1 + i], "-")) {
			oids[i] = word_oid(p, 1 + i);
			sides[i] = &oids[i];
		}
	}
	status = zta_tree_diff__run(
	    &p->arena, &source, sides[0], sides[1], &changes, &err);
	for (i = 0; i < changes.count; i++) {
		printf("%c\t%.*s\n", "AMD"[changes.items[i].kind],
		    ZTA_STR_ARG(changes.items[i].path));
	}
	answer(status, &err, ZTA_STR(""));
}

static zta_str
keep_line(program *p)
{
	if (!read_line(p)) {
		die("too few lines");
	}
	return zta_arena__copy(&p->arena, zta_str_of(p->line));
}

static zta_commit_person
keep_person(program *p)
{
	zta_commit_person person = { .name = keep_line(p) };

	person.email = keep_line(p);
	person.time_s = strtoll(keep_line(p).ptr, NULL, 10);
	return person;
}

/*
 * commit TREE PARENT|- SIGNED LEN, then lines with name, email and seconds of
 * author and committer, then the message.
 */
static void
do_commit(program *p)
{
	zta_commit commit = { .tree = word_oid(p, 1) };
	bool sign = zta_str__is(p->words[3], "1");
	size_t len = strtoul(p->words[4].ptr, NULL, 10);
	char *message = zta_arena__alloc(&p->arena, len + 1);
	zta_oid oid = { 0 };
	zta_error err = { 0 };
	zta_buf body;
	zta_status status = ZTA_OK;

	commit.has_parent = !zta_str__is(p->words[2], "-");
	if (commit.has_parent) {
		commit.parent = word_oid(p, 2);
	}
	commit.author = keep_person(p);
	commit.committer = keep_person(p);
	if (message == NULL || fread(message, 1, len, stdin) != len) {
		die("too few bytes");
	}
	commit.message = (zta_str){ message, len };
	zta_buf__init(&body, SIZE_MAX);
	if (sign) {
		status = zta_commit__sign(&p->arena, &commit, &p->signer, &err);
	}
	if (status == ZTA_OK) {
		status = zta_commit__encode(&commit, &body, &err);
	}
	if (status == ZTA_OK) {
		status = zta_oid__of(
		    ZTA_OBJECT_COMMIT, zta_buf__str(&body), &oid, &err);
	}
	if (status == ZTA_OK) {
		status = write_object(
		    p, &oid, ZTA_OBJECT_COMMIT, zta_buf__str(&body), &err);
	}
	answer_oid(status, &err, &oid);
	zta_buf__release(&body);
}

/* key PATH: what signs from now on. */
static void
do_key(program *p)
{
	zta_str text = { NULL, 0 };
	zta_error err = { 0 };
	zta_status status = zta_file__read(
	    &p->arena, p->words[1].ptr, ZTA_FILE_MAX, &text, &err);

	zta_key_close(p->key);
	p->key = NULL;
	if (status == ZTA_OK) {
		status = zta_key_read_pem(&p->key, text, &err);
	}
	p->signer = (zta_ssh_signer){ .pair = p->key };
	answer(status, &err, ZTA_STR(""));
}

/* agent SOCKET FINGERPRINT: the same; lists what keys there are. */
static void
do_agent(program *p)
{
	char fingerprint[ZTA_KEY_FINGERPRINT_MAX];
	zta_ssh_identity *list = NULL;
	zta_error err = { 0 };
	uint32_t count = 0, i;
	zta_status status;

	zta_ssh_agent__close(&p->agent);
	status = zta_ssh_agent__open(&p->agent, p->words[1].ptr, &err);
	if (status == ZTA_OK) {
		status = zta_ssh_agent__list(
		    &p->agent, &p->arena, &list, &count, &err);
	}
	for (i = 0; i < count; i++) {
		zta_ssh_key__fingerprint(&list[i].key, fingerprint);
		printf("%s %.*s\n", fingerprint, ZTA_STR_ARG(list[i].comment));
		if (zta_str__is(p->words[2], fingerprint)) {
			p->signer = (zta_ssh_signer){ .agent = &p->agent,
				.key = list[i].key };
		}
	}
	answer(status, &err, ZTA_STR(""));
}

/* allowed LEN, then a list of allowed signers. */
static void
do_allowed(program *p)
{
	zta_str text = take_bytes(p, 1);
	zta_error err = { 0 };
	zta_status status =
	    zta_ssh_allowed__read(&p->arena, text, &p->allowed, &err);

	if (status != ZTA_OK) {
		(void)snprintf(err.place, sizeof(err.place), "%u:%u", err.line,
		    err.column);
	}
	answer(status, &err, ZTA_STR(""));
}

/* verify COMMIT SECONDS: "ok <principals>". */
static void
do_verify(program *p)
{
	const zta_object_source source = { read_object, p, false };
	zta_oid oid = word_oid(p, 1);
	const zta_ssh_allowed *who = NULL;
	zta_commit commit;
	zta_error err = { 0 };
	zta_str body;
	zta_status status = zta_object__read(
	    &source, &oid, ZTA_OBJECT_COMMIT, &p->arena, &body, &err);

	if (status == ZTA_OK) {
		status = zta_commit__decode(body, &commit, &err);
	}
	if (status == ZTA_OK) {
		status = zta_commit__verify(&commit, &p->allowed,
		    strtoll(p->words[2].ptr, NULL, 10), &who, &err);
	}
	answer(status, &err, status == ZTA_OK ? who->principals : ZTA_STR(""));
}

/* sign NAMESPACE LEN, then the payload: the armored signature. */
static void
do_sign(program *p)
{
	zta_str payload = take_bytes(p, 2);
	zta_error err = { 0 };
	zta_buf out;
	zta_status status;

	zta_buf__init(&out, SIZE_MAX);
	status =
	    zta_ssh_sig__make(&p->signer, p->words[1], payload, &out, &err);
	if (status == ZTA_OK) {
		fwrite(out.ptr, 1, out.len, stdout);
	}
	answer(status, &err, ZTA_STR(""));
	zta_buf__release(&out);
}

/* judge NAMESPACE SECONDS LEN LEN, then payload and signature. */
static void
do_judge(program *p)
{
	zta_str payload = take_bytes(p, 3);
	zta_str armor = take_bytes(p, 4);
	const zta_ssh_allowed *who = NULL;
	zta_error err = { 0 };
	zta_status status = zta_ssh_allowed__judge(&p->allowed, p->words[1],
	    payload, armor, strtoll(p->words[2].ptr, NULL, 10), &who, &err);

	answer(status, &err, status == ZTA_OK ? who->principals : ZTA_STR(""));
}

static const struct {
	const char *name;
	void (*run)(program *p);
} requests[] = { { "object", do_object }, { "build", do_build },
	{ "diff", do_diff }, { "commit", do_commit }, { "key", do_key },
	{ "agent", do_agent }, { "allowed", do_allowed },
	{ "verify", do_verify }, { "sign", do_sign }, { "judge", do_judge } };

int
main(void)
{
	static program p = { .agent = { -1, 0 } };
	size_t i, count = sizeof(requests) / sizeof(requests[0]);

	zta_arena__init(&p.arena, SIZE_MAX);
	zta_map__init(&p.ids, &p.arena, 1);
	while (read_line(&p)) {
		split(&p);
		for (i = 0; i < count; i++) {
			if (zta_str__is(p.words[0], requests[i].name)) {
				requests[i].run(&p);
				break;
			}
		}
		if (i == count) {
			die("no such request");
		}
	}
	zta_key_close(p.key);
	zta_ssh_agent__close(&p.agent);
	free(p.bodies);
	zta_arena__release(&p.arena);
	return 0;
}
