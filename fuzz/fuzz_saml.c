/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_saml.c - assertions. An input that begins with 'S' is the text of an
 * element, '@' where its signature belongs, which is signed with the key of the
 * source: in canonical form it gets past the signature. One that begins with
 * 'I' is a SignedInfo, '%' for the digest. Any other input is a credential,
 * which was not signed here and must not be accepted.
 */
#include "fuzz.h"

#include "../tests/unit/saml_made.h"

#include "identity/verify.h"

static zta_arena keep;
static zta_sources sources;

static void
set_up(void)
{
	zta_buf document;
	zta_str text;

	zta_arena__init(&keep, SIZE_MAX);
	zta_buf__init(&document, SIZE_MAX);
	put_sources(&document, rsa_cert);
	text = zta_arena__copy(&keep, zta_buf__str(&document));
	zta_buf__release(&document);
	if (zta_sources__read(&sources, &keep, text, NULL, NULL) != ZTA_OK) {
		abort();
	}
}

/* What is presented: signed here, if it can be. */
static zta_str
present(zta_arena *arena, const uint8_t *data, size_t size, bool *made)
{
	zta_str input = { (const char *)data, size };
	char *text;

	*made = size > 0 && (data[0] == 'S' || data[0] == 'I');
	if (!*made) {
		return input;
	}
	text = zta_arena__cstr(arena, (zta_str){ input.ptr + 1, size - 1 });
	if (text == NULL) {
		abort();
	}
	if (data[0] == 'S' && strchr(text, '@') != NULL) {
		text =
		    signed_by(arena, text, info_text, rsa_key, ZTA_ALG_RS256);
	} else if (data[0] == 'I' && strchr(text, '%') != NULL) {
		text = signed_by(
		    arena, assertion_text, text, rsa_key, ZTA_ALG_RS256);
	}
	return zta_str_of(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const zta_circumstances around = { 0 };
	zta_presented presented = { .as = ZTA_AS_SAML2, .around = &around };
	zta_arena arena;
	zta_verifier with = {
		.sources = &sources, .arena = &arena, .now = NOW
	};
	zta_principal principal;
	zta_why_not why_not;
	zta_error err;
	zta_status status;
	bool made;

	if (sources.count == 0) {
		set_up();
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	presented.credential = present(&arena, data, size, &made);
	status =
	    zta_identity__verify(&with, &presented, &principal, &why_not, &err);
	if (status == ZTA_OK &&
	    (!made || principal.id.len == 0 ||
		principal.expires_at < NOW - 5000)) {
		abort();
	}
	zta_arena__release(&arena);
	return 0;
}
