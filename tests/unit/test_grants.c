/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_grants.c - the file of grants that a zone knows.
 * SPEC: docs/formats/delegation.md
 */
#include "tests.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "grants_made.h"
#include "trust/grants.h"

static char path[64];

static int
setup(void **state)
{
	(void)state;
	set_up_grants();
	(void)snprintf(path, sizeof(path), "%s/grants", dir);
	return 0;
}

static zta_str
named(const char *jti)
{
	const grant_member changes[] = { { "jti", jti }, { NULL, NULL } };

	return made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key);
}

static zta_str
number(uint32_t n)
{
	char jti[32];

	(void)snprintf(jti, sizeof(jti), "\"grant-number-%04u\"", n);
	return named(jti);
}

/* Another file, which need not last. */
static void
put_file(zta_str text)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(zta_file__write_all(fd, text, NULL), ZTA_OK);
	(void)close(fd);
}

static zta_str
get_file(void)
{
	zta_str text;

	assert_int_equal(
	    zta_file__read(&arena, path, (size_t)1 << 24, &text, NULL), ZTA_OK);
	return text;
}

/* Read a text as a file; what it knows is in `*known`, in one word. */
static zta_status
read_text(zta_str text, char *known, zta_error *err)
{
	zta_grants g;
	zta_status status;
	uint32_t i;

	put_file(text);
	status = zta_grants__read(&g, path, err);
	for (i = 0; status == ZTA_OK && i < g.count; i++) {
		*known++ = g.list[i].revoked ? '-' : g.list[i].used ? '1' : '+';
	}
	*known = '\0';
	zta_grants__release(&g);
	return status;
}

/* --- lines that were made by hand */

static unsigned char chain[ZTA_SHA256_LEN];

/* One line of the text, chained to the one before. */
static void
put_line(zta_buf *out, const char *body, bool first)
{
	const zta_str parts[] = { { (const char *)chain,
				      first ? 0 : ZTA_SHA256_LEN },
		zta_str_of(body) };
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256_parts(parts, 2, digest);
	memcpy(chain, digest, sizeof(chain));
	zta_buf__printf(out, "%s ", body);
	zta_b64__put(out, (zta_str){ (char *)chain, sizeof(chain) });
	zta_buf__byte(out, '\n');
}

#define D "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define E "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD_FIRST "ztauth-delegations 2 " D " 0 0"
/* Two parties. */
#define P "AAAAAAAAAAA BAAAAAAAAAA"
#define GOOD_ADDED "+ 1767229200 grant-number-0001 " D " - " P " x"

/* What is checked well, and makes sense or does not. */
static const struct {
	const char *first, *second, *third;
	zta_status status;
} made_lines[] = {
	{ GOOD_FIRST, NULL, NULL, ZTA_OK },
	{ GOOD_FIRST, GOOD_ADDED, NULL, ZTA_OK },
	{ GOOD_FIRST, GOOD_ADDED, "- grant-number-0001", ZTA_OK },
	{ GOOD_FIRST, GOOD_ADDED, "1 grant-number-0001", ZTA_OK },
	{ GOOD_FIRST, GOOD_ADDED,
	    "+ 1767229200 grant-number-0002 " E " " D " " P " x", ZTA_OK },
	{ "ztauth-delegations 1 " D " 0 0", NULL, NULL, ZTA_EINVALID },
	{ "ztauth-revocations 2 " D " 0 0", NULL, NULL, ZTA_EINVALID },
	{ "ztauth-delegations 2 " D " 0", NULL, NULL, ZTA_EINVALID },
	{ "ztauth-delegations 2 " D " 0 0 0", NULL, NULL, ZTA_EINVALID },
	{ "ztauth-delegations 2 " D " -1 0", NULL, NULL, ZTA_EINVALID },
	{ "ztauth-delegations 2 " D " 00 0", NULL, NULL, ZTA_EINVALID },
	{ "ztauth-delegations 2 A 0 0", NULL, NULL, ZTA_EINVALID },
	{ GOOD_ADDED, NULL, NULL, ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_FIRST, NULL, ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED, GOOD_ADDED, ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED,
	    "+ 1767229200 grant-number-0001 " E " - " P " x", ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED,
	    "+ 1767229200 grant-number-0002 " D " - " P " x", ZTA_EINVALID },
	{ GOOD_FIRST, "- grant-number-0001", NULL, ZTA_EINVALID },
	{ GOOD_FIRST, "1 grant-number-0001", NULL, ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED, "2 grant-number-0001", ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED, "- grant-number-0001 ", ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED, "-  grant-number-0001", ZTA_EINVALID },
	{ GOOD_FIRST, GOOD_ADDED, "-", ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 short " D " - " P " x", NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 grant-number-0001 " D " - " P, NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 grant-number-0001 " D " - " P " ", NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 grant-number-0001 " D " - " P " x x", NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST, "+ 999999999999999999 grant-number-0001 " D " - " P " x",
	    NULL, ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 grant-number-0001 " D " - x", NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 grant-number-0001 " D " - " P "A x", NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST,
	    "+ 1767229200 grant-number-0001 " D " - AAAAAAAAAA AAAAAAAAAAA x",
	    NULL, ZTA_EINVALID },
	{ GOOD_FIRST, "+ x grant-number-0001 " D " - " P " x", NULL,
	    ZTA_EINVALID },
	{ GOOD_FIRST, "+ 1767229200 grant-number-0001 " D "A - " P " x", NULL,
	    ZTA_EINVALID },
};

