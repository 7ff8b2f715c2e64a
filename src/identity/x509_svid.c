/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x509_svid.c - see x509_svid.h.
 *
 * What the certificate is for is checked first, whether it is genuine last:
 * that costs most. No step is left out for a certificate that is accepted.
 */
#include "identity/x509_svid.h"

#include <strings.h>

#include "base/str.h"
#include "identity/spiffe_id.h"

#define REFUSE(refusal, code, ...) \
	zta_refusal__set(refusal, ZTA_REFUSAL_##code, err, __VA_ARGS__)

static zta_refusal
refusal_of(zta_x509_flaw flaw)
{
	static const zta_refusal refusals[] = {
		[ZTA_X509_NO_FLAW] = ZTA_REFUSAL_MALFORMED,
		[ZTA_X509_MALFORMED] = ZTA_REFUSAL_MALFORMED,
		[ZTA_X509_TOO_LARGE] = ZTA_REFUSAL_TOO_LARGE,
		[ZTA_X509_DUPLICATE_EXTENSION] =
		    ZTA_REFUSAL_DUPLICATE_EXTENSION,
		[ZTA_X509_CRITICAL_EXTENSION] = ZTA_REFUSAL_CRITICAL_EXTENSION,
		[ZTA_X509_WEAK_KEY] = ZTA_REFUSAL_WEAK_KEY,
		[ZTA_X509_WEAK_SIGNATURE] = ZTA_REFUSAL_WEAK_SIGNATURE,
		[ZTA_X509_UNTRUSTED] = ZTA_REFUSAL_UNTRUSTED_CHAIN,
		[ZTA_X509_BAD_SIGNATURE] = ZTA_REFUSAL_BAD_SIGNATURE,
		[ZTA_X509_BAD_ISSUER] = ZTA_REFUSAL_BAD_ISSUER,
		[ZTA_X509_PATH_LENGTH] = ZTA_REFUSAL_PATH_LENGTH,
		[ZTA_X509_NAME_CONSTRAINT] = ZTA_REFUSAL_NAME_CONSTRAINT,
		[ZTA_X509_EXPIRED] = ZTA_REFUSAL_EXPIRED,
		[ZTA_X509_NOT_YET_VALID] = ZTA_REFUSAL_NOT_YET_VALID,
		[ZTA_X509_KEY_USAGE] = ZTA_REFUSAL_KEY_USAGE,
		[ZTA_X509_EXTENDED_KEY_USAGE] = ZTA_REFUSAL_EXTENDED_KEY_USAGE,
	};

	return refusals[flaw];
}

static zta_status
read_facts(zta_arena *arena, zta_str certificate, zta_x509_facts *facts,
    zta_refusal *refusal, zta_error *err)
{
	zta_x509_flaw flaw = ZTA_X509_NO_FLAW;
	zta_status status =
	    zta_x509__read(arena, certificate, facts, &flaw, err);

	if (status == ZTA_EUNTRUSTED) {
		*refusal = refusal_of(flaw);
	}
	return status;
}

/* SPEC: x509-svid 2: one URI, and that is a SPIFFE ID with a path. */
static zta_status
check_id(const zta_x509_facts *facts, zta_str *trust_domain,
    zta_refusal *refusal, zta_error *err)
{
	if (facts->uri_count == 0) {
		return REFUSE(refusal, NO_URI, "the certificate names no URI");
	}
	if (facts->uri_count > 1) {
		return REFUSE(refusal, SEVERAL_URIS,
		    "the certificate names %u URIs", facts->uri_count);
	}
	return zta_spiffe_id__read(facts->uri, trust_domain) ?
	    ZTA_OK :
	    REFUSE(
		refusal, BAD_SUBJECT, "the URI is no SPIFFE ID of a workload");
}

/* SPEC: x509-svid 4.1, 4.3, 5.2 */
static zta_status
check_leaf(const zta_x509_facts *facts, zta_refusal *refusal, zta_error *err)
{
	if (facts->is_ca) {
		return REFUSE(refusal, LEAF_IS_CA,
		    "the certificate is that of an authority");
	}
	if (!facts->has_key_usage || !facts->signs) {
		return REFUSE(
		    refusal, KEY_USAGE, "the key usage lacks digitalSignature");
	}
	if (facts->certifies || facts->revokes) {
		return REFUSE(refusal, KEY_USAGE,
		    "the key usage has keyCertSign or cRLSign");
	}
	return ZTA_OK;
}

/* The first certificate, which must be there, and whom it names. */
static zta_status
read_leaf(zta_arena *arena, const zta_x509_chain *chain, zta_x509_facts *facts,
    zta_str *trust_domain, zta_refusal *refusal, zta_error *err)
{
	zta_status status;

	*facts = (zta_x509_facts){ 0 };
	*trust_domain = (zta_str){ NULL, 0 };
	if (chain->count == 0) {
		return REFUSE(refusal, NOT_SHOWN,
		    "the connection has no certificate of its peer");
	}
	status = read_facts(arena, chain->certificates[0], facts, refusal, err);
	return status != ZTA_OK ? status :
				  check_id(facts, trust_domain, refusal, err);
}

zta_status
zta_x509_svid__look(zta_arena *arena, const zta_x509_chain *chain,
    zta_str *trust_domain, zta_refusal *refusal, zta_error *err)
{
	zta_x509_facts facts;

	return read_leaf(arena, chain, &facts, trust_domain, refusal, err);
}

/* SPEC: x509-svid 3.2 */
zta_status
zta_x509_svid__check_issuer(
    zta_arena *arena, zta_str certificate, zta_refusal *refusal, zta_error *err)
{
	zta_str scheme = ZTA_STR("spiffe://"), domain;
	zta_x509_facts facts;
	zta_status status =
	    read_facts(arena, certificate, &facts, refusal, err);

	if (status != ZTA_OK || facts.uri.len < scheme.len ||
	    strncasecmp(facts.uri.ptr, scheme.ptr, scheme.len) != 0) {
		return status;
	}
	domain =
	    (zta_str){ facts.uri.ptr + scheme.len, facts.uri.len - scheme.len };
	return facts.uri_count == 1 && zta_trust_domain__is_valid(domain) ?
	    ZTA_OK :
	    REFUSE(refusal, BAD_ISSUER,
		"an issuer's SPIFFE ID is a trust domain without a path");
}

static void
fill(const zta_x509_facts *facts, zta_str trust_domain, zta_str certificate,
    zta_principal *out)
{
	out->id = facts->uri;
	out->trust_domain = trust_domain;
	out->issued_at = facts->not_before;
	out->expires_at = facts->not_after;
	out->proof = ZTA_PROOF_MTLS;
	zta_digest__sha256(certificate, out->digest);
}

zta_status
zta_x509_svid__verify(const zta_x509_roots *roots, zta_arena *arena,
    const zta_x509_chain *chain, zta_x509_use use, int64_t now,
    zta_principal *out, zta_refusal *refusal, zta_error *err)
{
	zta_x509_flaw flaw = ZTA_X509_NO_FLAW;
	zta_x509_facts facts;
	zta_str domain;
	zta_status status =
	    read_leaf(arena, chain, &facts, &domain, refusal, err);
	uint32_t i;

	if (status == ZTA_OK) {
		status = check_leaf(&facts, refusal, err);
	}
	if (status == ZTA_OK) {
		status = zta_x509__verify(roots, chain, use, now, &flaw, err);
		*refusal = status == ZTA_EUNTRUSTED ? refusal_of(flaw) :
						      ZTA_REFUSAL_NONE;
	}
	for (i = 1; status == ZTA_OK && i < chain->count; i++) {
		status = zta_x509_svid__check_issuer(
		    arena, chain->certificates[i], refusal, err);
	}
	if (status == ZTA_OK) {
		fill(&facts, domain, chain->certificates[0], out);
	}
	return status;
}
