/* SPDX-License-Identifier: Apache-2.0 */
/* certificates.c - see certificates.h. */
#include "tests.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "certificates.h"

static EVP_PKEY *
make_key(const char *kind)
{
	if (strncmp(kind, "RSA", 3) == 0) {
		return EVP_RSA_gen(strcmp(kind, "RSA") == 0 ? 2048 : 1024);
	}
	return strcmp(kind, "ED25519") == 0 ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") :
	    EVP_EC_gen(kind);
}

static void
add_configured(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (value == NULL) {
		return;
	}
	extension = X509V3_EXT_nconf_nid(NULL, ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(x, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
add_name(GENERAL_NAMES *names, int type, const char *text, size_t len)
{
	GENERAL_NAME *name;
	ASN1_IA5STRING *string;

	if (text == NULL) {
		return;
	}
	name = GENERAL_NAME_new();
	string = ASN1_IA5STRING_new();
	assert_int_equal(
	    ASN1_STRING_set(string, text, (int)(len == 0 ? strlen(text) : len)),
	    1);
	GENERAL_NAME_set0_value(name, type, string);
	assert_true(sk_GENERAL_NAME_push(names, name) > 0);
}

static void
add_names(X509 *x, const made_spec *spec)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();

	add_name(names, GEN_DNS, spec->dns, 0);
	add_name(names, GEN_URI, spec->uri, spec->uri_len);
	add_name(names, GEN_URI, spec->uri2, 0);
	if (sk_GENERAL_NAME_num(names) > 0) {
		assert_int_equal(
		    X509_add1_ext_i2d(x, NID_subject_alt_name, names,
			spec->names_critical, X509V3_ADD_APPEND),
		    1);
	}
	GENERAL_NAMES_free(names);
}

static void
add_unknown(X509 *x, int critical)
{
	ASN1_OBJECT *object = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_int_equal(
	    ASN1_OCTET_STRING_set(value, (const unsigned char *)"x", 1), 1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, critical, value);
	assert_int_equal(X509_add_ext(x, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

static void
add_extensions(X509 *x, X509 *issuer, const made_spec *spec)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	add_configured(x, &ctx, NID_basic_constraints, spec->basic);
	add_configured(x, &ctx, NID_key_usage, spec->usage);
	add_configured(x, &ctx, NID_ext_key_usage, spec->extended);
	add_configured(x, &ctx, NID_name_constraints, spec->constraints);
	add_configured(x, &ctx, NID_subject_key_identifier, "hash");
	if (issuer != x) {
		add_configured(
		    x, &ctx, NID_authority_key_identifier, "keyid:always");
	}
	add_names(x, spec);
	if (spec->unknown || spec->unknown_critical) {
		add_unknown(x, spec->unknown_critical);
	}
	if (spec->twice) {
		add_unknown(x, 0);
		add_unknown(x, 0);
	}
}

static void
set_names(X509 *x, X509 *issuer, const made_spec *spec)
{
	X509_NAME *name = X509_get_subject_name(x);

	if (spec->subject[0] != '\0') {
		assert_int_equal(
		    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
			(const unsigned char *)spec->subject, -1, -1, 0),
		    1);
	}
	assert_int_equal(
	    X509_set_issuer_name(x, X509_get_subject_name(issuer)), 1);
}

made
made_certificate(const made_spec *spec, const made *issuer)
{
	static long serial;
	const long day = 86400;
	X509 *x = X509_new(), *by;
	EVP_PKEY *key = make_key(spec->key), *by_key;
	unsigned char *der = NULL;
	int len;

	assert_non_null(x);
	assert_non_null(key);
	by = issuer == NULL ? x : issuer->certificate;
	assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	ASN1_TIME_set(X509_getm_notBefore(x),
	    (time_t)(MADE_NOW / 1000 + spec->from_day * day));
	ASN1_TIME_set(X509_getm_notAfter(x),
	    (time_t)(MADE_NOW / 1000 + spec->to_day * day));
	assert_int_equal(X509_set_pubkey(x, key), 1);
	set_names(x, by, spec);
	add_extensions(x, by, spec);
	by_key = issuer == NULL ? key : issuer->key;
	assert_true(X509_sign(x, by_key,
			EVP_PKEY_is_a(by_key, "ED25519") ?
			    NULL :
			    EVP_get_digestbyname(spec->digest)) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	return (made){ x, key, { (const char *)der, (size_t)len } };
}

void
made_free(made *m)
{
	X509_free(m->certificate);
	EVP_PKEY_free(m->key);
	OPENSSL_free((void *)(uintptr_t)m->der.ptr);
	*m = (made){ 0 };
}