/* SPEC: docs/formats/delegation.md: all of it is checked but for its meaning. */
static void
test_grants__refuse_lines_that_make_no_sense(void **state)
{
	char known[8];
	zta_buf text;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(made_lines) / sizeof(made_lines[0]); i++) {
		zta_buf__init(&text, SIZE_MAX);
		put_line(&text, made_lines[i].first, true);
		if (made_lines[i].second != NULL) {
			put_line(&text, made_lines[i].second, false);
		}
		if (made_lines[i].third != NULL) {
			put_line(&text, made_lines[i].third, false);
		}
		err = (zta_error){ 0 };
		if (read_text(zta_buf__str(&text), known, &err) !=
		    made_lines[i].status) {
			fail_msg("case %zu: %s", i, err.message);
		}
		assert_true(made_lines[i].status == ZTA_OK || err.line > 0);
		zta_buf__release(&text);
	}
	assert_int_equal(read_text(ZTA_STR(""), known, &err), ZTA_OK);
	assert_string_equal(known, "");
}

/* A file with an added grant, one that was taken back, and one more. */
static zta_str
some_file(void)
{
	zta_error err;

	(void)unlink(path);
	assert_int_equal(
	    zta_delegation_add(path, number(1), GRANT_NOW, &err), ZTA_OK);
	assert_int_equal(
	    zta_delegation_add(path, number(2), GRANT_NOW, &err), ZTA_OK);
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0002"), GRANT_NOW, &err),
	    ZTA_OK);
	return get_file();
}

/* Every byte of a whole line counts, in the last one, too. */
static void
test_grants__refuse_each_byte_that_flips(void **state)
{
	zta_str good = some_file(), bad;
	char known[8], *bytes;
	zta_error err;
	size_t i;
	int bit;

	(void)state;
	bad = zta_arena__copy(&arena, good);
	bytes = (char *)(uintptr_t)bad.ptr;
	for (i = 0; i < good.len; i++) {
		bit = (int)(i * 5 % 8);
		bytes[i] = (char)(good.ptr[i] ^ (1 << bit));
		if (read_text(bad, known, &err) != ZTA_EINVALID) {
			fail_msg(
			    "byte %zu, bit %d: taken as %s", i, bit, known);
		}
		assert_int_equal(
		    zta_delegation_add(path, number(3), GRANT_NOW, &err),
		    ZTA_EINVALID);
		assert_memory_equal(get_file().ptr, bytes, good.len);
		bytes[i] = good.ptr[i];
	}
	assert_int_equal(read_text(good, known, &err), ZTA_OK);
	assert_string_equal(known, "+-");
}

/* What was not finished was never there; the next writer takes it away. */
static void
test_grants__leave_a_torn_end_alone(void **state)
{
	zta_str good = some_file(), torn;
	char known[8];
	zta_error err;
	size_t i, before = 0;

	(void)state;
	for (i = 0; i < good.len; i++) {
		torn = (zta_str){ good.ptr, i };
		before += i > 0 && good.ptr[i - 1] == '\n';
		assert_int_equal(read_text(torn, known, &err), ZTA_OK);
		assert_int_equal(get_file().len, i);
		assert_string_equal(known,
		    before < 2     ? "" :
			before < 3 ? "+" :
				     "++");
		if (i % 37 != 0) {
			continue;
		}
		assert_int_equal(
		    zta_delegation_add(path, number(3), GRANT_NOW, &err),
		    ZTA_OK);
		assert_int_equal(read_text(get_file(), known, &err), ZTA_OK);
		assert_string_equal(known,
		    before < 2     ? "+" :
			before < 3 ? "++" :
				     "+++");
	}
}

