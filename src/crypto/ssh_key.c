/* SPDX-License-Identifier: Apache-2.0 */
/* ssh_key.c - see ssh_key.h: public keys. */
#include "crypto/ssh_key.h"

#include <openssl/err.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/key_object.h"
#include "crypto/ssh_wire.h"

#define BLOB_DIGITS ZTA_B64_STD_LEN(ZTA_SSH_BLOB_LEN)

bool
zta_ssh_key__eq(const zta_ssh_key *a, const zta_ssh_key *b)
{
	return memcmp(a->bytes, b->bytes, ZTA_SSH_KEY_LEN) == 0;
}

zta_status
zta_ssh_key__of(const zta_key *key, zta_ssh_key *out, zta_error *err)
{
	size_t len = sizeof(out->bytes);

	if (key->type != ZTA_KEY_ED25519) {
		return zta_error__set(err, ZTA_EINVALID,
		    "of all SSH keys, only those of Ed25519 are used here");
	}
	return EVP_PKEY_get_raw_public_key(key->pkey, out->bytes, &len) == 1 ?
	    ZTA_OK :
	    zta_key__openssl(err, "read the public key");
}

bool
zta_ssh_key__decode(zta_str blob, zta_ssh_key *out)
{
	zta_str bytes;

	if (!zta_ssh_wire__is(&blob, ZTA_SSH_ED25519) ||
	    !zta_ssh_wire__string(&blob, &bytes) ||
	    bytes.len != ZTA_SSH_KEY_LEN || blob.len != 0) {
		return false;
	}
	memcpy(out->bytes, bytes.ptr, ZTA_SSH_KEY_LEN);
	return true;
}

void
zta_ssh_key__encode(const zta_ssh_key *key, unsigned char out[ZTA_SSH_BLOB_LEN])
{
	static const unsigned char head[] = { 0, 0, 0, 11, 's', 's', 'h', '-',
		'e', 'd', '2', '5', '5', '1', '9', 0, 0, 0, ZTA_SSH_KEY_LEN };

	memcpy(out, head, sizeof(head));
	memcpy(out + sizeof(head), key->bytes, ZTA_SSH_KEY_LEN);
}

zta_status
zta_ssh_key__read(zta_str text, uint32_t line, uint32_t column,
    zta_ssh_key *out, zta_error *err)
{
	static const zta_str type = { ZTA_SSH_ED25519 " ",
		sizeof(ZTA_SSH_ED25519) };
	char blob[BLOB_DIGITS];
	zta_str digits;
	size_t len;

	if (!zta_str__starts(text, type)) {
		return zta_error__at(err, ZTA_EINVALID, line, column,
		    "expected a key of the type `ssh-ed25519`; no other signs "
		    "here");
	}
	digits.ptr = text.ptr + type.len;
	digits.len =
	    zta_str__find((zta_str){ digits.ptr, text.len - type.len }, ' ');
	if (digits.len != BLOB_DIGITS ||
	    !zta_b64_std__decode(digits, blob, &len) ||
	    !zta_ssh_key__decode((zta_str){ blob, len }, out)) {
		return zta_error__at(err, ZTA_ESYNTAX, line,
		    column + (uint32_t)type.len,
		    "expected a public key of `ssh-ed25519` in base64");
	}
	return ZTA_OK;
}

void
zta_ssh_key__fingerprint(
    const zta_ssh_key *key, char out[ZTA_KEY_FINGERPRINT_MAX])
{
	unsigned char blob[ZTA_SSH_BLOB_LEN], digest[ZTA_SHA256_LEN];
	char digits[ZTA_B64_STD_LEN(ZTA_SHA256_LEN)];

	zta_ssh_key__encode(key, blob);
	zta_digest__sha256((zta_str){ (char *)blob, sizeof(blob) }, digest);
	zta_b64_std__encode(
	    (zta_str){ (char *)digest, sizeof(digest) }, digits);
	/* The one digit of padding is left out. */
	(void)snprintf(out, ZTA_KEY_FINGERPRINT_MAX, "SHA256:%.*s",
	    (int)sizeof(digits) - 1, digits);
}

bool
zta_ssh_key__verify(const zta_ssh_key *key, zta_str bytes,
    const unsigned char sig[ZTA_SSH_SIG_LEN])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "ED25519", NULL, key->bytes, ZTA_SSH_KEY_LEN);
	const zta_key wrapped = { .pkey = pkey, .type = ZTA_KEY_ED25519 };
	bool good = pkey != NULL &&
	    zta_key__verify(&wrapped, ZTA_ALG_EDDSA, bytes,
		(zta_str){ (const char *)sig, ZTA_SSH_SIG_LEN });

	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return good;
}

zta_status
zta_ssh_key__check_comment(zta_str comment, zta_error *err)
{
	size_t i;

	if (comment.len > ZTA_KEY_COMMENT_MAX) {
		return zta_error__set(err, ZTA_ELIMIT,
		    "a comment has at most %d bytes", ZTA_KEY_COMMENT_MAX);
	}
	for (i = 0; i < comment.len; i++) {
		if ((unsigned char)comment.ptr[i] < ' ' ||
		    comment.ptr[i] == 0x7F) {
			return zta_error__set(err, ZTA_EINVALID,
			    "a comment has no control characters");
		}
	}
	return ZTA_OK;
}

/* --- what users call */

zta_status
zta_key_read_ssh(zta_key **out, zta_str line, zta_error *err)
{
	zta_ssh_key key;
	EVP_PKEY *pkey;
	zta_status status;

	*out = NULL;
	if (line.len > 0 && line.ptr[line.len - 1] == '\n') {
		line.len--;
	}
	if (zta_str__find(line, '\n') < line.len) {
		return zta_error__at(
		    err, ZTA_ESYNTAX, 2, 1, "expected one public key");
	}
	status = zta_ssh_key__read(line, 1, 1, &key, err);
	if (status != ZTA_OK) {
		return status;
	}
	pkey = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "ED25519", NULL, key.bytes, ZTA_SSH_KEY_LEN);
	return pkey == NULL ? zta_key__openssl(err, "use the public key") :
			      zta_key__wrap(out, pkey, false, err);
}

zta_status
zta_key_public_ssh(const zta_key *key, zta_str comment,
    char out[ZTA_KEY_SSH_MAX], zta_error *err)
{
	unsigned char blob[ZTA_SSH_BLOB_LEN];
	char digits[BLOB_DIGITS];
	zta_ssh_key public;
	zta_status status = zta_ssh_key__of(key, &public, err);

	if (status == ZTA_OK) {
		status = zta_ssh_key__check_comment(comment, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_ssh_key__encode(&public, blob);
	zta_b64_std__encode((zta_str){ (char *)blob, sizeof(blob) }, digits);
	(void)snprintf(out, ZTA_KEY_SSH_MAX, ZTA_SSH_ED25519 " %.*s%s%.*s",
	    (int)sizeof(digits), digits, comment.len > 0 ? " " : "",
	    ZTA_STR_ARG(comment));
	return ZTA_OK;
}

zta_status
zta_key_fingerprint(
    const zta_key *key, char out[ZTA_KEY_FINGERPRINT_MAX], zta_error *err)
{
	zta_ssh_key public;
	zta_status status = zta_ssh_key__of(key, &public, err);

	if (status == ZTA_OK) {
		zta_ssh_key__fingerprint(&public, out);
	}
	return status;
}
