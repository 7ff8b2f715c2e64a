/* SPDX-License-Identifier: Apache-2.0 */
/* x509.c - one certificate, see x509.h. */
#include "crypto/x509_object.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "crypto/key.h"
#include "crypto/rsa_key.h"

zta_status
zta_x509__fail(zta_x509_flaw *out, zta_x509_flaw flaw, zta_error *err,
    const char *format, ...)
{
	char message[ZTA_MSG_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	*out = flaw;
	ERR_clear_error();
	return zta_error__set(err, ZTA_EUNTRUSTED, "%s", message);
}

/* --- parsing */

/* SPEC: rfc5280 4.2: no extension stands twice. */
static bool
has_duplicate(const X509 *x)
{
	const ASN1_OBJECT *a, *b;
	int i, j, count = X509_get_ext_count(x);

	for (i = 0; i < count; i++) {
		a = X509_EXTENSION_get_object(X509_get_ext(x, i));
		for (j = 0; j < i; j++) {
			b = X509_EXTENSION_get_object(X509_get_ext(x, j));
			if (OBJ_cmp(a, b) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* Keys that are long enough, and not so long that verifying takes a while. */
static bool
is_good_key(const X509 *x)
{
	static const char *const curves[] = { "prime256v1", "secp384r1",
		"secp521r1" };
	const EVP_PKEY *pkey = X509_get0_pubkey(x);
	char group[32];
	size_t i, len;

	if (pkey == NULL) {
		return false;
	}
	if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS")) {
		return zta_rsa_key__is_good(pkey);
	}
	if (EVP_PKEY_is_a(pkey, "EC") &&
	    EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) == 1) {
		for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
			if (strcmp(group, curves[i]) == 0) {
				return true;
			}
		}
	}
	return EVP_PKEY_is_a(pkey, "ED25519") == 1;
}

/* Is the text the one encoding of what was read? */
static bool
is_der(X509 *x, zta_str der)
{
	unsigned char *again = NULL;
	int len = i2d_X509(x, &again);
	bool same = len > 0 &&
	    zta_str__eq(der, (zta_str){ (const char *)again, (size_t)len });

	OPENSSL_free(again);
	return same;
}

zta_status
zta_x509__parse(X509 **out, zta_str der, zta_x509_flaw *flaw, zta_error *err)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	X509 *x;
	zta_status status = ZTA_OK;

	*out = NULL;
	if (der.len > ZTA_X509_CHAIN_BYTES_MAX) {
		return zta_x509__fail(
		    flaw, ZTA_X509_TOO_LARGE, err, "a certificate over 64 KiB");
	}
	x = d2i_X509(NULL, &at, (long)der.len);
	if (x == NULL || !is_der(x, der)) {
		status = zta_x509__fail(
		    flaw, ZTA_X509_MALFORMED, err, "no certificate in DER");
	} else if (X509_get_ext_count(x) > ZTA_X509_EXTENSIONS_MAX) {
		status = zta_x509__fail(flaw, ZTA_X509_TOO_LARGE, err,
		    "a certificate with over %d extensions",
		    ZTA_X509_EXTENSIONS_MAX);
	} else if (has_duplicate(x)) {
		status = zta_x509__fail(flaw, ZTA_X509_DUPLICATE_EXTENSION, err,
		    "an extension stands twice");
	} else if (!is_good_key(x)) {
		status = zta_x509__fail(flaw, ZTA_X509_WEAK_KEY, err,
		    "the key is neither P-256, P-384, P-521, Ed25519, nor "
		    "sound RSA of %d to %d bits",
		    ZTA_RSA_BITS_MIN, ZTA_RSA_BITS_MAX);
	}
	if (status != ZTA_OK) {
		X509_free(x);
		return status;
	}
	*out = x;
	return ZTA_OK;
}

/* --- what it says */

static bool
read_time(const ASN1_TIME *time, int64_t *ms)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1) {
		return false;
	}
	*ms = zta_time__days_of(tm.tm_year + 1900, (unsigned)tm.tm_mon + 1,
		  (unsigned)tm.tm_mday) *
	    86400;
	*ms = (*ms + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * 1000;
	return true;
}

/* A name that is broken makes all of them broken. */
static zta_status
read_uris(const X509 *x, zta_arena *arena, zta_x509_facts *out,
    zta_x509_flaw *flaw, zta_error *err)
{
	int i, critical = 0;
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(x, NID_subject_alt_name, &critical, NULL);
	const GENERAL_NAME *name;
	const ASN1_IA5STRING *uri;
	zta_status status = ZTA_OK;

	if (names == NULL && critical != -1) {
		return zta_x509__fail(flaw, ZTA_X509_MALFORMED, err,
		    "its alternative names cannot be read");
	}
	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_URI) {
			continue;
		}
		uri = name->d.uniformResourceIdentifier;
		if (out->uri_count++ == 0) {
			out->uri = zta_arena__copy(arena,
			    (zta_str){ (const char *)ASN1_STRING_get0_data(uri),
				(size_t)ASN1_STRING_length(uri) });
			status = out->uri.ptr == NULL ?
			    zta_arena__failed(arena, err) :
			    status;
		}
	}
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return status;
}

zta_status
zta_x509__read(zta_arena *arena, zta_str der, zta_x509_facts *out,
    zta_x509_flaw *flaw, zta_error *err)
{
	X509 *x;
	uint32_t flags, usage;
	zta_status status = zta_x509__parse(&x, der, flaw, err);

	*out = (zta_x509_facts){ .uri = { "", 0 } };
	if (status != ZTA_OK) {
		return status;
	}
	flags = X509_get_extension_flags(x);
	usage = X509_get_key_usage(x);
	out->is_ca = (flags & EXFLAG_CA) != 0;
	out->has_key_usage = (flags & EXFLAG_KUSAGE) != 0;
	out->signs = (usage & X509v3_KU_DIGITAL_SIGNATURE) != 0;
	out->certifies = (usage & X509v3_KU_KEY_CERT_SIGN) != 0;
	out->revokes = (usage & X509v3_KU_CRL_SIGN) != 0;
	if ((flags & EXFLAG_INVALID) != 0 ||
	    !read_time(X509_get0_notBefore(x), &out->not_before) ||
	    !read_time(X509_get0_notAfter(x), &out->not_after)) {
		status = zta_x509__fail(flaw, ZTA_X509_MALFORMED, err,
		    "an extension or a date cannot be read");
	}
	if (status == ZTA_OK) {
		status = read_uris(x, arena, out, flaw, err);
	}
	X509_free(x);
	return status;
}