/* A block of the last line that never reached the disk. */
static void
test_grants__leave_a_hole_alone(void **state)
{
	zta_str good = some_file(), bad = zta_arena__copy(&arena, good);
	char known[8], *bytes = (char *)(uintptr_t)bad.ptr;
	zta_error err;

	(void)state;
	memset(bytes + bad.len - 20, 0, 8);
	assert_int_equal(read_text(bad, known, &err), ZTA_OK);
	assert_string_equal(known, "++");
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0002"), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(read_text(get_file(), known, &err), ZTA_OK);
	assert_string_equal(known, "+-");
	/* In the middle it is damage. */
	memset(bytes, 0, 8);
	assert_int_equal(read_text(bad, known, &err), ZTA_EINVALID);
}

static void
test_grants__are_added_and_revoked(void **state)
{
	zta_str grant = number(1);
	const zta_known_grant *known;
	zta_grants grants;
	zta_error err;

	(void)state;
	(void)unlink(path);
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_ENOTFOUND);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(
	    zta_delegation_add(path, grant, GRANT_NOW, &err), ZTA_OK);
	assert_int_equal(
	    zta_delegation_add(path, grant, GRANT_NOW, &err), ZTA_EEXIST);
	assert_int_equal(
	    zta_delegation_add(path, ZTA_STR("x"), GRANT_NOW, &err),
	    ZTA_EUNTRUSTED);
	assert_int_equal(
	    zta_delegation_add(path, number(2), GRANT_NOW + 3600000, &err),
	    ZTA_EUNTRUSTED);
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(zta_grants__read(&grants, path, &err), ZTA_OK);
	known = zta_grants__find(&grants, ZTA_STR("grant-number-0001"));
	assert_non_null(known);
	assert_true(known->revoked);
	assert_null(zta_grants__find(&grants, ZTA_STR("grant-number-0002")));
	zta_grants__release(&grants);
	/* What was taken back does not come back. */
	assert_int_equal(
	    zta_delegation_add(path, grant, GRANT_NOW, &err), ZTA_EEXIST);
	/* Once is enough. */
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(zta_grants__read(&grants, path, &err), ZTA_OK);
	assert_int_equal(grants.lines, 3);
	zta_grants__release(&grants);
}

/* The digest of a grant as JSON. */
static const char *
digest_of(zta_str token)
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];
	char *out = zta_arena__alloc(&arena, sizeof(digits) + 3);
	zta_grant grant;

	assert_non_null(out);
	assert_int_equal(zta_grant__read(&grant, &arena, token, NULL), ZTA_OK);
	zta_b64__encode(
	    (zta_str){ (char *)grant.digest, ZTA_SHA256_LEN }, digits);
	(void)snprintf(
	    out, sizeof(digits) + 3, "\"%.*s\"", (int)sizeof(digits), digits);
	return out;
}

#define AUTHORITY(action)                              \
	"{\"actions\":[\"" action "\"],\"resources\":" \
	"[{\"type\":\"Doc\",\"id\":\"1\"}]}"

/* A child of w:one, to be let in; `err` says why not. */
static zta_status
add_child(const char *jti, const char *delegator, const char *authority,
    const char *depth, const char *parent, zta_error *err)
{
	const grant_member child[] = { { "iss", delegator },
		{ "sub", delegator }, { "delegate", "\"w:two\"" },
		{ "authority", authority }, { "max_depth", depth },
		{ "parent", parent }, { "jti", jti }, { NULL, NULL } };

	return zta_delegation_add(path,
	    made_grant(&arena, child, ZTA_GRANT_TYP, "k", key), GRANT_NOW, err);
}

