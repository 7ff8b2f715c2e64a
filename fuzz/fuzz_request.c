/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_request.c - requests: Cedar's own, with a schema and without, and those
 * of AuthZEN. What fails must not allow.
 */
#include "fuzz.h"

#include "cedar_fixture.h"
#include "pdp/request.h"
#include "ztauth/cedar.h"

static zta_cedar_session *
open_session(bool schema)
{
	zta_cedar *engine;
	zta_cedar_session *session;

	if (zta_cedar_open(&engine, NULL) != ZTA_OK ||
	    (schema &&
		zta_cedar_add_schema(engine, ZTA_STR("s"),
		    ZTA_STR(fixture_schema), NULL) != ZTA_OK) ||
	    zta_cedar_add_policies(engine, ZTA_STR("p"),
		ZTA_STR(fixture_policies), ZTA_CEDAR_NUMBERED,
		NULL) != ZTA_OK ||
	    zta_cedar_seal(engine, NULL) != ZTA_OK ||
	    zta_cedar_session_open(&session, engine, NULL) != ZTA_OK) {
		abort();
	}
	return session;
}

static void
decide(zta_cedar_session *session, zta_str text, unsigned flags)
{
	zta_cedar_answer answer;
	zta_error err;

	if (zta_cedar_authorize(session, text, flags, &answer, &err) !=
		ZTA_OK &&
	    answer.permitted) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static zta_cedar_session *typed, *untyped;
	zta_str text = { (const char *)data, size };
	zta_authzen authzen;
	zta_arena arena;
	zta_error err;

	if (typed == NULL) {
		typed = open_session(true);
		untyped = open_session(false);
	}
	decide(typed, text, ZTA_CEDAR_VALIDATE_REQUEST);
	decide(typed, text, 0);
	decide(untyped, text, 0);
	zta_arena__init(&arena, (size_t)1 << 28);
	(void)!zta_authzen__read(&arena, text, &authzen, &err);
	zta_arena__release(&arena);
	return 0;
}
