/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_format.c - the formatter: twice is once, and the policies stay the same;
 * and policies to JSON, to text, to JSON again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#include "ztauth/cedar.h"

static bool
same(zta_str a, zta_str b)
{
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static void
must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static zta_str
format(zta_str text)
{
	zta_str out;
	zta_error err;

	must(zta_cedar_format(ZTA_STR("p"), text, &out, &err) == ZTA_OK);
	return out;
}

static zta_status
to_json(zta_str text, zta_str *out)
{
	zta_error err;

	return zta_cedar_policies_to_json(
	    ZTA_STR("p"), text, ZTA_STR("l"), ZTA_STR(""), out, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_str first, second, json, again, back, links;
	zta_error err;
	bool parses = to_json(text, &json) == ZTA_OK;

	must((zta_cedar_format(ZTA_STR("p"), text, &first, &err) == ZTA_OK) ==
	    parses);
	if (!parses) {
		return 0;
	}
	second = format(first);
	must(same(first, second));
	must(to_json(first, &again) == ZTA_OK && same(json, again));
	zta_str_free(again);
	if (zta_cedar_policies_to_text(
		ZTA_STR("p"), json, &back, &links, &err) == ZTA_OK) {
		must(to_json(back, &again) == ZTA_OK && same(json, again));
		zta_str_free(again);
		zta_str_free(back);
		zta_str_free(links);
	}
	zta_str_free(json);
	zta_str_free(first);
	zta_str_free(second);
	return 0;
}
