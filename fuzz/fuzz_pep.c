/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_pep.c - answers of a server to a PEP. What is taken for an allow must say
 * so in so many words, where it was recorded, and nothing else; what fails must
 * leave no decision and no token.
 */
#include "fuzz.h"

#include <string.h>

#include "base/str.h"
#include "pep/pep_part.h"

static void
check_allow(const zta_json_doc *doc, const zta_pep_decision *decision,
    const zta_pep_token *seal)
{
	const zta_json *context = zta_json__get(doc->root, "context");
	const zta_json *said = zta_json__get(doc->root, "decision");

	if (doc->root->count != (seal == NULL ? 2 : 3) ||
	    said->type != ZTA_JSON_TRUE || context->count != 2 ||
	    strcmp(decision->code, "permitted") != 0 ||
	    decision->id[0] == '\0' || decision->commit[0] == '\0' ||
	    decision->log_index < 0 ||
	    (seal != NULL && seal->text[0] == '\0')) {
		abort();
	}
}

static void
decide(const zta_json_doc *doc, zta_pep_token *seal)
{
	zta_pep_decision decision = { 0 };
	zta_error err;
	zta_status status = zta_pep__read_decision(doc, &decision, seal, &err);

	if (decision.effect == ZTA_ALLOW) {
		if (status != ZTA_OK) {
			abort();
		}
		check_allow(doc, &decision, seal);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static zta_pep_token token;
	zta_str text = { (const char *)data, size };
	zta_arena arena;
	zta_json_doc doc;
	zta_error err;

	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_json__read(&arena, text, &doc, NULL) == ZTA_OK &&
	    doc.root->type == ZTA_JSON_OBJECT) {
		decide(&doc, NULL);
		token = (zta_pep_token){ 0 };
		decide(&doc, &token);
		token = (zta_pep_token){ 0 };
		if ((zta_pep__read_token(&doc, 1, &token, &err) == ZTA_OK) !=
			(token.text[0] != '\0') ||
		    (token.text[0] != '\0') != (token.expires_at > 1)) {
			abort();
		}
		token = (zta_pep_token){ 0 };
		if (zta_pep__read_error(&doc, 400, &token, &err) == ZTA_OK ||
		    zta_pep__read_error(&doc, 400, NULL, &err) == ZTA_OK ||
		    token.text[0] != '\0') {
			abort();
		}
	}
	zta_arena__release(&arena);
	return 0;
}
