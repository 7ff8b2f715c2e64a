/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.c - what answers say, read so that nothing but an allow is one.
 *
 * 1. ZTA_ALLOW is assigned once, after all that an allow must have was found.
 * 2. Members of an allow that are not known may demand something, so there must
 *    be none; but for `ztauth`, whose members only tell. SPEC: docs/formats/evaluation.md
 */
#include "base/error.h"
#include "base/str.h"
#include "pep/pep_part.h"

#define LIFETIME_MAX_S 300 /* of a token. SPEC: ztauth 4 */

typedef struct reader {
	const zta_json_doc *doc;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
take_member(const reader *r, const zta_json *object, const char *name,
    zta_json_type type, const zta_json **out)
{
	const zta_json *node = zta_json__get(object, name);

	*out = node;
	return node != NULL && node->type == type ?
	    ZTA_OK :
	    FAIL(r, node == NULL ? object : node,
		"the answer has no `%s` as it should be", name);
}

/* Of ids, and of words: no credential looks like them. */
#define HEX "0123456789abcdef"
#define LETTERS "abcdefghijklmnopqrstuvwxyz_"

static bool
consists_of(zta_str text, const char *allowed)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\0' ||
		    strchr(allowed, text.ptr[i]) == NULL) {
			return false;
		}
	}
	return text.len > 0;
}

static zta_status
take_word(const reader *r, const zta_json *object, const char *name,
    const char *allowed, char out[ZTA_PEP_WORD_MAX])
{
	const zta_json *node;
	zta_status status =
	    take_member(r, object, name, ZTA_JSON_STRING, &node);

	if (status != ZTA_OK) {
		return status;
	}
	if (node->count >= ZTA_PEP_WORD_MAX ||
	    !consists_of(zta_json__str(node), allowed)) {
		return FAIL(
		    r, node, "the answer has no `%s` as it should be", name);
	}
	memcpy(out, node->u.text, node->count);
	out[node->count] = '\0';
	return ZTA_OK;
}

/* A token, or a seal. */
static zta_status
take_token(const reader *r, const char *name, char out[ZTA_TOKEN_MAX])
{
	const zta_json *node;
	zta_status status =
	    take_member(r, r->doc->root, name, ZTA_JSON_STRING, &node);

	if (status != ZTA_OK) {
		return status;
	}
	if (node->count >= ZTA_TOKEN_MAX ||
	    !zta_pep__is_visible(zta_json__str(node))) {
		return FAIL(
		    r, node, "the answer has no `%s` as it should be", name);
	}
	memcpy(out, node->u.text, node->count);
	out[node->count] = '\0';
	return ZTA_OK;
}

/* The text must be this one. */
static zta_status
demand(const reader *r, const zta_json *object, const char *name,
    const char *wanted)
{
	const zta_json *node;
	zta_status status =
	    take_member(r, object, name, ZTA_JSON_STRING, &node);

	return status != ZTA_OK || zta_str__is(zta_json__str(node), wanted) ?
	    status :
	    FAIL(r, node, "`%s` is not \"%s\"", name, wanted);
}

static zta_status
take_number(const reader *r, const zta_json *object, const char *name,
    int64_t min, int64_t max, int64_t *out)
{
	const zta_json *node;
	zta_status status =
	    take_member(r, object, name, ZTA_JSON_INTEGER, &node);

	if (status == ZTA_OK &&
	    (node->u.integer < min || node->u.integer > max)) {
		return FAIL(r, node, "`%s` is out of its bounds", name);
	}
	*out = status == ZTA_OK ? node->u.integer : 0;
	return status;
}

zta_status
zta_pep__read_token(
    const zta_json_doc *answer, int64_t now, zta_pep_token *out, zta_error *err)
{
	const reader r = { answer, err };
	const zta_json *root = answer->root;
	int64_t seconds;
	zta_status status = demand(&r, root, "issued_token_type",
	    "urn:ietf:params:oauth:token-type:txn_token");

	if (status == ZTA_OK) {
		status = demand(&r, root, "token_type", "N_A");
	}
	if (status == ZTA_OK) {
		status = take_number(
		    &r, root, "expires_in", 1, LIFETIME_MAX_S, &seconds);
	}
	if (status == ZTA_OK) {
		status = take_token(&r, "access_token", out->text);
	}
	if (status == ZTA_OK) {
		out->expires_at = now + seconds * 1000;
	}
	return status;
}

/* --- decisions */

/* What a deny tells is for logs; what it does not tell changes nothing. */
static void
read_deny(const reader *r, zta_pep_decision *out)
{
	const reader quiet = { r->doc, NULL };
	const zta_json *context, *ztauth;

	if (take_member(&quiet, r->doc->root, "context", ZTA_JSON_OBJECT,
		&context) != ZTA_OK) {
		return;
	}
	(void)!take_word(&quiet, context, "id", HEX, out->id);
	if (take_member(&quiet, context, "ztauth", ZTA_JSON_OBJECT, &ztauth) !=
	    ZTA_OK) {
		return;
	}
	(void)!take_word(&quiet, ztauth, "leg", LETTERS, out->leg);
	(void)!take_word(&quiet, ztauth, "code", LETTERS, out->code);
	(void)!take_word(&quiet, ztauth, "commit", HEX, out->commit);
	(void)!take_number(
	    &quiet, ztauth, "log_index", 0, INT64_MAX, &out->log_index);
}

