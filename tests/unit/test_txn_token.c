/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_txn_token.c - the form of transaction tokens: one that is good, and what
 * is not of that form. SPEC: docs/formats/txn-token.md
 */
#include "tests.h"

#include "base/limits.h"
#include "identity/principal.h"
#include "trust/txn_token.h"

#define DIGEST "BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define RING                                                                \
	"{\"wl\":\"w:one\",\"source\":\"spire\",\"trust_domain\":\"shop\"," \
	"\"proof\":\"mtls\",\"digest\":\"" DIGEST "\",\"at\":1767225600}"
#define PARENT "{\"type\":\"Role\",\"id\":\"customer\"}"

static const char good[] =
    "{\"iss\":\"i\",\"iat\":1767225600,\"exp\":1767225660,\"aud\":\"a\","
    "\"txn\":\"t\",\"sub\":\"User::\\\"alice\\\"\",\"scope\":\"one two\","
    "\"rctx\":{},\"tctx\":{},\"ztauth\":{\"zone\":\"z\",\"ledger\":\"l\","
    "\"commit\":\"c\",\"subject\":{\"type\":\"User\",\"id\":\"alice\","
    "\"kind\":\"human\",\"source\":\"corp\",\"trust_domain\":\"corp\","
    "\"digest\":\"" DIGEST "\",\"parents\":[" PARENT "],\"attributes\":{}},"
    "\"rings\":[" RING "],\"dlg\":[\"grant-1\"]}}";

static zta_arena arena;

static zta_status
read_payload(zta_str text, zta_txn *out)
{
	zta_jws jws = { .alg = ZTA_ALG_ES256 };

	assert_int_equal(
	    zta_json__read(&arena, text, &jws.payload, NULL), ZTA_OK);
	return zta_txn_token__read(&jws, &arena, out, NULL);
}

