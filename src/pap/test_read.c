/* SPDX-License-Identifier: Apache-2.0 */
/* test_read.c - see test_read.h. */
#include "pap/test_read.h"

#include "base/error.h"
#include "base/str.h"
#include "cedar/ext.h"

/* Longest age of a proof: a thousand years of seconds. */
#define AGE_MAX_S INT64_C(31622400000)

typedef struct reader {
	zta_arena *arena;
	const zta_json_doc *doc;
	zta_decision_test *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* A string; it may be absent, unless it is `needed`, but not empty then. */
static zta_status
take_text(reader *r, const zta_json *node, const char *name, bool needed,
    zta_str *out)
{
	const zta_json *text = zta_json__get(node, name);

	if (text == NULL) {
		return needed ? FAIL(r, node, "`%s` is missing", name) : ZTA_OK;
	}
	if (text->type != ZTA_JSON_STRING || (needed && text->count == 0)) {
		return FAIL(r, text, "`%s` must be a string%s", name,
		    needed ? " that is not empty" : "");
	}
	*out = zta_json__str(text);
	return ZTA_OK;
}

/* A whole number from `min` to `max`; one that is absent leaves `*out`. */
static zta_status
take_number(reader *r, const zta_json *node, const char *name, int64_t min,
    int64_t max, int64_t *out)
{
	const zta_json *number = zta_json__get(node, name);

	if (number == NULL) {
		return ZTA_OK;
	}
	if (number->type != ZTA_JSON_INTEGER || number->u.integer < min ||
	    number->u.integer > max) {
		return FAIL(r, number, "`%s` is %lld to %lld", name,
		    (long long)min, (long long)max);
	}
	*out = number->u.integer;
	return ZTA_OK;
}

static zta_status
take_count(reader *r, const zta_json *node, const char *name, uint32_t *out)
{
	int64_t number = 1;
	zta_status status =
	    take_number(r, node, name, 1, ZTA_TXN_RINGS_MAX, &number);

	*out = (uint32_t)number;
	return status;
}

/* --- a request to the policies */

/* The chain as a token would have it: its length, and who is last. */
static zta_status
read_flow(reader *r, const zta_json *node)
{
	static const char *const names[] = { "workload", "level", "ring",
		"scopes", NULL };
	zta_txn *txn = zta_arena__zalloc(r->arena, 1, sizeof(*txn));
	zta_str workload = { "", 0 };
	zta_ring *rings;
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (txn == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "workload", true, &workload);
	}
	if (status == ZTA_OK) {
		status = take_number(
		    r, node, "level", 0, INT64_MAX, &r->out->flow.level);
	}
	if (status == ZTA_OK) {
		status = take_count(r, node, "ring", &txn->ring_count);
	}
	if (status == ZTA_OK) {
		status = zta_json__words(r->doc, zta_json__get(node, "scopes"),
		    r->arena, &txn->scopes, &txn->scope_count, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	rings = zta_arena__zalloc(r->arena, txn->ring_count, sizeof(*rings));
	if (rings == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	rings[txn->ring_count - 1].workload = workload;
	txn->rings = rings;
	r->out->flow.txn = txn;
	return ZTA_OK;
}

static zta_status
read_request(reader *r, const zta_json *node, const zta_json *flow)
{
	static const char *const names[] = { "subject", "action", "resource",
		"context", NULL };
	zta_json_doc doc = { .text = r->doc->text,
		.root = r->doc->root + (node - r->doc->root) };
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = zta_authzen__of(&doc, &r->out->request, r->err);
	}
	return status != ZTA_OK || flow == NULL ? status : read_flow(r, flow);
}

/* --- may a workload act for a subject? */

static zta_status
read_proof(reader *r, const zta_json *node)
{
	zta_str name = { "", 0 };
	zta_proof proof;
	zta_status status = take_text(r, node, "proof", true, &name);

	for (proof = ZTA_PROOF_BEARER;
	     status == ZTA_OK && proof <= ZTA_PROOF_WPT; proof++) {
		if (zta_str__is(name, zta_proof__name(proof))) {
			r->out->ring.proof = proof;
			return ZTA_OK;
		}
	}
	return status != ZTA_OK ?
	    status :
	    FAIL(r, zta_json__get(node, "proof"),
		"a proof is \"bearer\", \"mtls\", \"dpop\" or \"wpt\"");
}

static zta_status
read_subject(reader *r, const zta_json *node)
{
	static const char *const names[] = { "type", "id", "kind", "source",
		"trust_domain", NULL };
	zta_subject *s = &r->out->subject;
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	*s = (zta_subject){ .kind = ZTA_STR("human"),
		.source = ZTA_STR(""),
		.trust_domain = ZTA_STR("") };
	if (status == ZTA_OK) {
		status = take_text(r, node, "type", true, &s->type);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "id", true, &s->id);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "kind", false, &s->kind);
	}
	if (status == ZTA_OK && !zta_str__is(s->kind, "human") &&
	    !zta_str__is(s->kind, "workload")) {
		return FAIL(r, zta_json__get(node, "kind"),
		    "`kind` is \"human\" or \"workload\"");
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "source", false, &s->source);
	}
	return status != ZTA_OK ?
	    status :
	    take_text(r, node, "trust_domain", false, &s->trust_domain);
}

