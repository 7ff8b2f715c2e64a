/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x509_path.c - does a chain lead to a root? See x509.h. SPEC: rfc5280 6
 *
 * OpenSSL builds the path, in its strict mode. Before it does, every
 * certificate that was shown has been parsed, and has a key and a signature
 * that are worth verifying. Roots are those given, self-signed or not; those of
 * the system are never looked at.
 */
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "crypto/key_object.h"
#include "crypto/x509_object.h"

struct zta_x509_roots {
	X509_STORE *store;
	uint32_t count;
	atomic_uint holders;
};

/* --- roots */

zta_status
zta_x509_roots__open(zta_x509_roots **out, zta_error *err)
{
	zta_x509_roots *roots = calloc(1, sizeof(*roots));

	*out = NULL;
	if (roots == NULL) {
		return zta_error__nomem(err);
	}
	roots->store = X509_STORE_new();
	if (roots->store == NULL) {
		free(roots);
		ERR_clear_error();
		return zta_error__nomem(err);
	}
	atomic_init(&roots->holders, 1);
	*out = roots;
	return ZTA_OK;
}

void
zta_x509_roots__hold(zta_x509_roots *roots)
{
	atomic_fetch_add(&roots->holders, 1);
}

void
zta_x509_roots__drop(zta_x509_roots *roots)
{
	if (roots != NULL && atomic_fetch_sub(&roots->holders, 1) == 1) {
		X509_STORE_free(roots->store);
		free(roots);
	}
}

uint32_t
zta_x509_roots__count(const zta_x509_roots *roots)
{
	return roots->count;
}

zta_status
zta_x509_roots__add(zta_x509_roots *roots, zta_str der, zta_error *err)
{
	zta_x509_flaw flaw;
	X509 *x;
	zta_status status = zta_x509__parse(&x, der, &flaw, err);

	if (status != ZTA_OK) {
		return zta_error__is_input(status) || status == ZTA_EUNTRUSTED ?
		    zta_error__set(err, ZTA_ESYNTAX,
			"no certificate in DER, or its key is not one of ours") :
		    status;
	}
	if (X509_check_ca(x) != 1) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the certificate is not that of an authority");
	} else if (roots->count == ZTA_X509_ROOTS_MAX) {
		status = zta_error__set(
		    err, ZTA_ELIMIT, "over %d roots", ZTA_X509_ROOTS_MAX);
	} else if (X509_STORE_add_cert(roots->store, x) != 1) {
		status = zta_key__openssl(err, "add a root");
	} else {
		roots->count++;
	}
	X509_free(x);
	return status;
}

/* One of a PEM text; `*at_end` when there is none left. */
static zta_status
add_next(zta_x509_roots *roots, BIO *bio, bool *at_end, zta_error *err)
{
	X509 *x = PEM_read_bio_X509(bio, NULL, zta_key__no_passphrase, NULL);
	unsigned char *der = NULL;
	zta_status status;
	int len;

	if (x == NULL) {
		*at_end = ERR_GET_REASON(ERR_peek_last_error()) ==
		    PEM_R_NO_START_LINE;
		ERR_clear_error();
		return *at_end ? ZTA_OK :
				 zta_error__set(err, ZTA_ESYNTAX, "broken PEM");
	}
	len = i2d_X509(x, &der);
	X509_free(x);
	if (len <= 0) {
		return zta_key__openssl(err, "read a certificate");
	}
	status = zta_x509_roots__add(
	    roots, (zta_str){ (const char *)der, (size_t)len }, err);
	OPENSSL_free(der);
	return status;
}

zta_status
zta_x509_roots__add_pem(zta_x509_roots *roots, zta_str pem, zta_error *err)
{
	BIO *bio =
	    pem.len > INT_MAX ? NULL : BIO_new_mem_buf(pem.ptr, (int)pem.len);
	uint32_t before = roots->count;
	zta_status status = ZTA_OK;
	bool at_end = false;

	if (bio == NULL) {
		return zta_key__openssl(err, "read PEM");
	}
	while (status == ZTA_OK && !at_end) {
		status = add_next(roots, bio, &at_end, err);
	}
	BIO_free(bio);
	return status == ZTA_OK && roots->count == before ?
	    zta_error__set(err, ZTA_ESYNTAX, "no PEM of a certificate") :
	    status;
}

/* --- the path */

/* The signature of a root is not needed, and may be of any kind. */
static bool
is_well_signed(X509 *x)
{
	int digest, key;

	if (X509_self_signed(x, 0) == 1) {
		return true;
	}
	if (X509_get_signature_info(x, &digest, &key, NULL, NULL) != 1) {
		return false;
	}
	return digest == NID_sha256 || digest == NID_sha384 ||
	    digest == NID_sha512 || key == NID_ED25519;
}

static zta_status
parse_all(const zta_x509_chain *chain, STACK_OF(X509) * out,
    zta_x509_flaw *flaw, zta_error *err)
{
	X509 *x;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (chain->count == 0) {
		return zta_x509__fail(
		    flaw, ZTA_X509_MALFORMED, err, "there is no certificate");
	}
	if (chain->count > ZTA_X509_CHAIN_MAX) {
		return zta_x509__fail(flaw, ZTA_X509_TOO_LARGE, err,
		    "over %d certificates", ZTA_X509_CHAIN_MAX);
	}
	for (i = 0; status == ZTA_OK && i < chain->count; i++) {
		status = zta_x509__parse(&x, chain->certificates[i], flaw, err);
		if (status == ZTA_OK && sk_X509_push(out, x) == 0) {
			X509_free(x);
			return zta_error__nomem(err);
		}
		if (status == ZTA_OK && !is_well_signed(x)) {
			return zta_x509__fail(flaw, ZTA_X509_WEAK_SIGNATURE,
			    err, "signed with a digest below SHA-256");
		}
	}
	return status;
}

