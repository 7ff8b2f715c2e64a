/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_read.c - the form of a grant. Whatever the page of the format does not
 * allow is refused: a limit that is not understood would be a limit ignored.
 */
#include "trust/grant.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "cedar/parse.h"

typedef struct reader {
	zta_arena *arena;
	zta_grant *out;
	const zta_json_doc *doc; /* the payload */
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EUNTRUSTED, __VA_ARGS__)

/* What is wrong with the payload is no error of ours. */
static zta_status
refused(zta_status status)
{
	return status == ZTA_EINVALID || status == ZTA_ESYNTAX ?
	    ZTA_EUNTRUSTED :
	    status;
}

/* A text of 1 to `max` bytes; where it is not there, `*out` has no pointer. */
static zta_status
take_text(reader *r, const zta_json *object, const char *name, size_t max,
    bool needed, zta_str *out)
{
	const zta_json *node = zta_json__get(object, name);

	*out = (zta_str){ NULL, 0 };
	if (node == NULL && !needed) {
		return ZTA_OK;
	}
	if (node == NULL || node->type != ZTA_JSON_STRING || node->count == 0 ||
	    node->count > max) {
		return FAIL(r, node == NULL ? object : node,
		    "`%s` must be a string of 1 to %zu bytes", name, max);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

static zta_status
take_number(reader *r, const char *name, int64_t max, int64_t *out)
{
	const zta_json *root = r->doc->root, *node = zta_json__get(root, name);

	if (node == NULL || node->type != ZTA_JSON_INTEGER ||
	    node->u.integer < 0 || node->u.integer > max) {
		return FAIL(r, node == NULL ? root : node,
		    "`%s` must be a whole number from 0 to %lld", name,
		    (long long)max);
	}
	*out = node->u.integer;
	return ZTA_OK;
}

/* --- who */

static zta_status
take_parties(reader *r)
{
	const zta_json *root = r->doc->root;
	zta_grant *out = r->out;
	zta_str subject;
	zta_status status = take_text(
	    r, root, "iss", ZTA_GRANT_NAME_MAX, true, &out->delegator);

	if (status == ZTA_OK) {
		status = take_text(
		    r, root, "sub", ZTA_GRANT_NAME_MAX, true, &subject);
	}
	if (status == ZTA_OK && !zta_str__eq(subject, out->delegator)) {
		return FAIL(r, zta_json__get(root, "sub"),
		    "`iss` and `sub` are both the delegator");
	}
	if (status == ZTA_OK) {
		status = take_text(r, root, "delegate", ZTA_GRANT_NAME_MAX,
		    true, &out->delegate);
	}
	return status != ZTA_OK ?
	    status :
	    take_text(r, root, "aud", ZTA_GRANT_NAME_MAX, true, &out->zone);
}

static zta_status
take_holder(reader *r)
{
	static const char *const names[] = { "jkt", NULL };
	const zta_json *node = zta_json__get(r->doc->root, "cnf");
	unsigned char bytes[ZTA_SHA256_LEN + 4];
	size_t len = 0;
	zta_status status;

	if (node == NULL) {
		return ZTA_OK;
	}
	status = refused(zta_json__only(r->doc, node, names, r->err));
	if (status == ZTA_OK) {
		status = take_text(r, node, "jkt", ZTA_B64_LEN(ZTA_SHA256_LEN),
		    true, &r->out->holder);
	}
	if (status == ZTA_OK &&
	    (!zta_b64__decode(r->out->holder, bytes, &len) ||
		len != ZTA_SHA256_LEN)) {
		return FAIL(r, node, "`jkt` is the thumbprint of a key");
	}
	return status;
}

/* --- what */

static zta_status
take_actions(reader *r, const zta_json *authority)
{
	const zta_json *list = zta_json__get(authority, "actions"), *node;
	zta_str *actions;
	uint32_t i;

	if (list == NULL || list->type != ZTA_JSON_ARRAY || list->count == 0 ||
	    list->count > ZTA_GRANT_ACTIONS_MAX) {
		return FAIL(r, list == NULL ? authority : list,
		    "`actions` must be 1 to %u names", ZTA_GRANT_ACTIONS_MAX);
	}
	actions = zta_arena__zalloc(r->arena, list->count, sizeof(*actions));
	if (actions == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; i < list->count; i++) {
		if (node->type != ZTA_JSON_STRING || node->count == 0 ||
		    node->count > ZTA_GRANT_NAME_MAX) {
			return FAIL(r, node, "an action is a name");
		}
		actions[i] = zta_json__str(node);
		node = zta_json__after(node);
	}
	r->out->actions = actions;
	r->out->action_count = list->count;
	return ZTA_OK;
}

static zta_status
take_resources(reader *r, const zta_json *authority)
{
	static const char *const names[] = { "type", "id", NULL };
	const zta_json *list = zta_json__get(authority, "resources"), *node;
	zta_grant_resource *resources;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (list == NULL || list->type != ZTA_JSON_ARRAY || list->count == 0 ||
	    list->count > ZTA_GRANT_RESOURCES_MAX) {
		return FAIL(r, list == NULL ? authority : list,
		    "`resources` must be 1 to %u of {type, id}",
		    ZTA_GRANT_RESOURCES_MAX);
	}
	resources =
	    zta_arena__zalloc(r->arena, list->count, sizeof(*resources));
	if (resources == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = refused(zta_json__only(r->doc, node, names, r->err));
		if (status == ZTA_OK) {
			status = take_text(r, node, "type", ZTA_GRANT_NAME_MAX,
			    true, &resources[i].type);
		}
		if (status == ZTA_OK) {
			status = take_text(r, node, "id", ZTA_GRANT_NAME_MAX,
			    false, &resources[i].id);
		}
		node = zta_json__after(node);
	}
	r->out->resources = resources;
	r->out->resource_count = list->count;
	return status;
}

static zta_status
take_authority(reader *r)
{
	static const char *const names[] = { "actions", "resources", "when",
		NULL };
	const zta_json *root = r->doc->root, *node;
	zta_expr *expr;
	zta_error why;
	zta_status status;

	node = zta_json__get(root, "authority");
	if (node == NULL) {
		return FAIL(r, root, "`authority` must be there");
	}
	status = refused(zta_json__only(r->doc, node, names, r->err));
	if (status == ZTA_OK) {
		status = take_actions(r, node);
	}
	if (status == ZTA_OK) {
		status = take_resources(r, node);
	}
	if (status == ZTA_OK) {
		status = take_text(
		    r, node, "when", ZTA_GRANT_WHEN_MAX, false, &r->out->when);
	}
	if (status != ZTA_OK || r->out->when.ptr == NULL) {
		return status;
	}
	status = zta_parse__expr(r->arena, r->out->when, &expr, &why);
	return status == ZTA_OK || status == ZTA_ENOMEM ?
	    status :
	    FAIL(r, zta_json__get(node, "when"),
		"`when` is no Cedar expression: %s", why.message);
}

/* --- for how long, how often, how far */

static zta_status
take_limits(reader *r)
{
	const zta_json *once = zta_json__get(r->doc->root, "once");
	zta_grant *out = r->out;
	int64_t from = 0, until = 0, depth = 0, consent = 0;
	zta_status status = take_number(r, "nbf", INT64_C(253402300799), &from);

	if (status == ZTA_OK) {
		status = take_number(r, "exp", INT64_C(253402300799), &until);
	}
	if (status == ZTA_OK) {
		status = take_number(
		    r, "max_depth", ZTA_GRANT_CHAIN_MAX - 1, &depth);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (zta_json__get(r->doc->root, "iat") != NULL) {
		status = take_number(r, "iat", until - 1, &consent);
	} else {
		consent = from;
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (until <= from || until - from > ZTA_GRANT_LIFETIME_MAX_S) {
		return FAIL(r, zta_json__get(r->doc->root, "exp"),
		    "`exp` must be after `nbf`, and by no more than 366 days");
	}
	if (once != NULL && once->type != ZTA_JSON_TRUE) {
		return FAIL(r, once, "`once` is true, or absent");
	}
	out->not_before = from * 1000;
	out->expires_at = until * 1000;
	out->consent_at = consent * 1000;
	out->max_depth = (uint32_t)depth;
	out->once = once != NULL;
	return ZTA_OK;
}

/* --- which one, and what was said of it */

bool
zta_grant__is_jti(zta_str text)
{
	size_t i;
	char c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_')) {
			return false;
		}
	}
	return text.len >= ZTA_GRANT_JTI_MIN && text.len <= ZTA_GRANT_JTI_MAX;
}

static zta_status
take_names(reader *r)
{
	const zta_json *root = r->doc->root, *parent;
	char bytes[ZTA_SHA256_LEN + 4];
	size_t len = 0;
	zta_status status =
	    take_text(r, root, "jti", ZTA_GRANT_JTI_MAX, true, &r->out->jti);

	if (status == ZTA_OK && !zta_grant__is_jti(r->out->jti)) {
		return FAIL(r, zta_json__get(root, "jti"),
		    "`jti` is %u to %u of A-Z a-z 0-9 - _", ZTA_GRANT_JTI_MIN,
		    ZTA_GRANT_JTI_MAX);
	}
	parent = zta_json__get(root, "parent");
	if (status != ZTA_OK || parent == NULL) {
		return status;
	}
	if (parent->type != ZTA_JSON_STRING ||
	    parent->count != ZTA_B64_LEN(ZTA_SHA256_LEN) ||
	    !zta_b64__decode(zta_json__str(parent), bytes, &len) ||
	    len != ZTA_SHA256_LEN) {
		return FAIL(r, parent, "`parent` is the digest of a grant");
	}
	memcpy(r->out->parent, bytes, ZTA_SHA256_LEN);
	r->out->has_parent = true;
	return ZTA_OK;
}

/*
 * What drives a terminal, ends a line, or turns the direction of writing round,
 * so that another text is read than was signed: U+0000 to 1F, 7F to 9F, 2028 to
 * 202E, 2066 to 2069. The text is UTF-8. SPEC: unicode tr36 2.5.1
 */
static bool
deceives(zta_str text)
{
	const unsigned char *c = (const unsigned char *)text.ptr;
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (c[i] < 0x20 || c[i] == 0x7f) {
			return true;
		}
		if (i + 1 < text.len && c[i] == 0xc2 && c[i + 1] < 0xa0) {
			return true;
		}
		if (i + 2 < text.len && c[i] == 0xe2 &&
		    ((c[i + 1] == 0x80 && c[i + 2] >= 0xa8 &&
			 c[i + 2] <= 0xae) ||
			(c[i + 1] == 0x81 && c[i + 2] >= 0xa6 &&
			    c[i + 2] <= 0xa9))) {
			return true;
		}
	}
	return false;
}

/* SPEC: ztauth 7: without a proof of consent there is no delegation. */
static zta_status
take_consent(reader *r)
{
	static const char *const names[] = { "kind", NULL };
	const zta_json *root = r->doc->root, *consent;
	zta_str kind = { NULL, 0 };
	zta_status status = take_text(r, root, "statement",
	    ZTA_GRANT_STATEMENT_MAX, true, &r->out->statement);

	if (status == ZTA_OK && deceives(r->out->statement)) {
		return FAIL(r, zta_json__get(root, "statement"),
		    "a statement is read by people: no control characters, and "
		    "none that turn its direction");
	}
	if (status == ZTA_OK) {
		status = take_text(r, root, "purpose", ZTA_GRANT_PURPOSE_MAX,
		    false, &r->out->purpose);
	}
	if (status != ZTA_OK) {
		return status;
	}
	consent = zta_json__get(root, "consent");
	if (consent == NULL) {
		return FAIL(r, root, "`consent` must be there");
	}
	status = refused(zta_json__only(r->doc, consent, names, r->err));
	if (status == ZTA_OK) {
		status = take_text(
		    r, consent, "kind", ZTA_GRANT_NAME_MAX, true, &kind);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(kind, "signature")) {
		r->out->consent = ZTA_CONSENT_SIGNATURE;
	} else if (zta_str__is(kind, "oidc-nonce")) {
		r->out->consent = ZTA_CONSENT_OIDC_NONCE;
	} else {
		return FAIL(
		    r, consent, "this kind of consent cannot be verified");
	}
	return ZTA_OK;
}

bool
zta_grant__read_entity(
    zta_arena *arena, zta_str text, zta_str *type, zta_str *id)
{
	zta_expr *expr;

	if (zta_parse__expr(arena, text, &expr, NULL) != ZTA_OK ||
	    expr->op != ZTA_EXPR_ENTITY) {
		return false;
	}
	*type = expr->names[0];
	*id = expr->names[1];
	return true;
}

/* --- the whole */

/* All of the payload, which is `r->doc`. */
static zta_status
read_payload(reader *r)
{
	static const char *const names[] = { "iss", "sub", "delegate", "aud",
		"authority", "iat", "nbf", "exp", "jti", "max_depth", "parent",
		"cnf", "consent", "statement", "purpose", "once", NULL };
	static zta_status (*const steps[])(reader *) = { take_parties,
		take_holder, take_authority, take_limits, take_names,
		take_consent };
	zta_status status;
	size_t i;

	zta_digest__sha256(r->doc->text, r->out->digest);
	status = refused(zta_json__only(r->doc, r->doc->root, names, r->err));
	for (i = 0; status == ZTA_OK && i < sizeof(steps) / sizeof(steps[0]);
	     i++) {
		status = steps[i](r);
	}
	return status;
}

static zta_status
read_grant(void *out, const zta_jws *jws, zta_arena *arena, zta_error *err)
{
	reader r = {
		.arena = arena, .out = out, .doc = &jws->payload, .err = err
	};

	if (!zta_jws__typ_is(jws, ZTA_STR(ZTA_GRANT_TYP))) {
		return zta_error__set(
		    err, ZTA_EUNTRUSTED, "`typ` is not %s", ZTA_GRANT_TYP);
	}
	return read_payload(&r);
}

zta_status
zta_grant__read_payload(
    zta_grant *out, zta_arena *arena, zta_str payload, zta_error *err)
{
	reader r = { .arena = arena, .out = out, .err = err };
	zta_json_doc doc;
	zta_status status;

	*out = (zta_grant){ 0 };
	status = zta_json__read(arena, payload, &doc, err);
	if (status != ZTA_OK && status != ZTA_ENOMEM) {
		status = ZTA_EUNTRUSTED; /* It nests too deep, too. */
	}
	if (status == ZTA_OK && doc.root->type != ZTA_JSON_OBJECT) {
		status = zta_error__set(err, ZTA_EUNTRUSTED, "it is no object");
	}
	r.doc = &doc;
	return status != ZTA_OK ? status : read_payload(&r);
}

static const zta_known_reading reading = { sizeof(zta_grant), read_grant };

zta_status
zta_grant__read_known(zta_grant *out, zta_known *known, zta_arena *arena,
    zta_str token, zta_error *err)
{
	zta_known_token t;
	zta_refusal refusal;
	zta_status status =
	    zta_known__parse(known, arena, &reading, token, &t, &refusal, err);

	*out = (zta_grant){ 0 };
	if (status == ZTA_OK) {
		status = zta_known__read(&t, err);
	}
	if (status == ZTA_OK) {
		*out = *(const zta_grant *)t.meaning;
		out->token = t;
	}
	return status;
}

zta_status
zta_grant__read(zta_grant *out, zta_arena *arena, zta_str token, zta_error *err)
{
	return zta_grant__read_known(out, NULL, arena, token, err);
}
