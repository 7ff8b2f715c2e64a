/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - see verify.h.
 *
 * 1. Nothing of a credential is believed before its proof holds; who issued it
 *    is only looked at to find the source.
 * 2. The source says which algorithms, keys, types and audiences count.
 * 3. What is bound to a key is taken from its holder alone.
 * 4. A principal that is not verified to the end is all zero.
 */
#include "identity/verify.h"

#include "base/limits.h"
#include "base/str.h"
#include "identity/binding.h"
#include "identity/kind_api_key.h"
#include "identity/revocations.h"
#include "identity/spiffe_id.h"
#include "identity/status_check.h"
#include "identity/x509_svid.h"

/* --- what it looks like */

static zta_status
look_at_jws(zta_verifying *v)
{
	const zta_claims *claims;
	const zta_json *iss, *sub;
	zta_status status = zta_known__parse(zta_live__known(v->with->live),
	    v->with->arena, &zta_claims__reading, v->presented->credential,
	    &v->token, &v->why_not->refusal, v->err);

	if (status == ZTA_OK) {
		status = zta_known__read(&v->token, v->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	v->is_jws = true;
	claims = v->token.meaning;
	iss = claims->of[ZTA_CLAIM_ISS];
	sub = claims->of[ZTA_CLAIM_SUB];
	if (iss != NULL && iss->type != ZTA_JSON_STRING) {
		return ZTA_REFUSE(v, BAD_CLAIM, "`iss` is no string");
	}
	if (iss != NULL) {
		v->issuer = zta_json__str(iss);
	}
	if (sub != NULL && sub->type == ZTA_JSON_STRING) {
		(void)zta_spiffe_id__read(zta_json__str(sub), &v->trust_domain);
	}
	return ZTA_OK;
}

/* A JWS has three parts; what has others is for its issuer to read. */
static bool
is_opaque(zta_str text)
{
	size_t i, points = 0;

	for (i = 0; i < text.len; i++) {
		points += text.ptr[i] == '.' ? 1 : 0;
	}
	return points != 2 && text.len <= ZTA_JWS_MAX;
}

static zta_status
look_at_certificate(zta_verifying *v)
{
	const zta_circumstances *around = v->presented->around;
	const zta_x509_chain chain = { around->chain, around->chain_count };

	return zta_x509_svid__look(v->with->arena, &chain, &v->trust_domain,
	    &v->why_not->refusal, v->err);
}

static zta_status
look_at_saml(zta_verifying *v)
{
	zta_status status = zta_saml__read(v->with->arena,
	    v->presented->credential, &v->saml, &v->why_not->refusal, v->err);

	v->is_saml = status == ZTA_OK;
	v->issuer = v->saml.issuer;
	return status;
}

static zta_status
look(zta_verifying *v)
{
	switch (v->presented->as) {
	case ZTA_AS_ACCESS_TOKEN:
		return is_opaque(v->presented->credential) ? ZTA_OK :
							     look_at_jws(v);
	case ZTA_AS_JWT:
	case ZTA_AS_ID_TOKEN:
		return look_at_jws(v);
	case ZTA_AS_API_KEY:
		return zta_api_key__look(v);
	case ZTA_AS_SVID:
		return look_at_certificate(v);
	case ZTA_AS_SAML2:
		return look_at_saml(v);
	}
	return ZTA_OK;
}

/* --- whose it is */

static const zta_source *
find_of_kind(const zta_verifying *v, const zta_kind *kind)
{
	const zta_sources *sources = v->with->sources;
	uint32_t i;

	for (i = 0; i < sources->count; i++) {
		if (sources->list[i].kind == kind &&
		    kind->claims(&sources->list[i], v)) {
			return &sources->list[i];
		}
	}
	return NULL;
}

static zta_status
find_source(zta_verifying *v)
{
	size_t i;

	for (i = 0; v->source == NULL && zta_kind__all[i] != NULL; i++) {
		v->source = find_of_kind(v, zta_kind__all[i]);
	}
	return v->source != NULL ?
	    ZTA_OK :
	    ZTA_REFUSE(v, UNKNOWN_ISSUER, "no source claims this credential");
}

/*
 * Grants, and who may see them, name workloads by id and others as Cedar writes
 * an entity, which has quotes at its end: no id may be read as one.
 */
static zta_status
check_id(zta_verifying *v)
{
	const zta_principal *p = v->out;

	return v->source->principal == ZTA_PRINCIPAL_WORKLOAD &&
		zta_str__find(p->id, '"') < p->id.len ?
	    ZTA_REFUSE(v, BAD_SUBJECT, "the id of a workload has quotes") :
	    ZTA_OK;
}

static void
complete(zta_verifying *v)
{
	zta_principal *out = v->out;

	out->kind = v->source->principal;
	out->source = v->source->name;
	out->issuer = v->source->issuer;
	out->claims = v->claims.doc;
	/* That of a certificate is there already. */
	if (v->token.digest != NULL) {
		memcpy(out->digest, v->token.digest, ZTA_SHA256_LEN);
	} else if (v->presented->as != ZTA_AS_SVID) {
		zta_digest__sha256(v->presented->credential, out->digest);
	}
}

zta_status
zta_identity__verify(const zta_verifier *with, const zta_presented *presented,
    zta_principal *out, zta_why_not *why_not, zta_error *err)
{
	zta_verifying v = { .with = with,
		.presented = presented,
		.out = out,
		.why_not = why_not,
		.err = err };
	zta_status status;

	*out = (zta_principal){ 0 };
	*why_not = (zta_why_not){ 0 };
	status = look(&v);
	if (status == ZTA_OK) {
		status = find_source(&v);
	}
	if (status == ZTA_OK) {
		status = v.source->kind->verify(&v);
	}
	if (status == ZTA_OK) {
		status = check_id(&v);
	}
	if (status == ZTA_OK) {
		complete(&v);
		status = zta_revocations__check(&v);
	}
	if (status == ZTA_OK) {
		status = zta_status__check(&v);
	}
	if (status == ZTA_OK) {
		status = zta_binding__check(&v);
	}
	if (status != ZTA_OK) {
		*out = (zta_principal){ 0 };
	}
	return status;
}