static const struct {
	int error;
	zta_x509_flaw flaw;
} flaws[] = {
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, ZTA_X509_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ZTA_X509_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, ZTA_X509_UNTRUSTED },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, ZTA_X509_UNTRUSTED },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, ZTA_X509_UNTRUSTED },
	{ X509_V_ERR_CERT_UNTRUSTED, ZTA_X509_UNTRUSTED },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, ZTA_X509_BAD_SIGNATURE },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, ZTA_X509_BAD_SIGNATURE },
	{ X509_V_ERR_CERT_HAS_EXPIRED, ZTA_X509_EXPIRED },
	{ X509_V_ERR_CERT_NOT_YET_VALID, ZTA_X509_NOT_YET_VALID },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, ZTA_X509_PATH_LENGTH },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG, ZTA_X509_PATH_LENGTH },
	{ X509_V_ERR_PERMITTED_VIOLATION, ZTA_X509_NAME_CONSTRAINT },
	{ X509_V_ERR_EXCLUDED_VIOLATION, ZTA_X509_NAME_CONSTRAINT },
	{ X509_V_ERR_SUBTREE_MINMAX, ZTA_X509_NAME_CONSTRAINT },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, ZTA_X509_NAME_CONSTRAINT },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, ZTA_X509_NAME_CONSTRAINT },
	{ X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, ZTA_X509_NAME_CONSTRAINT },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,
	    ZTA_X509_CRITICAL_EXTENSION },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, ZTA_X509_WEAK_KEY },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, ZTA_X509_WEAK_KEY },
	{ X509_V_ERR_CA_MD_TOO_WEAK, ZTA_X509_WEAK_SIGNATURE },
	{ X509_V_ERR_INVALID_CA, ZTA_X509_BAD_ISSUER },
	{ X509_V_ERR_INVALID_NON_CA, ZTA_X509_BAD_ISSUER },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, ZTA_X509_BAD_ISSUER },
	{ X509_V_ERR_CA_BCONS_NOT_CRITICAL, ZTA_X509_BAD_ISSUER },
	{ X509_V_ERR_CA_CERT_MISSING_KEY_USAGE, ZTA_X509_BAD_ISSUER },
};

/* The use is refused: which of the two extensions is it that says so? */
static zta_x509_flaw
usage_flaw(X509 *leaf, zta_x509_use use)
{
	uint32_t usage = X509_get_extended_key_usage(leaf);

	return (usage &
		   (use == ZTA_X509_CLIENT ? XKU_SSL_CLIENT :
					     XKU_SSL_SERVER)) == 0 ?
	    ZTA_X509_EXTENDED_KEY_USAGE :
	    ZTA_X509_KEY_USAGE;
}

static zta_status
refuse(X509_STORE_CTX *ctx, X509 *leaf, zta_x509_use use, zta_x509_flaw *flaw,
    zta_error *err)
{
	int error = X509_STORE_CTX_get_error(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	zta_x509_flaw found =
	    depth > 0 ? ZTA_X509_BAD_ISSUER : ZTA_X509_MALFORMED;
	size_t i;

	if (error == X509_V_ERR_OUT_OF_MEM) {
		ERR_clear_error();
		return zta_error__nomem(err);
	}
	if (error == X509_V_ERR_INVALID_PURPOSE && depth == 0) {
		found = usage_flaw(leaf, use);
	}
	for (i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		if (flaws[i].error == error) {
			found = flaws[i].flaw;
		}
	}
	return zta_x509__fail(flaw, found, err, "certificate %d: %s", depth,
	    X509_verify_cert_error_string(error));
}

static zta_status
build_path(const zta_x509_roots *roots, STACK_OF(X509) * shown,
    zta_x509_use use, int64_t now, zta_x509_flaw *flaw, zta_error *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *leaf = sk_X509_value(shown, 0);
	X509_VERIFY_PARAM *param;
	zta_status status;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, roots->store, leaf, shown) != 1 ||
	    X509_STORE_CTX_set_purpose(ctx,
		use == ZTA_X509_CLIENT ? X509_PURPOSE_SSL_CLIENT :
					 X509_PURPOSE_SSL_SERVER) != 1) {
		X509_STORE_CTX_free(ctx);
		ERR_clear_error();
		return zta_error__nomem(err);
	}
	param = X509_STORE_CTX_get0_param(ctx);
	(void)X509_VERIFY_PARAM_set_flags(
	    param, X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_time(param, (time_t)(now / 1000));
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set_depth(param, ZTA_X509_CHAIN_MAX);
	status = X509_verify_cert(ctx) == 1 ? ZTA_OK :
					      refuse(ctx, leaf, use, flaw, err);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return status;
}

zta_status
zta_x509__verify(const zta_x509_roots *roots, const zta_x509_chain *chain,
    zta_x509_use use, int64_t now, zta_x509_flaw *flaw, zta_error *err)
{
	STACK_OF(X509) *shown = sk_X509_new_null();
	zta_status status;

	*flaw = ZTA_X509_NO_FLAW;
	if (shown == NULL) {
		return zta_error__nomem(err);
	}
	status = parse_all(chain, shown, flaw, err);
	if (status == ZTA_OK) {
		status = build_path(roots, shown, use, now, flaw, err);
	}
	sk_X509_pop_free(shown, X509_free);
	ERR_clear_error();
	return status;
}