/* SPEC: ztauth 7: a child that is wider, or of nobody's, is not let in. */
static void
test_grants__judge_a_child_by_its_parent(void **state)
{
	zta_str root = named("\"grant-number-0001\"");
	const char *parent = digest_of(root);
	const struct {
		const char *delegator, *authority, *depth, *parent, *reason;
	} bad[] = {
		{ "\"w:one\"", AUTHORITY("read"), "1",
		    digest_of(named("\"grant-number-0009\"")), "unlinked" },
		{ "\"w:two\"", AUTHORITY("read"), "1", parent, "not_delegate" },
		{ "\"w:one\"", AUTHORITY("write"), "1", parent,
		    "wider_actions" },
		{ "\"w:one\"", AUTHORITY("read"), "2", parent, "wider_depth" },
	};
	zta_error err;
	size_t i;

	(void)state;
	(void)unlink(path);
	assert_int_equal(
	    zta_delegation_add(path, root, GRANT_NOW, &err), ZTA_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    add_child("\"grant-number-0002\"", bad[i].delegator,
			bad[i].authority, bad[i].depth, bad[i].parent, &err),
		    ZTA_EUNTRUSTED);
		if (strstr(err.message, bad[i].reason) == NULL) {
			fail_msg("%s, not %s", err.message, bad[i].reason);
		}
	}
	assert_int_equal(add_child("\"grant-number-0002\"", "\"w:one\"",
			     AUTHORITY("read"), "1", parent, &err),
	    ZTA_OK);
	/* That it was taken back is remembered for its children. */
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(add_child("\"grant-number-0003\"", "\"w:one\"",
			     AUTHORITY("read"), "1", parent, &err),
	    ZTA_EUNTRUSTED);
	assert_non_null(strstr(err.message, "revoked"));
}

/* --- a server that follows it */

static zta_followed followed;
static uint32_t told;
static char last_told[ZTA_MSG_MAX];

static void
tell(const zta_error *why)
{
	told++;
	memcpy(last_told, why->message, sizeof(last_told));
}

static void
follow(void)
{
	told = 0;
	assert_int_equal(
	    zta_followed__open(&followed, &zta_grants__class, path, tell, NULL),
	    ZTA_OK);
}

static zta_grant_finding
take(const char *jti, zta_taken_grants *taken)
{
	zta_grant_finding finding;

	assert_int_equal(zta_grants__take(&followed, NULL, zta_str_of(jti),
			     &arena, taken, &finding, NULL),
	    ZTA_OK);
	return finding;
}

/* A file without the parent gives no chain, and nothing is taken as not revoked. */
static void
test_grants__take_whole_chains(void **state)
{
	static const grant_member of_one[] = { { "delegate", "\"w:two\"" },
		{ "jti", "\"grant-number-0001\"" }, { NULL, NULL } };
	char parent[64], name[ZTA_B64_LEN(ZTA_SHA256_LEN) + 1] = "";
	grant_member child[] = { { "iss", "\"w:two\"" }, { "sub", "\"w:two\"" },
		{ "parent", parent }, { "max_depth", "1" },
		{ "jti", "\"grant-number-0003\"" }, { NULL, NULL } };
	zta_taken_grants taken;
	zta_grant grant;
	zta_grant_finding finding;
	zta_str root = made_grant(&arena, of_one, ZTA_GRANT_TYP, "k", key);

	(void)state;
	assert_int_equal(zta_grant__read(&grant, &arena, root, NULL), ZTA_OK);
	zta_b64__encode(
	    (zta_str){ (char *)grant.digest, ZTA_SHA256_LEN }, name);
	(void)snprintf(parent, sizeof(parent), "\"%s\"", name);
	(void)some_file();
	put_file(ZTA_STR(""));
	follow();
	assert_int_equal(zta_grants__add(&followed,
			     made_grant(&arena, child, ZTA_GRANT_TYP, "k", key),
			     GRANT_NOW, NULL),
	    ZTA_EUNTRUSTED);
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_UNKNOWN);
	assert_int_equal(
	    zta_grants__add(&followed, root, GRANT_NOW, NULL), ZTA_OK);
	assert_int_equal(zta_grants__add(&followed,
			     made_grant(&arena, child, ZTA_GRANT_TYP, "k", key),
			     GRANT_NOW, NULL),
	    ZTA_OK);
	assert_int_equal(take("grant-number-0003", &taken), ZTA_GRANT_HOLDS);
	assert_int_equal(taken.count, 2);
	assert_true(zta_str__is(taken.grants[0].jti, "grant-number-0001"));
	assert_false(zta_taken_grants__is_revoked(&taken, &taken.grants[0]));
	assert_true(zta_taken_grants__is_revoked(&taken, &taken.grants[2]));
	assert_int_equal(
	    zta_grants__revoke(&followed, ZTA_STR("grant-number-0001"), NULL),
	    ZTA_OK);
	assert_int_equal(take("grant-number-0003", &taken), ZTA_GRANT_HOLDS);
	assert_true(zta_taken_grants__is_revoked(&taken, &taken.grants[0]));
	zta_followed__close(&followed);
	assert_int_equal(
	    zta_grants__take(NULL, NULL, ZTA_STR("grant-number-0003"), &arena,
		&taken, &finding, NULL),
	    ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_UNKNOWN);
}

