/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - keys: generate, read and write PEM. See ztauth/key.h. */
#include "crypto/key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "crypto/key_object.h"
#include "crypto/rsa_key.h"
#include "crypto/ssh_key.h"

#define RSA_BITS_NEW 3072

static const char *const alg_names[] = { "none", "ES256", "RS256", "PS256",
	"EdDSA" };

zta_alg
zta_alg_of(zta_str name)
{
	zta_alg alg;

	for (alg = ZTA_ALG_ES256; alg <= ZTA_ALG_EDDSA; alg++) {
		if (zta_str__is(name, alg_names[alg])) {
			return alg;
		}
	}
	return ZTA_ALG_NONE;
}

const char *
zta_alg_name(zta_alg alg)
{
	return alg_names[alg <= ZTA_ALG_EDDSA ? alg : ZTA_ALG_NONE];
}

zta_status
zta_key__openssl(zta_error *err, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return zta_error__set(err, ZTA_EIO, "cannot %s: %s", what,
	    reason == NULL ? "no reason given" : reason);
}

/* The type, if the key is one that we use. */
static bool
type_of(const EVP_PKEY *pkey, zta_key_type *type)
{
	char group[32];
	size_t len;

	if (EVP_PKEY_is_a(pkey, "EC")) {
		*type = ZTA_KEY_P256;
		return EVP_PKEY_get_group_name(
			   pkey, group, sizeof(group), &len) == 1 &&
		    strcmp(group, "prime256v1") == 0;
	}
	if (EVP_PKEY_is_a(pkey, "RSA")) {
		*type = ZTA_KEY_RSA;
		return zta_rsa_key__is_good(pkey);
	}
	*type = ZTA_KEY_ED25519;
	return EVP_PKEY_is_a(pkey, "ED25519");
}

void
zta_key_close(zta_key *key)
{
	if (key != NULL) {
		EVP_PKEY_CTX_free(key->verifying[0]);
		EVP_PKEY_CTX_free(key->verifying[1]);
		EVP_PKEY_free(key->pkey);
		free(key);
	}
}

zta_status
zta_key__wrap(zta_key **out, EVP_PKEY *pkey, bool private, zta_error *err)
{
	zta_key *key = NULL;
	zta_key_type type;

	*out = NULL;
	if (!type_of(pkey, &type)) {
		EVP_PKEY_free(pkey);
		return zta_error__set(err, ZTA_EINVALID,
		    "the key is neither P-256, nor Ed25519, nor sound RSA of "
		    "%d to %d bits",
		    ZTA_RSA_BITS_MIN, ZTA_RSA_BITS_MAX);
	}
	key = malloc(sizeof(*key));
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return zta_error__nomem(err);
	}
	*key = (zta_key){ .pkey = pkey, .type = type, .private = private };
	if (!zta_key__prepare(key)) {
		zta_key_close(key);
		return zta_key__openssl(err, "use the key");
	}
	if (zta_key__print(key, key->thumbprint, NULL) != ZTA_OK) {
		key->thumbprint[0] = '\0';
	}
	*out = key;
	return ZTA_OK;
}

zta_status
zta_key_generate(zta_key **out, zta_alg alg, zta_error *err)
{
	EVP_PKEY *pkey = NULL;

	*out = NULL;
	switch (alg) {
	case ZTA_ALG_ES256:
		pkey = EVP_EC_gen("P-256");
		break;
	case ZTA_ALG_RS256:
	case ZTA_ALG_PS256:
		pkey = EVP_RSA_gen(RSA_BITS_NEW);
		break;
	case ZTA_ALG_EDDSA:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case ZTA_ALG_NONE:
		return zta_error__set(
		    err, ZTA_EINVAL, "a key needs an algorithm");
	}
	return pkey == NULL ? zta_key__openssl(err, "make a key") :
			      zta_key__wrap(out, pkey, true, err);
}

int
zta_key__no_passphrase(char *buf, int size, int writing, void *user)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)user;
	return -1;
}

zta_status
zta_key_read_pem(zta_key **out, zta_str pem, zta_error *err)
{
	bool private = true;
	EVP_PKEY *pkey;
	BIO *bio;

	*out = NULL;
	if (pem.len > INT_MAX) {
		return zta_error__set(err, ZTA_ELIMIT, "the key is too long");
	}
	if (zta_str__starts(pem, ZTA_STR("-----BEGIN OPENSSH"))) {
		return zta_ssh_private__read(out, pem, err);
	}
	bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	if (bio == NULL) {
		return zta_error__nomem(err);
	}
	pkey = PEM_read_bio_PrivateKey(bio, NULL, zta_key__no_passphrase, NULL);
	if (pkey == NULL) {
		private = false;
		(void)BIO_reset(bio);
		pkey = PEM_read_bio_PUBKEY(
		    bio, NULL, zta_key__no_passphrase, NULL);
	}
	BIO_free(bio);
	ERR_clear_error();
	return pkey == NULL ?
	    zta_error__set(err, ZTA_ESYNTAX,
		"no PEM of a private key (PKCS#8 or OpenSSH, without a "
		"passphrase) or a public key") :
	    zta_key__wrap(out, pkey, private, err);
}

zta_status
zta_key__refuse_existing(const char *path, zta_error *err)
{
	zta_status status;

	if (access(path, F_OK) != 0) {
		return ZTA_OK;
	}
	status = zta_error__set(
	    err, ZTA_EEXIST, "the file exists, and keys are not overwritten");
	zta_error__place(err, "%s", path);
	return status;
}

zta_status
zta_key__write_new(
    const char *path, unsigned mode, zta_str text, zta_error *err)
{
	zta_status status = zta_key__refuse_existing(path, err);

	return status != ZTA_OK ? status :
				  zta_file__replace(path, mode, text, err);
}

zta_status
zta_key_write_private(const zta_key *key, const char *path, zta_error *err)
{
	BIO *bio;
	char *text;
	long len;
	zta_status status;

	if (!key->private) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the key has no private half");
	}
	bio = BIO_new(BIO_s_secmem());
	if (bio == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(
		bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1) {
		BIO_free(bio);
		return zta_key__openssl(err, "write the key");
	}
	len = BIO_get_mem_data(bio, &text);
	status =
	    zta_key__write_new(path, 0600, (zta_str){ text, (size_t)len }, err);
	BIO_free(bio);
	return status;
}

zta_str
zta_key__id(const zta_key *key)
{
	return zta_str_of(key->thumbprint);
}

zta_status
zta_key_thumbprint(
    const zta_key *key, char out[ZTA_KEY_THUMBPRINT_MAX], zta_error *err)
{
	memcpy(out, key->thumbprint, ZTA_KEY_THUMBPRINT_MAX);
	return out[0] != '\0' ? ZTA_OK : zta_key__print(key, out, err);
}

zta_alg
zta_key_alg(const zta_key *key)
{
	return key->type == ZTA_KEY_P256 ? ZTA_ALG_ES256 :
	    key->type == ZTA_KEY_RSA     ? ZTA_ALG_RS256 :
					   ZTA_ALG_EDDSA;
}

bool
zta_key__serves(const zta_key *key, zta_alg alg)
{
	return alg == zta_key_alg(key) ||
	    (key->type == ZTA_KEY_RSA && alg == ZTA_ALG_PS256);
}

struct evp_pkey_st *
zta_key__share(const zta_key *key)
{
	return EVP_PKEY_up_ref(key->pkey) == 1 ? key->pkey : NULL;
}

void
zta_key__forget_errors(void)
{
	ERR_clear_error();
}

bool
zta_key_is_private(const zta_key *key)
{
	return key->private;
}
