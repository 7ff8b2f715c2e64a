/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_lists.c - what operators and callers write: K a file of API keys (its mac
 * is made here), k one with the mac that it has, A an API key, R a list of
 * revocations, U a URI, whose one spelling must be its own.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64.h"
#include "base/str.h"
#include "base/uri.h"
#include "crypto/secret.h"
#include "identity/api_key_file.h"
#include "identity/revocations.h"

static const unsigned char pepper[ZTA_PEPPER_LEN] = { 1 };

static void
read_keys(zta_str body, bool with_mac)
{
	unsigned char mac[ZTA_SHA256_LEN];
	char hex[2 * ZTA_SHA256_LEN];
	zta_api_key_file file;
	zta_arena arena;
	zta_buf text;
	uint32_t i;

	zta_buf__init(&text, (size_t)1 << 24);
	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__put(&text, body);
	if (with_mac) {
		if (zta_secret__hmac(
			(zta_str){ (const char *)pepper, sizeof(pepper) }, body,
			mac) != ZTA_OK) {
			abort();
		}
		zta_hex__encode(
		    (zta_str){ (const char *)mac, sizeof(mac) }, hex);
		zta_buf__text(&text, "mac ");
		zta_buf__put(&text, (zta_str){ hex, sizeof(hex) });
		zta_buf__byte(&text, '\n');
	}
	if (zta_api_key_file__parse(
		&file, &arena, zta_buf__str(&text), pepper, NULL) == ZTA_OK) {
		for (i = 0; i < file.count; i++) {
			if (file.list[i].id.len == 0 ||
			    file.list[i].expires_s <= 0) {
				abort();
			}
		}
		if (!with_mac) {
			abort();
		}
	}
	zta_buf__release(&text);
	zta_arena__release(&arena);
}

static void
read_uri(zta_str text)
{
	zta_buf once, twice;

	zta_buf__init(&once, (size_t)1 << 20);
	zta_buf__init(&twice, (size_t)1 << 20);
	if (zta_uri__put_target(&once, text) &&
	    (!zta_uri__put_target(&twice, zta_buf__str(&once)) ||
		!zta_str__eq(zta_buf__str(&once), zta_buf__str(&twice)))) {
		abort();
	}
	zta_buf__release(&once);
	zta_buf__release(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_revocations list;
	zta_str text, id;
	uint32_t i;

	if (size == 0) {
		return 0;
	}
	text = (zta_str){ (const char *)data + 1, size - 1 };
	switch (data[0]) {
	case 'K':
	case 'k':
		read_keys(text, data[0] == 'K');
		break;
	case 'A':
		if (zta_api_key__read(text, &id) == ZTA_API_KEY_GOOD &&
		    id.len != ZTA_API_KEY_ID_LEN) {
			abort();
		}
		break;
	case 'R':
		if (zta_revocations__parse(&list, text, NULL) == ZTA_OK) {
			for (i = 0; i < list.count; i++) {
				if (!zta_revocation__makes_sense(
					&list.list[i])) {
					abort();
				}
			}
		}
		zta_revocations__release(&list);
		break;
	case 'U':
		read_uri(text);
		break;
	default:
		break;
	}
	return 0;
}
