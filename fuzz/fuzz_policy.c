/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_policy.c - policy text: parse, compile, index, decide under it and
 * explain that, and validate it.
 */
#include "fuzz.h"

#include "cedar_fixture.h"
#include "ztauth/cedar.h"

static const char entities[] =
    "[{\"uid\":{\"type\":\"User\",\"id\":\"a\"},\"attrs\":{\"n\":1,\"s\":\"x\","
    "\"r\":{\"k\":[1,2]}},\"parents\":[{\"type\":\"Role\",\"id\":\"r\"}],"
    "\"tags\":{\"t\":\"v\"}}]";
static const char request[] =
    "{\"principal\":\"User::\\\"a\\\"\",\"action\":\"Action::\\\"v\\\"\","
    "\"resource\":\"Doc::\\\"d\\\"\",\"context\":{\"n\":5,\"ip\":{\"__extn\":"
    "{\"fn\":\"ip\",\"arg\":\"10.0.0.1\"}}}}";

static void
validate(zta_str text)
{
	const zta_cedar_finding *list;
	zta_cedar *engine;
	zta_error err;
	size_t count;

	if (zta_cedar_open(&engine, NULL) != ZTA_OK) {
		return;
	}
	if (zta_cedar_add_schema(engine, ZTA_STR("s"), ZTA_STR(fixture_schema),
		&err) == ZTA_OK &&
	    zta_cedar_add_policies(engine, ZTA_STR("p"), text,
		ZTA_CEDAR_NUMBERED, &err) == ZTA_OK) {
		(void)!zta_cedar_validate(engine, 1, &list, &count, &err);
	}
	zta_cedar_close(engine);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_cedar *engine;
	zta_cedar_session *session = NULL;
	const zta_cedar_explanation *list;
	zta_cedar_answer answer;
	size_t count;
	zta_error err;

	if (zta_cedar_open(&engine, NULL) != ZTA_OK) {
		return 0;
	}
	if (zta_cedar_add_policies(engine, ZTA_STR("p"),
		(zta_str){ (const char *)data, size }, ZTA_CEDAR_BY_PATH,
		&err) == ZTA_OK &&
	    zta_cedar_add_entities(
		engine, ZTA_STR("e"), ZTA_STR(entities), &err) == ZTA_OK &&
	    zta_cedar_seal(engine, &err) == ZTA_OK &&
	    zta_cedar_session_open(&session, engine, &err) == ZTA_OK) {
		(void)!zta_cedar_explain(session, ZTA_STR(request),
		    ZTA_CEDAR_EXPLAIN_ALL, &answer, &list, &count, &err);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	validate((zta_str){ (const char *)data, size });
	return 0;
}