static zta_status
read_operation(reader *r, const zta_json *node)
{
	static const char *const names[] = { "action", "resource_type",
		"resource_id", NULL };
	zta_operation *op = &r->out->operation;
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = take_text(r, node, "action", true, &op->action);
	}
	if (status == ZTA_OK) {
		status = take_text(
		    r, node, "resource_type", true, &op->resource_type);
	}
	r->out->has_operation = true;
	return status != ZTA_OK ?
	    status :
	    take_text(r, node, "resource_id", true, &op->resource_id);
}

static zta_status
read_now(reader *r, const zta_json *node)
{
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_STRING ||
	    !zta_ext_datetime__read(zta_json__str(node), &r->out->now)) {
		return FAIL(r, node,
		    "`now` is a datetime, such as \"2026-01-31T12:00:00Z\"");
	}
	r->out->has_now = true;
	return ZTA_OK;
}

static zta_status
read_place_in_chain(reader *r, const zta_json *node)
{
	zta_decision_test *t = r->out;
	zta_status status = take_count(r, node, "ring", &t->number);

	if (status == ZTA_OK) {
		status = take_count(r, node, "depth", &t->depth);
	}
	if (zta_json__get(node, "depth") == NULL) {
		t->depth = t->number;
	}
	return status == ZTA_OK && t->depth < t->number ?
	    FAIL(r, zta_json__get(node, "depth"),
		"the chain is shorter than the number of the ring") :
	    status;
}

static zta_status
read_consent(reader *r, const zta_json *node)
{
	static const char *const names[] = { "kind", "age_s", NULL };
	zta_decision_test *t = r->out;
	zta_str kind = { "", 0 };
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = take_text(r, node, "kind", true, &kind);
	}
	if (status == ZTA_OK) {
		status = take_number(
		    r, node, "age_s", 0, AGE_MAX_S, &t->consent_age_s);
	}
	if (status != ZTA_OK) {
		return status;
	}
	t->consent = zta_str__is(kind, "signature") ? ZTA_CONSENT_SIGNATURE :
	    zta_str__is(kind, "oidc-nonce")         ? ZTA_CONSENT_OIDC_NONCE :
						      ZTA_CONSENT_NONE;
	return t->consent != ZTA_CONSENT_NONE ?
	    ZTA_OK :
	    FAIL(r, zta_json__get(node, "kind"),
		"`kind` of consent is `signature` or `oidc-nonce`");
}

static zta_status
read_elevation(reader *r, const zta_json *node)
{
	static const char *const names[] = { "workload", "proof", "proof_age_s",
		"source", "trust_domain", "subject", "operation", "ring",
		"depth", "now", "consent", NULL };
	zta_ring *ring = &r->out->ring;
	const zta_json *subject = zta_json__get(node, "subject");
	const zta_json *operation = zta_json__get(node, "operation");
	const zta_json *consent = zta_json__get(node, "consent");
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	*ring =
	    (zta_ring){ .source = ZTA_STR(""), .trust_domain = ZTA_STR("") };
	if (status == ZTA_OK) {
		status = take_text(r, node, "workload", true, &ring->workload);
	}
	if (status == ZTA_OK) {
		status = read_proof(r, node);
	}
	if (status == ZTA_OK) {
		status = take_number(
		    r, node, "proof_age_s", 0, AGE_MAX_S, &r->out->age_s);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "source", false, &ring->source);
	}
	if (status == ZTA_OK) {
		status = take_text(
		    r, node, "trust_domain", false, &ring->trust_domain);
	}
	if (status == ZTA_OK) {
		status = subject == NULL ?
		    FAIL(r, node, "`subject` is missing") :
		    read_subject(r, subject);
	}
	if (status == ZTA_OK && operation != NULL) {
		status = read_operation(r, operation);
	}
	if (status == ZTA_OK) {
		status = read_place_in_chain(r, node);
	}
	if (status == ZTA_OK && consent != NULL) {
		status = read_consent(r, consent);
	}
	return status != ZTA_OK ? status :
				  read_now(r, zta_json__get(node, "now"));
}