/* What is read once is remembered; two that share a place are not mixed up. */
static void
test_grants__recall_what_was_read(void **state)
{
	const uint32_t same = 1 + ZTA_GRANTS_RECENT;
	zta_taken_grants taken;
	zta_str token = number(1), text;
	char jti[32];
	uint32_t i;
	int fd;

	(void)state;
	(void)unlink(path);
	for (i = 1; i <= same; i++) {
		assert_int_equal(
		    zta_delegation_add(
			path, i == 1 ? token : number(i), GRANT_NOW, NULL),
		    ZTA_OK);
	}
	follow();
	(void)snprintf(jti, sizeof(jti), "grant-number-%04u", same);
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	/* The file is ruined where the first one stands. */
	text = get_file();
	fd = open(path, O_WRONLY);
	assert_int_equal(
	    pwrite(fd, "!!!!", 4,
		(const char *)memmem(text.ptr, text.len, token.ptr, token.len) -
		    text.ptr),
	    4);
	(void)close(fd);
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	assert_true(zta_str__is(taken.grants[0].jti, "grant-number-0001"));
	assert_int_equal(take(jti, &taken), ZTA_GRANT_HOLDS);
	assert_true(zta_str__is(taken.grants[0].jti, jti));
	assert_int_equal(
	    take("grant-number-0001", &taken), ZTA_GRANT_MALFORMED);
	zta_followed__close(&followed);
}

/* A line that says another thing than its grant. */
static void
test_grants__believe_no_line(void **state)
{
	static const char *const lies[][2] = {
		{ "grant-number-0009", D }, /* another name: not to be found */
		{ "grant-number-0001", D }, /* another digest */
	};
	char digest[ZTA_B64_LEN(ZTA_SHA256_LEN) + 1] = "";
	zta_str token = number(1);
	zta_taken_grants taken;
	zta_grant grant;
	zta_buf text, line;
	size_t i;

	(void)state;
	assert_int_equal(zta_grant__read(&grant, &arena, token, NULL), ZTA_OK);
	zta_b64__encode(
	    (zta_str){ (char *)grant.digest, ZTA_SHA256_LEN }, digest);
	for (i = 0; i < 3; i++) {
		zta_buf__init(&text, SIZE_MAX);
		zta_buf__init(&line, SIZE_MAX);
		zta_buf__printf(&line, "+ 1767229200 %s %s - " P " %.*s",
		    i == 2 ? "grant-number-0001" : lies[i][0],
		    i == 0     ? digest :
			i == 2 ? digest :
				 lies[i][1],
		    ZTA_STR_ARG(token));
		zta_buf__byte(&line, '\0');
		put_line(&text, GOOD_FIRST, true);
		put_line(&text, line.ptr, false);
		put_file(zta_buf__str(&text));
		follow();
		assert_int_equal(
		    take(i == 0 ? "grant-number-0009" : "grant-number-0001",
			&taken),
		    i == 2 ? ZTA_GRANT_HOLDS : ZTA_GRANT_MALFORMED);
		zta_followed__close(&followed);
		zta_buf__release(&text);
		zta_buf__release(&line);
	}
}

