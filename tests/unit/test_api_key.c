/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_api_key.c - keys that open, and all those that do not.
 * SPEC: docs/formats/api-keys.md
 */
#include "tests.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/deflate.h"
#include "base/file.h"
#include "identity/verify.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000
#define HOUR_MS 3600000

static zta_arena arena;
static char dir[] = "/tmp/test_api_key.XXXXXX";
static char path[64], pepper_path[80];
static zta_sources sources;
static zta_live live;
static unsigned told;
static char key[ZTA_API_KEY_MAX];

static const char document[] =
    "{\"sources\":{\"ci\":{\"kind\":\"api-key\",\"issuer\":\"keys\","
    "\"audience\":\"me\",\"leeway_s\":0,"
    "\"principal\":{\"kind\":\"human\",\"type\":\"User\"}},"
    "\"bound\":{\"kind\":\"api-key\",\"issuer\":\"bound\","
    "\"audience\":\"me\",\"proof\":\"dpop\"}}}";

static void
tell(const zta_error *why)
{
	assert_int_not_equal(why->status, ZTA_OK);
	told++;
}

static void
create(const char *issuer, const char *audience, int64_t lifetime_s,
    char out[ZTA_API_KEY_MAX])
{
	const zta_api_key_spec spec = { .issuer = zta_str_of(issuer),
		.subject = ZTA_STR("alice"),
		.audience = zta_str_of(audience),
		.scope = ZTA_STR("a b"),
		.note = ZTA_STR("\"a\" note"),
		.lifetime_s = lifetime_s };
	zta_error err = { 0 };

	if (zta_api_key_create(path, &spec, NOW, out, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
}

static int
setup(void **state)
{
	zta_live_files files = { .api_keys = path, .tell = tell };

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	(void)snprintf(pepper_path, sizeof(pepper_path), "%s.pepper", path);
	create("keys", "me", 3600, key);
	assert_int_equal(zta_live__open(&live, &files, NULL), ZTA_OK);
	assert_int_equal(
	    zta_sources__read(&sources, &arena, ZTA_STR(document), NULL, NULL),
	    ZTA_OK);
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	zta_sources__release(&sources);
	zta_live__close(&live);
	zta_arena__release(&arena);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static zta_refusal
judge(zta_str text, int64_t now, zta_principal *out)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { text, ZTA_AS_API_KEY, &around };
	const zta_verifier with = {
		.sources = &sources, .live = &live, .arena = &arena, .now = now
	};
	zta_why_not why_not;
	zta_error err = { 0 };
	zta_status status =
	    zta_identity__verify(&with, &presented, out, &why_not, &err);

	assert_int_equal(status == ZTA_OK, why_not.refusal == ZTA_REFUSAL_NONE);
	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	/* Nothing that is said repeats what was shown. */
	if (text.len == ZTA_API_KEY_LEN) {
		assert_null(strstr(err.message, key + 18));
	}
	return why_not.refusal;
}

static zta_refusal
judge_key(const char *text, int64_t now)
{
	zta_principal principal;

	return judge(zta_str_of(text), now, &principal);
}

/* Make the checksum that of the text. */
static void
mend(char text[ZTA_API_KEY_MAX])
{
	uint32_t sum = zta_crc32__of((zta_str){ text, ZTA_API_KEY_LEN - 8 });

	(void)snprintf(text + ZTA_API_KEY_LEN - 8, 9, "%08x", sum);
}

static void
test_api_key__opens(void **state)
{
	zta_principal p;

	(void)state;
	assert_int_equal(judge(zta_str_of(key), NOW, &p), ZTA_REFUSAL_NONE);
	assert_true(zta_str__is(p.id, "alice") && zta_str__is(p.type, "User"));
	assert_int_equal(p.kind, ZTA_PRINCIPAL_HUMAN);
	assert_true(zta_str__is(p.source, "ci"));
	assert_int_equal(p.expires_at, NOW + HOUR_MS);
	assert_int_equal(p.scope_count, 2);
	assert_int_equal(p.proof, ZTA_PROOF_BEARER);
}

static void
test_api_key__refuses_what_is_none(void **state)
{
	static const char *const malformed[] = { "", "ztak_", "x",
		"ztak_81f2aa322252_3a18b4ce007736da76b1cc5c6de1e95c1d528cde7b7"
		"f6e2",
		"ztak_81f2aa322252_3a18b4ce007736da76b1cc5c6de1e95c1d528cde7b7"
		"f6e255",
		"ztak-81f2aa322252_3a18b4ce007736da76b1cc5c6de1e95c1d528cde7b7"
		"f6e25",
		"ztak_81f2aa322252-3a18b4ce007736da76b1cc5c6de1e95c1d528cde7b7"
		"f6e25",
		"ztak_81F2aa322252_3a18b4ce007736da76b1cc5c6de1e95c1d528cde7b7"
		"f6e25",
		"ztak_81f2aa322252_3a18b4ce007736da76b1cc5c6de1e95c1d528cde7b7"
		"f6e2 " };
	char text[ZTA_API_KEY_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		assert_int_equal(judge_key(malformed[i], NOW),
		    ZTA_REFUSAL_API_KEY_MALFORMED);
	}
	/* Any digit that is mistyped is seen by the checksum. */
	for (i = 5; i < ZTA_API_KEY_LEN; i++) {
		memcpy(text, key, sizeof(text));
		text[i] = text[i] == '_' ? '_' : text[i] == '0' ? '1' : '0';
		assert_int_equal(judge_key(text, NOW),
		    text[i] == '_' ? ZTA_REFUSAL_NONE :
				     ZTA_REFUSAL_API_KEY_MISTYPED);
	}
	/* With a good checksum it was guessed, not mistyped. */
	for (i = 5; i < ZTA_API_KEY_LEN - 8; i++) {
		memcpy(text, key, sizeof(text));
		text[i] = text[i] == '_' ? '_' : text[i] == '0' ? '1' : '0';
		mend(text);
		assert_int_equal(judge_key(text, NOW),
		    i < 17             ? ZTA_REFUSAL_API_KEY_UNKNOWN :
			text[i] == '_' ? ZTA_REFUSAL_NONE :
					 ZTA_REFUSAL_API_KEY_WRONG);
	}
}

static void
test_api_key__is_judged_as_a_token(void **state)
{
	char other[ZTA_API_KEY_MAX];

	(void)state;
	assert_int_equal(judge_key(key, NOW + HOUR_MS - 1), ZTA_REFUSAL_NONE);
	assert_int_equal(judge_key(key, NOW + HOUR_MS), ZTA_REFUSAL_EXPIRED);
	assert_int_equal(
	    judge_key(key, NOW - 1000), ZTA_REFUSAL_ISSUED_IN_FUTURE);
	create("keys", "you", 3600, other);
	assert_int_equal(judge_key(other, NOW), ZTA_REFUSAL_BAD_AUDIENCE);
	create("others", "me", 3600, other);
	assert_int_equal(judge_key(other, NOW), ZTA_REFUSAL_UNKNOWN_ISSUER);
	create("bound", "me", 3600, other);
	assert_int_equal(judge_key(other, NOW), ZTA_REFUSAL_UNBOUND);
}

static void
test_api_key__is_rotated_and_revoked(void **state)
{
	char old[ZTA_API_KEY_MAX], new[ZTA_API_KEY_MAX];
	char third[ZTA_API_KEY_MAX];
	zta_str id, new_id;

	(void)state;
	create("keys", "me", 7200, old);
	assert_int_equal(judge_key(old, NOW), ZTA_REFUSAL_NONE);
	assert_int_equal(
	    zta_api_key__read(zta_str_of(old), &id), ZTA_API_KEY_GOOD);
	assert_int_equal(
	    zta_api_key_rotate(path, id, -1, NOW, new, NULL), ZTA_EINVAL);
	assert_int_equal(
	    zta_api_key_rotate(path, id, 60, NOW + HOUR_MS, new, NULL), ZTA_OK);
	assert_int_equal(
	    judge_key(old, NOW + HOUR_MS + 59999), ZTA_REFUSAL_NONE);
	assert_int_equal(
	    judge_key(old, NOW + HOUR_MS + 60000), ZTA_REFUSAL_EXPIRED);
	assert_int_equal(
	    judge_key(new, NOW + 3 * HOUR_MS - 1), ZTA_REFUSAL_NONE);
	assert_int_equal(
	    judge_key(new, NOW + 3 * HOUR_MS), ZTA_REFUSAL_EXPIRED);
	assert_int_equal(
	    zta_api_key_rotate(path, id, 60, NOW + 2 * HOUR_MS, third, NULL),
	    ZTA_ECONFLICT);
	/* An overlap does not make a life longer. */
	(void)zta_api_key__read(zta_str_of(new), &new_id);
	assert_int_equal(
	    zta_api_key_rotate(path, new_id, 1000000, NOW, third, NULL),
	    ZTA_OK);
	assert_int_equal(
	    judge_key(new, NOW + 3 * HOUR_MS), ZTA_REFUSAL_EXPIRED);
	assert_int_equal(zta_api_key_revoke(path, new_id, NOW, NULL), ZTA_OK);
	assert_int_equal(
	    judge_key(new, NOW + HOUR_MS), ZTA_REFUSAL_API_KEY_REVOKED);
	assert_int_equal(zta_api_key_rotate(path, new_id, 60, NOW, third, NULL),
	    ZTA_ECONFLICT);
	assert_int_equal(
	    zta_api_key_revoke(path, ZTA_STR("000000000000"), NOW, NULL),
	    ZTA_ENOTFOUND);
}

/* --- the file */

static zta_str
read_file(const char *name)
{
	zta_str text = { NULL, 0 };

	assert_int_equal(
	    zta_file__read(&arena, name, 1 << 20, &text, NULL), ZTA_OK);
	return text;
}

static void
write_file(const char *name, zta_str text)
{
	assert_int_equal(zta_file__replace(name, 0600, text, NULL), ZTA_OK);
}

/* Whatever byte is another one, the file is damaged; so is any part of it. */
static void
test_api_key__sees_damage(void **state)
{
	unsigned char pepper[ZTA_PEPPER_LEN], other[ZTA_PEPPER_LEN] = { 0 };
	zta_str text = read_file(path), copy;
	zta_api_key_file file;
	char *bytes;
	size_t i;

	(void)state;
	assert_int_equal(zta_pepper__read(path, pepper, NULL), ZTA_OK);
	assert_int_equal(
	    zta_api_key_file__parse(&file, &arena, text, pepper, NULL), ZTA_OK);
	assert_int_equal(
	    zta_api_key_file__parse(&file, &arena, text, other, NULL),
	    ZTA_EINVALID);
	for (i = 0; i < text.len; i++) {
		copy = zta_arena__copy(&arena, text);
		assert_int_equal(zta_api_key_file__parse(&file, &arena,
				     (zta_str){ copy.ptr, i }, pepper, NULL),
		    ZTA_EINVALID);
		bytes = (char *)(uintptr_t)copy.ptr;
		bytes[i] = (char)(bytes[i] ^ 1);
		assert_int_equal(
		    zta_api_key_file__parse(&file, &arena, copy, pepper, NULL),
		    ZTA_EINVALID);
	}
}

/* A file that is damaged, or gone, leaves the old one in force; once told. */
static void
test_api_key__keeps_the_old_in_force(void **state)
{
	zta_str good = read_file(path);
	char out[ZTA_API_KEY_MAX];
	const zta_api_key_spec spec = { ZTA_STR("keys"), ZTA_STR("a"),
		ZTA_STR("me"), ZTA_STR(""), ZTA_STR(""), 60 };
	zta_error err = { 0 };

	(void)state;
	told = 0;
	assert_int_equal(judge_key(key, NOW), ZTA_REFUSAL_NONE);
	write_file(path, (zta_str){ good.ptr, good.len - 1 });
	assert_int_equal(judge_key(key, NOW), ZTA_REFUSAL_NONE);
	assert_int_equal(judge_key(key, NOW), ZTA_REFUSAL_NONE);
	assert_int_equal(told, 1);
	assert_int_equal(
	    zta_api_key_create(path, &spec, NOW, out, &err), ZTA_EINVALID);
	assert_int_equal(out[0], '\0');
	assert_int_equal(unlink(path), 0);
	assert_int_equal(judge_key(key, NOW), ZTA_REFUSAL_NONE);
	assert_int_equal(told, 2);
	write_file(path, good);
	assert_int_equal(judge_key(key, NOW), ZTA_REFUSAL_NONE);
	assert_int_equal(told, 2);
	/* The pepper is for its owner alone. */
	assert_int_equal(chmod(pepper_path, 0640), 0);
	assert_int_equal(
	    zta_api_key_create(path, &spec, NOW, out, &err), ZTA_EINVALID);
	assert_int_equal(chmod(pepper_path, 0600), 0);
	write_file(pepper_path, ZTA_STR("00\n"));
	assert_int_equal(
	    zta_api_key_create(path, &spec, NOW, out, &err), ZTA_EINVALID);
	assert_int_equal(judge_key(key, NOW), ZTA_REFUSAL_NONE);
}

/* A pepper that is lost is not made again: no key would hold any more. */
static void
test_api_key__needs_its_pepper(void **state)
{
	zta_live other;
	zta_live_files files = { .api_keys = path };
	char out[ZTA_API_KEY_MAX];
	const zta_api_key_spec spec = { ZTA_STR("keys"), ZTA_STR("a"),
		ZTA_STR("me"), ZTA_STR(""), ZTA_STR(""), 60 };

	(void)state;
	assert_int_equal(unlink(pepper_path), 0);
	assert_int_equal(
	    zta_api_key_create(path, &spec, NOW, out, NULL), ZTA_ENOTFOUND);
	assert_int_equal(zta_live__open(&other, &files, NULL), ZTA_ENOTFOUND);
	zta_live__close(&other);
}

static const struct {
	const char *issuer, *subject, *audience, *note;
	int64_t lifetime_s;
} bad_specs[] = {
	{ "", "a", "me", "", 60 },
	{ "i", "", "me", "", 60 },
	{ "i", "a", "", "", 60 },
	{ "i", "a\n", "me", "", 60 },
	{ "i", "a", "me", "\x80", 60 },
	{ "i", "a", "me", "", 0 },
	{ "i", "a", "me", "", INT64_MAX },
};

static void
test_api_key__refuses_bad_specs(void **state)
{
	char out[ZTA_API_KEY_MAX];
	zta_api_key_spec spec = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_specs) / sizeof(bad_specs[0]); i++) {
		spec.issuer = zta_str_of(bad_specs[i].issuer);
		spec.subject = zta_str_of(bad_specs[i].subject);
		spec.audience = zta_str_of(bad_specs[i].audience);
		spec.note = zta_str_of(bad_specs[i].note);
		spec.lifetime_s = bad_specs[i].lifetime_s;
		assert_int_equal(
		    zta_api_key_create(path, &spec, NOW, out, NULL),
		    ZTA_EINVAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_api_key__opens),
		cmocka_unit_test(test_api_key__refuses_what_is_none),
		cmocka_unit_test(test_api_key__is_judged_as_a_token),
		cmocka_unit_test(test_api_key__is_rotated_and_revoked),
		cmocka_unit_test(test_api_key__sees_damage),
		cmocka_unit_test(test_api_key__refuses_bad_specs),
		cmocka_unit_test(test_api_key__keeps_the_old_in_force),
		cmocka_unit_test(test_api_key__needs_its_pepper),
	};

	return cmocka_run_group_tests_name("api_key", tests, setup, teardown);
}