/* The good payload with `to` where `from` stands first. */
static zta_str
changed(const char *from, const char *to)
{
	const char *at = strstr(good, from);
	zta_buf buf;
	zta_str out;

	if (at == NULL) {
		fail_msg("not in it: %s", from);
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__put(&buf, (zta_str){ good, (size_t)(at - good) });
	zta_buf__text(&buf, to);
	zta_buf__text(&buf, at + strlen(from));
	out = zta_arena__copy(&arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return out;
}

static void
test_txn_token__is_read(void **state)
{
	zta_txn txn;

	(void)state;
	assert_int_equal(read_payload(ZTA_STR(good), &txn), ZTA_OK);
	assert_int_equal(txn.expires_at, INT64_C(1767225660000));
	assert_int_equal(txn.scope_count, 2);
	assert_int_equal(txn.ring_count, 1);
	assert_int_equal(txn.rings[0].proof, ZTA_PROOF_MTLS);
	assert_int_equal(txn.rings[0].digest.len, ZTA_SHA256_LEN);
	assert_int_equal(txn.subject.parent_count, 1);
	assert_int_equal(txn.delegation_count, 1);
	assert_true(zta_str__is(txn.delegations[0], "grant-1"));
}

/* Without what is not needed it is a token all the same. */
static void
test_txn_token__may_lack(void **state)
{
	static const char *const members[] = { "\"rctx\":{},", "\"tctx\":{},",
		"\"ledger\":\"l\",", ",\"attributes\":{}",
		"\"trust_domain\":\"corp\",", "\"trust_domain\":\"shop\",",
		"\"parents\":[" PARENT "]," };
	zta_txn txn;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (read_payload(changed(members[i], ""), &txn) != ZTA_OK) {
			fail_msg("needs %s", members[i]);
		}
	}
}

static const struct {
	const char *from, *to;
} bad[] = {
	/* what is needed */
	{ "\"iss\"", "\"x\"" },
	{ "\"iat\"", "\"x\"" },
	{ "\"exp\"", "\"x\"" },
	{ "\"aud\"", "\"x\"" },
	{ "\"txn\"", "\"x\"" },
	{ "\"sub\"", "\"x\"" },
	{ "\"scope\"", "\"x\"" },
	{ "\"ztauth\"", "\"x\"" },
	{ "\"zone\"", "\"x\"" },
	{ "\"commit\"", "\"x\"" },
	{ "\"subject\"", "\"x\"" },
	{ "\"type\":\"User\"", "\"x\":1" },
	{ "\"id\":\"alice\"", "\"x\":1" },
	{ "\"kind\"", "\"x\"" },
	{ "\"source\":\"corp\"", "\"x\":1" },
	{ "\"digest\":\"" DIGEST "\",\"parents\"", "\"x\":1,\"parents\"" },
	{ "\"rings\"", "\"x\"" },
	{ "\"wl\"", "\"x\"" },
	{ "\"source\":\"spire\"", "\"x\":1" },
	{ "\"proof\"", "\"x\"" },
	{ "\"digest\":\"" DIGEST "\",\"at\"", "\"x\":1,\"at\"" },
	{ "\"at\"", "\"x\"" },
	{ "\"dlg\"", "\"x\"" },
	{ "\"type\":\"Role\"", "\"x\":1" },
	{ "\"id\":\"customer\"", "\"x\":1" },
	/* of its kind */
	{ "\"iss\":\"i\"", "\"iss\":1" },
	{ "\"aud\":\"a\"", "\"aud\":[\"a\"]" },
	{ "\"iat\":1767225600", "\"iat\":\"1767225600\"" },
	{ "\"exp\":1767225660", "\"exp\":null" },
	{ "\"exp\":1767225660", "\"exp\":1e400" },
	{ "\"scope\":\"one two\"", "\"scope\":[\"one\"]" },
	{ "\"rctx\":{}", "\"rctx\":\"x\"" },
	{ "\"tctx\":{}", "\"tctx\":[]" },
	{ "\"ledger\":\"l\"", "\"ledger\":1" },
	{ "\"trust_domain\":\"corp\"", "\"trust_domain\":null" },
	{ "\"trust_domain\":\"shop\"", "\"trust_domain\":1" },
	{ "\"ztauth\":{", "\"ztauth\":[],\"x\":{" },
	{ "\"subject\":{", "\"subject\":[],\"x\":{" },
	{ "\"parents\":[" PARENT "]", "\"parents\":{}" },
	{ "\"parents\":[" PARENT "]", "\"parents\":[1]" },
	{ "\"attributes\":{}", "\"attributes\":[]" },
	{ "\"rings\":[" RING "]", "\"rings\":{}" },
	{ "\"rings\":[" RING "]", "\"rings\":[]" },
	{ "\"rings\":[" RING "]", "\"rings\":[1]" },
	{ "\"rings\":[" RING "]", "\"rings\":[" RING ",{}]" },
	{ "\"dlg\":[\"grant-1\"]", "\"dlg\":\"grant-1\"" },
	{ "\"dlg\":[\"grant-1\"]", "\"dlg\":[1]" },
	/* a value that is one */
	{ "\"proof\":\"mtls\"", "\"proof\":\"magic\"" },
	{ "\"proof\":\"mtls\"", "\"proof\":\"\"" },
	{ "\"digest\":\"Bw", "\"digest\":\"Bw==" },
	{ "\"digest\":\"" DIGEST "\",\"parents\"",
	    "\"digest\":\"AAAA\",\"parents\"" },
	{ "\"digest\":\"" DIGEST "\",\"at\"", "\"digest\":\"AAAA\",\"at\"" },
	{ "\"digest\":\"" DIGEST "\",\"at\"", "\"digest\":\"\",\"at\"" },
	/* the subject is the one of `sub` */
	{ "User::\\\"alice\\\"", "User::\\\"bob\\\"" },
	{ "User::\\\"alice\\\"", "Role::\\\"alice\\\"" },
	{ "User::\\\"alice\\\"", "alice" },
};

static void
test_txn_token__refuses_other_forms(void **state)
{
	zta_txn txn;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_payload(changed(bad[i].from, bad[i].to), &txn) !=
		    ZTA_EUNTRUSTED) {
			fail_msg("%s instead of %s is taken", bad[i].to,
			    bad[i].from);
		}
	}
}

/* The list `name` with so many of `item`. */
static zta_str
list_of(const char *name, const char *from, const char *item, uint32_t count)
{
	zta_buf buf;
	zta_str out;
	uint32_t i;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__printf(&buf, "\"%s\":[", name);
	for (i = 0; i < count; i++) {
		zta_buf__text(&buf, i > 0 ? "," : "");
		zta_buf__text(&buf, item);
	}
	zta_buf__byte(&buf, ']');
	zta_buf__byte(&buf, '\0');
	out = changed(from, buf.ptr);
	zta_buf__release(&buf);
	return out;
}

static void
test_txn_token__has_limits(void **state)
{
	static const struct {
		const char *name, *from, *item;
		uint32_t max;
	} lists[] = {
		{ "rings", "\"rings\":[" RING "]", RING, ZTA_TXN_RINGS_MAX },
		{ "dlg", "\"dlg\":[\"grant-1\"]", "\"grant-1\"",
		    ZTA_GRANT_CHAIN_MAX },
		{ "parents", "\"parents\":[" PARENT "]", PARENT,
		    ZTA_PRINCIPAL_PARENTS_MAX },
	};
	zta_txn txn;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(
		    read_payload(list_of(lists[i].name, lists[i].from,
				     lists[i].item, lists[i].max),
			&txn),
		    ZTA_OK);
		assert_int_equal(
		    read_payload(list_of(lists[i].name, lists[i].from,
				     lists[i].item, lists[i].max + 1),
			&txn),
		    ZTA_EUNTRUSTED);
	}
}

static int
set_up(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_arena__release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_txn_token__is_read),
		cmocka_unit_test(test_txn_token__may_lack),
		cmocka_unit_test(test_txn_token__refuses_other_forms),
		cmocka_unit_test(test_txn_token__has_limits),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