/* What is damaged, cut or gone leaves what was read before in force. */
static void
test_grants__keep_what_was_read(void **state)
{
	zta_str good = some_file(), bad;
	zta_taken_grants taken;
	zta_error err;
	int fd;

	(void)state;
	follow();
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	assert_int_equal(told, 0);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "- x\n", 4), 4);
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	assert_int_equal(told, 1);
	assert_non_null(strstr(last_told, "damaged"));
	/* Also for writers that saw it before. */
	assert_int_equal(
	    zta_grants__revoke(&followed, ZTA_STR("grant-number-0001"), &err),
	    ZTA_EINVALID);
	assert_int_equal(ftruncate(fd, (off_t)good.len - 60), 0);
	assert_int_equal(take("grant-number-0002", &taken), ZTA_GRANT_HOLDS);
	assert_true(taken.revoked[0]);
	assert_non_null(strstr(last_told, "cut"));
	(void)close(fd);
	/* Another file, in which it was never taken back. */
	bad = good;
	do {
		bad.len--;
	} while (bad.ptr[bad.len - 1] != '\n');
	put_file(bad);
	assert_int_equal(take("grant-number-0002", &taken), ZTA_GRANT_HOLDS);
	/* These grants ended long ago by the clock, so nothing was lost. */
	assert_false(taken.revoked[0]);
	zta_followed__close(&followed);
}

/* Nothing that has not ended may be lost when another file comes. */
static void
test_grants__compare_files(void **state)
{
	zta_str good = some_file(), less = good;
	zta_grants earlier, later;

	(void)state;
	do {
		less.len--;
	} while (less.ptr[less.len - 1] != '\n');
	assert_int_equal(zta_grants__read(&earlier, path, NULL), ZTA_OK);
	put_file(less);
	assert_int_equal(zta_grants__read(&later, path, NULL), ZTA_OK);
	assert_int_equal(zta_grants__compare(&earlier, &later, GRANT_NOW, NULL),
	    ZTA_ECONFLICT);
	assert_int_equal(
	    zta_grants__compare(&earlier, &later, GRANT_NOW + 3600000, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_grants__compare(&later, &earlier, GRANT_NOW, NULL), ZTA_OK);
	zta_grants__release(&later);
	put_file(ZTA_STR(""));
	assert_int_equal(zta_grants__read(&later, path, NULL), ZTA_OK);
	assert_int_equal(zta_grants__compare(&earlier, &later, GRANT_NOW, NULL),
	    ZTA_ECONFLICT);
	zta_grants__release(&later);
	zta_grants__release(&earlier);
}

/* --- once */

/* Used by one server, a grant is used for another, and after a restart. */
static void
test_grants__are_used_once(void **state)
{
	static const grant_member once[] = { { "once", "true" },
		{ "jti", "\"grant-number-0001\"" }, { NULL, NULL } };
	zta_followed other;
	zta_taken_grants taken, late;
	zta_grant_finding finding;

	(void)state;
	(void)unlink(path);
	assert_int_equal(zta_delegation_add(path,
			     made_grant(&arena, once, ZTA_GRANT_TYP, "k", key),
			     GRANT_NOW, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_delegation_add(path, number(2), GRANT_NOW, NULL), ZTA_OK);
	follow();
	assert_int_equal(
	    zta_followed__open(&other, &zta_grants__class, path, NULL, NULL),
	    ZTA_OK);
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	late = taken;
	assert_int_equal(
	    zta_grants__use(&followed, &taken, 0, &finding, NULL), ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_HOLDS);
	assert_int_equal(
	    zta_grants__use(&other, &late, 0, &finding, NULL), ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_USED);
	zta_followed__close(&followed);
	follow();
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	assert_int_equal(
	    zta_grants__use(&followed, &taken, 0, &finding, NULL), ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_USED);
	/* Who carries it on used it before. */
	assert_int_equal(
	    zta_grants__use(&followed, &taken, 1, &finding, NULL), ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_HOLDS);
	/* What is not good once only is used without a trace. */
	assert_int_equal(take("grant-number-0002", &taken), ZTA_GRANT_HOLDS);
	assert_int_equal(
	    zta_grants__use(&followed, &taken, 0, &finding, NULL), ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_HOLDS);
	assert_int_equal(((zta_grants *)followed.content)->lines, 4);
	zta_followed__close(&followed);
	zta_followed__close(&other);
}

/* A copy lets none be used, and is too old until it was heard. */
static void
test_grants__of_a_copy(void **state)
{
	zta_taken_grants taken;

	(void)state;
	(void)some_file();
	follow();
	followed.max_age_ms = 60000;
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_STALE);
	assert_int_equal(taken.count, 0);
	atomic_store(&followed.heard_ms, zta_time__monotonic_ms());
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_HOLDS);
	atomic_store(&followed.heard_ms, zta_time__monotonic_ms() - 60100);
	assert_int_equal(take("grant-number-0001", &taken), ZTA_GRANT_STALE);
	zta_followed__close(&followed);
}

