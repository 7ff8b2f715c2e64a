/* SPDX-License-Identifier: Apache-2.0 */
/* binding.c - see binding.h. A way to be bound is a line of the table. */
#include "identity/binding.h"

#include "base/str.h"
#include "identity/live.h"
#include "identity/wpt.h"

/* How the presenter is to be judged. */
static zta_proof_judge
judge_of(zta_verifying *v, zta_str text, uint32_t count)
{
	const zta_circumstances *around = v->presented->around;

	return (zta_proof_judge){ .arena = v->with->arena,
		.text = text,
		.count = count,
		.method = around->method,
		.uri = around->uri,
		.call = around->call,
		.now = v->with->now,
		.leeway_ms = v->source->leeway_ms,
		.used = v->with->live->used,
		.refusal = &v->why_not->refusal,
		.err = v->err };
}

/* SPEC: rfc9449 6.1 */
static zta_status
show_dpop(zta_verifying *v, const zta_json *jkt)
{
	const zta_circumstances *around = v->presented->around;
	zta_proof_judge j = judge_of(v, around->dpop, around->dpop_count);

	return zta_dpop__judge(&j, v->presented->credential, zta_json__str(jkt),
	    v->source->dpop_nonce ? &v->with->live->nonces : NULL);
}

/* SPEC: rfc8705 3.1 */
static zta_status
show_certificate(zta_verifying *v, const zta_json *x5t)
{
	const zta_circumstances *around = v->presented->around;
	char digits[ZTA_PROOF_DIGITS];

	if (around->chain_count == 0) {
		return ZTA_REFUSE(v, PROOF_MISSING,
		    "the credential is bound to a certificate, and the "
		    "connection has none");
	}
	zta_proof__digits(around->chain[0], digits);
	return zta_str__eq(
		   zta_json__str(x5t), (zta_str){ digits, sizeof(digits) }) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, PROOF_WRONG_KEY,
		"the credential is bound to another certificate than that of "
		"the connection");
}

/* SPEC: wimse-workload-creds 3.1 */
static zta_status
show_wpt(zta_verifying *v, const zta_json *jwk)
{
	const zta_circumstances *around = v->presented->around;
	const zta_wpt_for what = { .token = v->presented->credential,
		.doc = &v->claims.doc,
		.jwk = jwk,
		.audiences = v->source->audiences,
		.audience_count = v->source->audience_count,
		.around = around };
	zta_proof_judge j =
	    judge_of(v, around->workload_proof, around->workload_proof_count);

	return zta_wpt__judge(&j, &what);
}

static const struct {
	const char *member; /* of `cnf` */
	zta_proof proof;
	zta_json_type type;
	zta_status (*show)(zta_verifying *v, const zta_json *value);
} bindings[] = {
	{ "jkt", ZTA_PROOF_DPOP, ZTA_JSON_STRING, show_dpop },
	{ "x5t#S256", ZTA_PROOF_MTLS, ZTA_JSON_STRING, show_certificate },
	{ "jwk", ZTA_PROOF_WPT, ZTA_JSON_OBJECT, show_wpt },
};

#define BINDINGS (sizeof(bindings) / sizeof(bindings[0]))

static zta_status
show(zta_verifying *v, const zta_json *name, const zta_json *value)
{
	zta_status status;
	size_t i;

	for (i = 0; i < BINDINGS; i++) {
		if (!zta_str__is(zta_json__str(name), bindings[i].member)) {
			continue;
		}
		if (value->type != bindings[i].type) {
			return ZTA_REFUSE(v, BAD_CLAIM,
			    "`%s` of `cnf` is malformed", bindings[i].member);
		}
		status = bindings[i].show(v, value);
		v->out->proof = bindings[i].proof;
		return status;
	}
	return ZTA_REFUSE(v, UNKNOWN_BINDING,
	    "the credential is bound in a way that is not understood here");
}

/* Whoever bound it meant all that stands there. */
static zta_status
show_all(zta_verifying *v, const zta_json *cnf)
{
	const zta_json *name;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (cnf->type != ZTA_JSON_OBJECT) {
		return ZTA_REFUSE(v, BAD_CLAIM, "`cnf` is no object");
	}
	if (cnf->count == 0) {
		return ZTA_REFUSE(v, UNKNOWN_BINDING, "`cnf` says nothing");
	}
	if (v->with->live == NULL) {
		return ZTA_REFUSE(v, PROOF_MISSING,
		    "the credential is bound to a key, and no proof can be "
		    "shown here");
	}
	name = zta_json__first(cnf);
	for (i = 0; status == ZTA_OK && i < cnf->count; i++) {
		status = show(v, name, zta_json__after(name));
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

zta_status
zta_binding__check(zta_verifying *v)
{
	const zta_json *cnf = v->claims.of[ZTA_CLAIM_CNF];
	zta_status status = cnf == NULL ? ZTA_OK : show_all(v, cnf);

	if (status != ZTA_OK ||
	    (v->source->proofs & 1u << v->out->proof) != 0) {
		return status;
	}
	return v->out->proof == ZTA_PROOF_BEARER ?
	    ZTA_REFUSE(v, UNBOUND,
		"source `%.*s` demands a proof of possession, and this is "
		"bound to no key",
		ZTA_STR_ARG(v->source->name)) :
	    ZTA_REFUSE(v, PROOF_NOT_ALLOWED,
		"source `%.*s` does not take this kind of proof: %s",
		ZTA_STR_ARG(v->source->name), zta_proof__name(v->out->proof));
}