/* --- what is expected */

/* Which leg can say what. SPEC: ztauth 5 */
static const struct {
	const char *code;
	bool permits;
	bool of_policies, of_elevation;
} codes[] = {
	{ "permitted", true, true, true },
	{ "denied_by_policy", false, true, false },
	{ "no_policy_permits", false, true, false },
	{ "unauthorized_actor", false, false, true },
	{ "actor_quarantined", false, false, true },
	{ "actor_below_level", false, false, true },
	{ "consent_required", false, false, true },
};

static zta_status
read_code(reader *r, const zta_json *node)
{
	size_t i;

	if (node == NULL) {
		return ZTA_OK;
	}
	for (i = 0; node->type == ZTA_JSON_STRING &&
	     i < sizeof(codes) / sizeof(codes[0]);
	     i++) {
		if (!zta_str__is(zta_json__str(node), codes[i].code) ||
		    !(r->out->is_elevation ? codes[i].of_elevation :
					     codes[i].of_policies)) {
			continue;
		}
		r->out->code = codes[i].code;
		return codes[i].permits == r->out->permitted ?
		    ZTA_OK :
		    FAIL(r, node, "this code does not go with the decision");
	}
	return FAIL(r, node, "there is no such code of %s",
	    r->out->is_elevation ? "an elevation" : "a request");
}

static zta_status
read_expectation(reader *r, const zta_json *node)
{
	static const char *const names[] = { "decision", "policies", "code",
		NULL };
	zta_decision_test *t = r->out;
	const zta_json *decision = zta_json__get(node, "decision");
	const zta_json *policies = zta_json__get(node, "policies");
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (decision == NULL || !zta_json__is_bool(decision)) {
		return FAIL(r, decision == NULL ? node : decision,
		    "`decision` must be there, true or false");
	}
	t->permitted = decision->type == ZTA_JSON_TRUE;
	t->has_policies = policies != NULL;
	status = zta_json__strings(
	    r->doc, policies, r->arena, &t->policies, &t->policy_count, r->err);
	return status != ZTA_OK ? status :
				  read_code(r, zta_json__get(node, "code"));
}

/* --- the test */

static zta_status
read_question(reader *r, const zta_json *node)
{
	const zta_json *request = zta_json__get(node, "request");
	const zta_json *elevation = zta_json__get(node, "elevation");
	const zta_json *flow = zta_json__get(node, "flow");

	if ((request == NULL) == (elevation == NULL)) {
		return FAIL(
		    r, node, "a test has either `request` or `elevation`");
	}
	if (request != NULL) {
		return read_request(r, request, flow);
	}
	if (flow != NULL) {
		return FAIL(r, flow, "`flow` goes with `request`");
	}
	r->out->is_elevation = true;
	return read_elevation(r, elevation);
}

zta_status
zta_decision_test__read(zta_arena *arena, const zta_json_doc *doc,
    const zta_json *node, zta_decision_test *out, zta_error *err)
{
	static const char *const names[] = { "name", "request", "flow",
		"elevation", "expect", NULL };
	reader r = { arena, doc, out, err };
	const zta_json *expected;
	zta_status status = zta_json__only(doc, node, names, err);

	*out = (zta_decision_test){ 0 };
	if (status == ZTA_OK) {
		status = take_text(&r, node, "name", true, &out->name);
	}
	if (status == ZTA_OK) {
		status = read_question(&r, node);
	}
	if (status != ZTA_OK) {
		return status;
	}
	expected = zta_json__get(node, "expect");
	return expected == NULL ? FAIL(&r, node, "`expect` is missing") :
				  read_expectation(&r, expected);
}