/* --- many */

#define MADE 4000u
#define EACH 150u

/* Half of them end a second after the others begin. */
static void
make_many(void)
{
	unsigned char digest[ZTA_SHA256_LEN];
	char body[160], digits[ZTA_GRANTS_DIGITS + 1] = "";
	zta_buf text;
	uint32_t i;

	zta_buf__init(&text, SIZE_MAX);
	put_line(&text, GOOD_FIRST, true);
	for (i = 0; i < MADE; i++) {
		(void)snprintf(body, sizeof(body), "made-by-hand-%06u", i);
		zta_digest__sha256(zta_str_of(body), digest);
		zta_b64__encode(
		    (zta_str){ (char *)digest, sizeof(digest) }, digits);
		(void)snprintf(body, sizeof(body),
		    "+ 17672%05u made-by-hand-%06u %s - " P " x",
		    i % 2 == 0 ? 25601 : 29200, i, digits);
		put_line(&text, body, false);
	}
	put_file(zta_buf__str(&text));
	zta_buf__release(&text);
}

static void
write_some(uint32_t from)
{
	zta_followed own = { 0 };
	char jti[32];
	uint32_t i;

	assert_int_equal(
	    zta_followed__open(&own, &zta_grants__class, path, NULL, NULL),
	    ZTA_OK);
	for (i = from; i < from + EACH; i++) {
		assert_int_equal(
		    zta_grants__add(&own, number(i), GRANT_NOW + 2000, NULL),
		    ZTA_OK);
		(void)snprintf(jti, sizeof(jti), "grant-number-%04u", i);
		assert_int_equal(i % 4 != 0 ?
			ZTA_OK :
			zta_grants__revoke(&own, zta_str_of(jti), NULL),
		    ZTA_OK);
	}
	zta_followed__close(&own);
}

/*
 * Two writers, and so many lines that one of them makes the file anew: what has ended is
 * gone then, and nothing else is.
 */
static void
test_grants__have_many_writers(void **state)
{
	const zta_known_grant *known;
	char jti[32];
	zta_grants g;
	uint32_t i;
	pid_t other;
	int code;

	(void)state;
	make_many();
	other = fork();
	if (other == 0) {
		write_some(EACH);
		_exit(0);
	}
	write_some(0);
	assert_int_equal(waitpid(other, &code, 0), other);
	assert_int_equal(code, 0);
	assert_int_equal(zta_grants__read(&g, path, NULL), ZTA_OK);
	assert_int_equal(g.count, MADE / 2 + 2 * EACH);
	assert_in_range(g.made_with, MADE / 2 + 95, MADE / 2 + 99);
	for (i = 0; i < MADE; i++) {
		(void)snprintf(jti, sizeof(jti), "made-by-hand-%06u", i);
		known = zta_grants__find(&g, zta_str_of(jti));
		assert_int_equal(known != NULL, i % 2 != 0);
	}
	for (i = 0; i < 2 * EACH; i++) {
		(void)snprintf(jti, sizeof(jti), "grant-number-%04u", i);
		known = zta_grants__find(&g, zta_str_of(jti));
		assert_non_null(known);
		assert_int_equal(known->revoked, i % 4 == 0);
	}
	zta_grants__release(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grants__refuse_lines_that_make_no_sense),
		cmocka_unit_test(test_grants__refuse_each_byte_that_flips),
		cmocka_unit_test(test_grants__leave_a_torn_end_alone),
		cmocka_unit_test(test_grants__leave_a_hole_alone),
		cmocka_unit_test(test_grants__are_added_and_revoked),
		cmocka_unit_test(test_grants__judge_a_child_by_its_parent),
		cmocka_unit_test(test_grants__take_whole_chains),
		cmocka_unit_test(test_grants__recall_what_was_read),
		cmocka_unit_test(test_grants__believe_no_line),
		cmocka_unit_test(test_grants__keep_what_was_read),
		cmocka_unit_test(test_grants__compare_files),
		cmocka_unit_test(test_grants__are_used_once),
		cmocka_unit_test(test_grants__of_a_copy),
		cmocka_unit_test(test_grants__have_many_writers),
	};

	return cmocka_run_group_tests_name(
	    "grants", tests, setup, tear_down_grants);
}
