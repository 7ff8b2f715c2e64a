/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep_link.c - credentials that change, connections that are kept, threads
 * that share a handle, and no memory.
 */
#include "tests.h"

#include "failing_alloc.h"
#include "pep_case.h"

static zta_pep_token token;

/* --- credentials, connections, threads */

static zta_status
give(void *context, char *out, size_t *len, zta_error *err)
{
	zta_str text = *(const zta_str *)context;

	if (text.len == 0) {
		(void)snprintf(err->message, sizeof(err->message), "not now");
		return ZTA_EUNAVAILABLE;
	}
	memcpy(out, text.ptr, text.len);
	*len = text.len;
	return ZTA_OK;
}

static void
test_pep__shows_what_there_is_now(void **state)
{
	static const char *const bad[] = { "", "\n", "a\nb\n", "a b",
		"a\r\nX-Evil: 1", "\xc3\xa9" };
	const peer_answer answer = { zta_str_of(token_answer), PEER_ANSWERS };
	const zta_pep_subject subject = { .token = question.token };
	zta_str given = ZTA_STR("called.for.it");
	zta_pep_options options = { .credential = give,
		.credential_context = &given,
		.credential_kind = ZTA_PEP_API_KEY };
	zta_error err;
	zta_pep *pep;
	peer p;
	size_t i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 2000);
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	write_credential("renewed.svid\r\n");
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	assert_non_null(
	    strstr(peer_asked_body(&p), "&actor_token=renewed.svid&"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_credential(bad[i]);
		assert_int_not_equal(
		    zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
		assert_string_equal(err.place, credential_path);
	}
	assert_int_equal(peer_requests(&p), 2);
	zta_pep_close(pep);
	options.url = p.url;
	assert_int_equal(zta_pep_open(&pep, &options, &err), ZTA_OK);
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	assert_non_null(strstr(peer_asked_body(&p),
	    "&actor_token=called.for.it&actor_token_type=urn%3Aztauth"
	    "%3Atoken-type%3Aapi-key&"));
	given = ZTA_STR("");
	assert_int_equal(
	    zta_pep_exchange(pep, &subject, &token, &err), ZTA_EUNAVAILABLE);
	assert_string_equal(err.message, "not now");
	zta_pep_close(pep);
	/* Without any. */
	options.credential = NULL;
	assert_int_equal(zta_pep_open(&pep, &options, &err), ZTA_OK);
	assert_int_equal(
	    zta_pep_exchange(pep, &subject, &token, &err), ZTA_EINVAL);
	assert_int_equal(peer_requests(&p), 3);
	zta_pep_close(pep);
	peer_stop(&p);
}

static void
test_pep__keeps_its_connection(void **state)
{
	const peer_answer kept = { zta_str_of(allow_answer), PEER_ANSWERS };
	const peer_answer closed = { zta_str_of(allow_answer), PEER_RESETS };
	zta_pep_decision decision;
	zta_pep *pep;
	peer p;
	int i;

	(void)state;
	peer_start(&p);
	pep = open_pep(&p, 2000);
	peer_script(&p, &kept, 1);
	for (i = 0; i < 20; i++) {
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
	}
	assert_int_equal(peer_connections(&p), 1);
	/* One that has gone is made anew. */
	peer_script(&p, &closed, 1);
	for (i = 0; i < 5; i++) {
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
		assert_int_equal(decision.effect, ZTA_ALLOW);
		usleep(100000);
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

/* SPEC: x509-svid: what was shown ends, and its connection with it. */
static void
test_pep__connects_anew_with_another_certificate(void **state)
{
	const peer_answer answer = { zta_str_of(allow_answer), PEER_ANSWERS };
	zta_pep_options options = { .certificate_file = credential_path,
		.key_file = credential_path };
	zta_pep_decision decision;
	zta_pep *pep;
	peer p;
	unsigned i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	options.url = p.url;
	assert_int_equal(zta_pep_open(&pep, &options, NULL), ZTA_OK);
	for (i = 0; i < 6; i++) {
		if (i % 2 == 0) {
			write_credential("renewed");
		}
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
		assert_int_equal(peer_connections(&p), i / 2 + 1);
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

/* --- no memory: each allocation of ours fails once */

/* A handle, a token, a decision. True: nothing has failed. */
static bool
call_all(const peer *p, zta_pep_decision *decision, zta_error *err)
{
	const zta_pep_options options = { .url = p->url,
		.credential_file = credential_path };
	const zta_pep_subject subject = { .token = question.token };
	zta_pep *pep = NULL;
	zta_status status = zta_pep_open(&pep, &options, err);

	*decision = (zta_pep_decision){ 0 };
	if (status == ZTA_OK) {
		status = zta_pep_exchange(pep, &subject, &token, err);
	}
	if (status == ZTA_OK) {
		status = zta_pep_decide(pep, &question, decision, err);
	}
	countdown = -1;
	zta_pep_close(pep);
	return status == ZTA_OK;
}

static void
test_pep__has_no_memory(void **state)
{
	const peer_answer answers[] = { { zta_str_of(token_answer),
					    PEER_ANSWERS },
		{ zta_str_of(allow_answer), PEER_ANSWERS } };
	zta_pep_decision decision;
	zta_error err;
	peer p;
	long at;

	(void)state;
	write_credential(SVID "\n");
	peer_start(&p);
	for (at = 0;; at++) {
		peer_script(&p, answers, 2);
		err = (zta_error){ 0 };
		countdown = at;
		if (call_all(&p, &decision, &err)) {
			break;
		}
		assert_int_equal(decision.effect, ZTA_DENY);
		assert_string_not_equal(err.message, "");
	}
	assert_int_equal(decision.effect, ZTA_ALLOW);
	assert_in_range(at, 8, 100);
	peer_stop(&p);
}

#define THREADS 4
#define CALLS 50

static void *
call_often(void *context)
{
	zta_pep *pep = context;
	zta_pep_token *own = calloc(1, sizeof(*own));
	zta_pep_decision decision;
	zta_error err;
	int i;

	for (i = 0; own != NULL && i < CALLS; i++) {
		if (zta_pep_decide(pep, &question, &decision, &err) != ZTA_OK ||
		    decision.effect != ZTA_ALLOW) {
			break;
		}
		/* It is no token that is answered. */
		if (zta_pep_exchange(pep,
			&(zta_pep_subject){ .token = question.token }, own,
			&err) != ZTA_EINVALID) {
			break;
		}
	}
	free(own);
	return i == CALLS ? context : NULL;
}

static void
test_pep__is_shared_by_threads(void **state)
{
	const peer_answer answer = { zta_str_of(allow_answer), PEER_ANSWERS };
	pthread_t threads[THREADS];
	void *done;
	zta_pep *pep;
	peer p;
	int i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 20000);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, call_often, pep), 0);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &done), 0);
		assert_non_null(done);
	}
	assert_int_equal(peer_requests(&p), 2 * THREADS * CALLS);
	assert_in_range(peer_connections(&p), 1, THREADS);
	zta_pep_close(pep);
	peer_stop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep__shows_what_there_is_now),
		cmocka_unit_test(test_pep__keeps_its_connection),
		cmocka_unit_test(
		    test_pep__connects_anew_with_another_certificate),
		cmocka_unit_test(test_pep__has_no_memory),
		cmocka_unit_test(test_pep__is_shared_by_threads),
	};

	return cmocka_run_group_tests_name(
	    "pep_link", tests, set_up, tear_down);
}
