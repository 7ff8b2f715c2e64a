/* SPDX-License-Identifier: Apache-2.0 */
/* statement_make.c - statements for people at a terminal; see ztauth/trust.h. */
#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "trust/statement.h"
#include "ztauth/trust.h"

/* --- making one */

/* The claims that say which one it is, and for how long; then those given. */
static void
put_claims(zta_buf *out, const zta_json_doc *doc, int64_t now, int64_t until)
{
	unsigned char random[16];
	char jti[2 * sizeof(random)];
	zta_json_out json = { out, false };
	const zta_json *node = zta_json__first(doc->root);
	uint32_t i;

	zta_random__bytes(random, sizeof(random));
	zta_hex__encode((zta_str){ (char *)random, sizeof(random) }, jti);
	zta_json_out__open(&json, '{');
	for (i = 0; i < doc->root->count; i++) {
		zta_json_out__name_str(&json, zta_json__str(node));
		node = zta_json_out__node(&json, zta_json__after(node));
	}
	zta_json_out__name(&json, "jti");
	zta_json_out__str(&json, (zta_str){ jti, sizeof(jti) });
	zta_json_out__name(&json, "nbf");
	zta_json_out__int(&json, now / 1000);
	zta_json_out__name(&json, "exp");
	zta_json_out__int(&json, until / 1000);
	zta_json_out__close(&json, '}');
}

/* What is signed is what would be read: nothing else is. */
static zta_status
sign(zta_arena *arena, zta_str claims, const zta_key *key, zta_buf *token,
    zta_error *err)
{
	char kid[ZTA_KEY_THUMBPRINT_MAX];
	zta_statement statement = { 0 };
	zta_json_doc doc;
	zta_status status = zta_json__read(arena, claims, &doc, err);

	if (status == ZTA_OK) {
		status =
		    zta_statement__read_claims(&statement, arena, &doc, err);
	}
	if (status == ZTA_OK) {
		status = zta_key_thumbprint(key, kid, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_jws__sign(token, key, zta_key_alg(key),
		ZTA_STR(ZTA_STATEMENT_TYP), zta_str_of(kid), claims, err);
}

static zta_status
read_given(zta_arena *arena, zta_str text, zta_json_doc *doc, zta_error *err)
{
	static const char *const ours[] = { "jti", "nbf", "exp" };
	const zta_json *node;
	size_t i;
	zta_status status = zta_json__read(arena, text, doc, err);

	if (status == ZTA_OK && doc->root->type != ZTA_JSON_OBJECT) {
		status = zta_json__fail(doc, doc->root, err, ZTA_EINVALID,
		    "claims must be an object");
	}
	for (i = 0; status == ZTA_OK && i < sizeof(ours) / sizeof(ours[0]);
	     i++) {
		node = zta_json__get(doc->root, ours[i]);
		if (node != NULL) {
			status = zta_json__fail(doc, node, err, ZTA_EINVALID,
			    "`%s` is put there", ours[i]);
		}
	}
	return status;
}

zta_status
zta_trust_statement_make(zta_str claims, const zta_key *key, int64_t now,
    int64_t until, zta_str *out, zta_error *err)
{
	zta_arena arena;
	zta_json_doc doc;
	zta_buf whole, token, file;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&whole, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_buf__init(&file, SIZE_MAX);
	status = read_given(&arena, claims, &doc, err);
	if (status == ZTA_OK) {
		put_claims(&whole, &doc, now, until);
		status = whole.status != ZTA_OK ?
		    zta_error__nomem(err) :
		    sign(&arena, zta_buf__str(&whole), key, &token, err);
	}
	if (status == ZTA_OK) {
		zta_buf__text(&file, "{ \"jws\": \"");
		zta_buf__put(&file, zta_buf__str(&token));
		zta_buf__text(&file, "\" }\n");
	}
	status = zta_buf__give(&file, status, out, err);
	zta_buf__release(&token);
	zta_buf__release(&whole);
	zta_arena__release(&arena);
	return status;
}

/* --- judging one */

static zta_status
judge(zta_statement *s, const zta_domains *domains, int64_t now, zta_error *err)
{
	char date[ZTA_TIME_TEXT_MAX];

	s->finding = zta_statement__verify(s, domains);
	if (s->finding != ZTA_STATEMENT_HOLDS) {
		return zta_error__set(err, ZTA_EUNTRUSTED, "%s",
		    zta_statement__finding_text(s->finding));
	}
	if (zta_statement__is_in_force(s, now)) {
		return ZTA_OK;
	}
	zta_time__format(
	    now < s->not_before ? s->not_before : s->ends_at, date);
	return zta_error__set(err, ZTA_EUNTRUSTED, "it %s %s",
	    now < s->not_before ? "begins at" : "has ended at", date);
}

zta_status
zta_trust_statement_verify(
    zta_str file, zta_str domains, int64_t now, zta_str *claims, zta_error *err)
{
	zta_arena arena;
	zta_domains read = { 0 };
	zta_statement s;
	zta_buf copy;
	zta_status status;

	*claims = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&copy, SIZE_MAX);
	status = zta_domains__read(&read, &arena, domains, err);
	if (status != ZTA_OK) {
		zta_error__replace(err, "trust/domains.json");
	} else {
		status = zta_statement__read(&s, &arena, file, err);
	}
	if (status == ZTA_OK) {
		zta_buf__put(&copy, s.jws.payload.text);
	}
	status = zta_buf__give(&copy, status, claims, err);
	if (status == ZTA_OK) {
		status = judge(&s, &read, now, err);
	}
	zta_domains__release(&read);
	zta_arena__release(&arena);
	return status;
}
