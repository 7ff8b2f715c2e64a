/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal.h - why a credential was not accepted, each reason with its own code.
 * Operators see the code; clients see no more than that it was refused.
 */
#ifndef ZTA_IDENTITY_REFUSAL_H
#define ZTA_IDENTITY_REFUSAL_H

#include "ztauth/base.h"

typedef enum zta_refusal {
	ZTA_REFUSAL_NONE,
	ZTA_REFUSAL_MALFORMED,       /* no compact JWS of JSON objects */
	ZTA_REFUSAL_TOO_LARGE,       /* token or header over its limit */
	ZTA_REFUSAL_DUPLICATE,       /* a member stands twice: rfc7519 4 */
	ZTA_REFUSAL_UNSUPPORTED_ALG, /* none, HS256 ...: rfc8725 3.1, 3.2 */
	ZTA_REFUSAL_ALG_NOT_ALLOWED, /* not one of the source: rfc8725 3.1 */
	ZTA_REFUSAL_KEY_INJECTION,   /* jwk, jku, x5u, x5c: rfc8725 3.10 */
	ZTA_REFUSAL_CRITICAL,        /* crit, b64, zip: rfc7515 4.1.11 */
	ZTA_REFUSAL_UNKNOWN_KEY,     /* no key of the source fits */
	ZTA_REFUSAL_NO_KEYS,         /* none were fetched, or too long ago */
	ZTA_REFUSAL_NO_ANSWER,       /* nobody to tell of the token: rfc7662 */
	ZTA_REFUSAL_INACTIVE,        /* rfc7662 2.2 */
	ZTA_REFUSAL_BAD_SIGNATURE,
	ZTA_REFUSAL_BAD_TYPE,       /* typ: rfc8725 3.11 */
	ZTA_REFUSAL_UNKNOWN_ISSUER, /* no source claims it: ztauth 3 */
	ZTA_REFUSAL_BAD_AUDIENCE,   /* rfc8725 3.9 */
	ZTA_REFUSAL_MISSING_CLAIM,
	ZTA_REFUSAL_BAD_CLAIM, /* a claim of the wrong form */
	ZTA_REFUSAL_EXPIRED,
	ZTA_REFUSAL_NOT_YET_VALID,
	ZTA_REFUSAL_ISSUED_IN_FUTURE,
	ZTA_REFUSAL_TOO_OLD,
	ZTA_REFUSAL_BAD_CLIENT,  /* azp, client_id */
	ZTA_REFUSAL_WEAK_AUTH,   /* acr, amr */
	ZTA_REFUSAL_STALE_AUTH,  /* auth_time */
	ZTA_REFUSAL_BAD_SUBJECT, /* empty, or not of the source's domain */
	/* X509-SVIDs: */
	ZTA_REFUSAL_DUPLICATE_EXTENSION, /* rfc5280 4.2 */
	ZTA_REFUSAL_CRITICAL_EXTENSION,  /* one that is not known */
	ZTA_REFUSAL_WEAK_KEY,
	ZTA_REFUSAL_WEAK_SIGNATURE,  /* a digest below SHA-256 */
	ZTA_REFUSAL_UNTRUSTED_CHAIN, /* no way to the bundle */
	ZTA_REFUSAL_BAD_ISSUER,      /* of a certificate, or of an assertion */
	ZTA_REFUSAL_PATH_LENGTH,     /* more signers than one of them allows */
	ZTA_REFUSAL_NAME_CONSTRAINT, /* outside of what a signer may name */
	ZTA_REFUSAL_KEY_USAGE,       /* x509-svid 4.3 */
	ZTA_REFUSAL_EXTENDED_KEY_USAGE, /* x509-svid 4.4 */
	ZTA_REFUSAL_LEAF_IS_CA,         /* x509-svid 5.2 */
	ZTA_REFUSAL_NO_URI,             /* x509-svid 2 */
	ZTA_REFUSAL_SEVERAL_URIS,       /* x509-svid 2 */
	ZTA_REFUSAL_NOT_SHOWN,          /* the connection has no certificate */
	/* SAML assertions: */
	ZTA_REFUSAL_FORBIDDEN_XML, /* document type, comment, CDATA ... */
	ZTA_REFUSAL_DUPLICATE_ID,  /* or an ID that is none */
	ZTA_REFUSAL_NOT_ONE_ASSERTION,
	ZTA_REFUSAL_ENCRYPTED,
	ZTA_REFUSAL_NOT_SIGNED,     /* the assertion itself is not */
	ZTA_REFUSAL_SIGNATURE_FORM, /* of another form than ours */
	ZTA_REFUSAL_BAD_REFERENCE,  /* not to the assertion alone */
	ZTA_REFUSAL_BAD_TRANSFORM,
	ZTA_REFUSAL_BAD_VERSION,
	ZTA_REFUSAL_UNKNOWN_CONDITION,
	ZTA_REFUSAL_BAD_CONFIRMATION, /* of the subject */
	ZTA_REFUSAL_BAD_RECIPIENT,
	ZTA_REFUSAL_BAD_IN_RESPONSE_TO,
	ZTA_REFUSAL_SESSION_ENDED,
	ZTA_REFUSAL_REPLAYED,
	/* Proofs of possession: rfc9449 4.3, rfc8705 3, wimse-wpt 2 */
	ZTA_REFUSAL_PROOF_MISSING,   /* bound, or demanded, and none came */
	ZTA_REFUSAL_PROOF_REPEATED,  /* more than one header */
	ZTA_REFUSAL_PROOF_MALFORMED, /* no JWS, or a claim of another form */
	ZTA_REFUSAL_PROOF_BAD_TYPE,  /* `typ` */
	ZTA_REFUSAL_PROOF_BAD_KEY,   /* none, private, or not for `alg` */
	ZTA_REFUSAL_PROOF_WRONG_KEY, /* not the one of `cnf` */
	ZTA_REFUSAL_PROOF_BAD_SIGNATURE,
	ZTA_REFUSAL_PROOF_WRONG_METHOD, /* `htm` */
	ZTA_REFUSAL_PROOF_WRONG_TARGET, /* `htu`, or `aud` of a WPT */
	ZTA_REFUSAL_PROOF_WRONG_TOKEN,  /* `ath`, `wth`, `tth`, `oth` */
	ZTA_REFUSAL_PROOF_EXPIRED,
	ZTA_REFUSAL_PROOF_IN_FUTURE, /* made, or good, too far ahead */
	ZTA_REFUSAL_PROOF_REPLAYED,  /* `jti` */
	ZTA_REFUSAL_PROOF_CROWDED,   /* too many at a time to tell */
	ZTA_REFUSAL_PROOF_NONCE,     /* none of ours, or an old one */
	ZTA_REFUSAL_UNKNOWN_BINDING, /* a `cnf` that is not understood */
	ZTA_REFUSAL_UNBOUND, /* no `cnf`, where the source demands one */
	ZTA_REFUSAL_PROOF_NOT_ALLOWED, /* not one that the source takes */
	/* API keys: docs/formats/api-keys.md */
	ZTA_REFUSAL_API_KEY_MALFORMED, /* not of the form of one */
	ZTA_REFUSAL_API_KEY_MISTYPED,  /* its checksum is wrong */
	ZTA_REFUSAL_API_KEY_UNKNOWN,   /* no key has this id */
	ZTA_REFUSAL_API_KEY_WRONG,     /* another secret */
	ZTA_REFUSAL_API_KEY_REVOKED,
	/* draft-ietf-oauth-status-list */
	ZTA_REFUSAL_STATUS_INVALID, /* its issuer took it back */
	ZTA_REFUSAL_STATUS_SUSPENDED,
	ZTA_REFUSAL_STATUS_UNKNOWN, /* no list, or none that is understood */
	ZTA_REFUSAL_REVOKED,        /* docs/formats/revocations.md */
	ZTA_REFUSAL_COUNT
} zta_refusal;

/* "bad_signature" and so on. Static. */
const char *zta_refusal__code(zta_refusal refusal);

/* Set `*out`, fill `err` with the words, and return ZTA_EUNTRUSTED. */
__attribute__((format(printf, 4, 5))) zta_status zta_refusal__set(
    zta_refusal *out, zta_refusal refusal, zta_error *err, const char *format,
    ...);

#endif