/* Who decided, why, and where that is recorded. */
static zta_status
read_ztauth(const reader *r, const zta_json *context, zta_pep_decision *out)
{
	const zta_json *ztauth;
	zta_status status = take_word(r, context, "id", HEX, out->id);

	if (status == ZTA_OK) {
		status =
		    take_member(r, context, "ztauth", ZTA_JSON_OBJECT, &ztauth);
	}
	if (status == ZTA_OK) {
		status = demand(r, ztauth, "leg", "policy");
	}
	if (status == ZTA_OK) {
		status = demand(r, ztauth, "code", "permitted");
	}
	if (status == ZTA_OK) {
		status = take_word(r, ztauth, "leg", LETTERS, out->leg);
	}
	if (status == ZTA_OK) {
		status = take_word(r, ztauth, "code", LETTERS, out->code);
	}
	if (status == ZTA_OK) {
		status = take_word(r, ztauth, "commit", HEX, out->commit);
	}
	return status != ZTA_OK ?
	    status :
	    take_number(r, ztauth, "log_index", 0, INT64_MAX, &out->log_index);
}

static zta_status
read_allow(const reader *r, zta_pep_decision *out, zta_pep_token *seal)
{
	static const char *const told[] = { "id", "ztauth", NULL };
	const char *const names[] = { "decision", "context",
		seal == NULL ? NULL : "seal", NULL };
	const zta_json *context;
	zta_status status = zta_json__only(r->doc, r->doc->root, names, r->err);

	if (status == ZTA_OK) {
		status = take_member(
		    r, r->doc->root, "context", ZTA_JSON_OBJECT, &context);
	}
	if (status == ZTA_OK) {
		status = zta_json__only(r->doc, context, told, r->err);
	}
	if (status == ZTA_OK) {
		status = read_ztauth(r, context, out);
	}
	if (status == ZTA_OK && seal != NULL) {
		status = take_token(r, "seal", seal->text);
	}
	if (status == ZTA_OK) {
		out->effect = ZTA_ALLOW;
	}
	return status;
}

zta_status
zta_pep__read_decision(const zta_json_doc *answer, zta_pep_decision *out,
    zta_pep_token *seal, zta_error *err)
{
	const reader r = { answer, err };
	const zta_json *decision = zta_json__get(answer->root, "decision");

	if (decision == NULL || !zta_json__is_bool(decision)) {
		return FAIL(&r, answer->root, "the answer has no decision");
	}
	if (decision->type == ZTA_JSON_TRUE) {
		return read_allow(&r, out, seal);
	}
	read_deny(&r, out);
	return ZTA_OK;
}

/* --- errors */

/* {"error", "ztauth": {"leg", "code"}}: a token is refused. */
static zta_status
read_refusal(const reader *r, unsigned code, zta_pep_token *out)
{
	const reader quiet = { r->doc, NULL };
	const zta_json *ztauth;
	char error[ZTA_PEP_WORD_MAX] = "";

	(void)!take_word(&quiet, r->doc->root, "error", LETTERS, error);
	if (take_member(&quiet, r->doc->root, "ztauth", ZTA_JSON_OBJECT,
		&ztauth) == ZTA_OK) {
		(void)!take_word(&quiet, ztauth, "leg", LETTERS, out->leg);
		(void)!take_word(&quiet, ztauth, "code", LETTERS, out->code);
	}
	return zta_error__set(r->err,
	    code == 400 || code == 401 || code == 403 ? ZTA_EUNTRUSTED :
							ZTA_EINVALID,
	    "the server answers %u: %s%s%s%s%s", code, error,
	    out->leg[0] != '\0' ? ", " : "", out->leg,
	    out->code[0] != '\0' ? ", " : "", out->code);
}

/* {"error": {"code", "message", "at"}}: it was no question. */
zta_status
zta_pep__read_error(const zta_json_doc *answer, unsigned code,
    zta_pep_token *token, zta_error *err)
{
	const reader r = { answer, err };
	const zta_json *error = zta_json__get(answer->root, "error");
	zta_str message = zta_json__text_in(error, "message"),
		at = zta_json__text_in(error, "at");
	zta_status status =
	    code == 401 || code == 403 ? ZTA_EUNTRUSTED : ZTA_EINVALID;

	if (token != NULL) {
		return read_refusal(&r, code, token);
	}
	(void)zta_error__set(err, status, "the server answers %u%s%.*s", code,
	    message.len > 0 ? ": " : "", ZTA_STR_ARG(message));
	zta_error__place(err, "%.*s", ZTA_STR_ARG(at));
	return status;
}
