/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_private.c - see ssh_key.h: private keys in the form of OpenSSH.
 *
 *	"openssh-key-v1" NUL | string cipher | string kdf | string kdf options |
 *	u32 1 | string public key | string secrets
 *
 * where the secrets, encrypted unless the cipher is "none", are
 *
 *	u32 check | u32 check | string type | string public | string private |
 *	string comment | 1 2 3 ... up to a multiple of 8 bytes
 *
 * The check tells a wrong passphrase; where there is none, it tells nothing.
 * The private half is a seed of 32 bytes and the public half once more.
 */
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/key_object.h"
#include "crypto/ssh_key.h"
#include "crypto/ssh_wire.h"

#define LABEL "OPENSSH PRIVATE KEY"
#define SEED_LEN 32
#define BLOCK 8
/* All of the above, with the longest comment; and its armor. */
#define FORM_MAX (512 + ZTA_KEY_COMMENT_MAX)
#define TEXT_MAX (2 * FORM_MAX)

/* With the NUL that ends it. */
static const char magic[] = "openssh-key-v1";

/* --- reading */

static zta_status
malformed(zta_error *err, const char *what)
{
	return zta_error__at(err, ZTA_ESYNTAX, 2, 1,
	    "the private key is malformed in its %s", what);
}

/* The seed, whose public half must be the one that the file names. */
static zta_status
from_seed(zta_key **out, const char *seed, zta_str public, zta_error *err)
{
	zta_ssh_key derived;
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key_ex(
	    NULL, "ED25519", NULL, (const unsigned char *)seed, SEED_LEN);
	zta_status status = pkey == NULL ?
	    zta_key__openssl(err, "use the private key") :
	    zta_key__wrap(out, pkey, true, err);

	if (status == ZTA_OK) {
		status = zta_ssh_key__of(*out, &derived, err);
	}
	if (status == ZTA_OK &&
	    !zta_str__eq(
		public, (zta_str){ (char *)derived.bytes, ZTA_SSH_KEY_LEN })) {
		status = zta_error__at(err, ZTA_EINVALID, 2, 1,
		    "the public half does not belong to the private one");
	}
	if (status != ZTA_OK) {
		zta_key_close(*out);
		*out = NULL;
	}
	return status;
}

static zta_status
read_secrets(
    zta_key **out, zta_str rest, const zta_ssh_key *named, zta_error *err)
{
	zta_str public, private, comment;
	uint32_t check, again;
	size_t i;

	if (rest.len % BLOCK != 0 || !zta_ssh_wire__u32(&rest, &check) ||
	    !zta_ssh_wire__u32(&rest, &again) || check != again) {
		return malformed(err, "check");
	}
	if (!zta_ssh_wire__is(&rest, ZTA_SSH_ED25519) ||
	    !zta_ssh_wire__string(&rest, &public) ||
	    public.len != ZTA_SSH_KEY_LEN ||
	    memcmp(public.ptr, named->bytes, ZTA_SSH_KEY_LEN) != 0) {
		return malformed(err, "public half");
	}
	if (!zta_ssh_wire__string(&rest, &private) ||
	    private.len != SEED_LEN + ZTA_SSH_KEY_LEN ||
	    memcmp(private.ptr + SEED_LEN, public.ptr, ZTA_SSH_KEY_LEN) != 0) {
		return malformed(err, "private half");
	}
	if (!zta_ssh_wire__string(&rest, &comment) || rest.len >= BLOCK) {
		return malformed(err, "comment");
	}
	for (i = 0; i < rest.len; i++) {
		if (rest.ptr[i] != (char)(i + 1)) {
			return malformed(err, "padding");
		}
	}
	return from_seed(out, private.ptr, public, err);
}

static zta_status
read_form(zta_key **out, zta_str rest, zta_error *err)
{
	zta_str cipher, kdf, options, public, secrets;
	zta_ssh_key named;
	uint32_t count;

	if (!zta_str__starts(rest, (zta_str){ magic, sizeof(magic) })) {
		return malformed(err, "first bytes");
	}
	rest.ptr += sizeof(magic);
	rest.len -= sizeof(magic);
	if (!zta_ssh_wire__string(&rest, &cipher) ||
	    !zta_ssh_wire__string(&rest, &kdf) ||
	    !zta_ssh_wire__string(&rest, &options)) {
		return malformed(err, "cipher");
	}
	if (!zta_str__is(cipher, "none")) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the key has a passphrase; give it to ssh-agent "
		    "(ssh-add), which signs with it");
	}
	if (!zta_str__is(kdf, "none") || options.len != 0 ||
	    !zta_ssh_wire__u32(&rest, &count) || count != 1 ||
	    !zta_ssh_wire__string(&rest, &public) ||
	    !zta_ssh_wire__string(&rest, &secrets) || rest.len != 0) {
		return malformed(err, "frame");
	}
	if (!zta_ssh_key__decode(public, &named)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "of all SSH keys, only those of Ed25519 are used here");
	}
	return read_secrets(out, secrets, &named, err);
}

zta_status
zta_ssh_private__read(zta_key **out, zta_str text, zta_error *err)
{
	char form[ZTA_SSH_ARMOR_MAX];
	size_t len;
	zta_status status;

	*out = NULL;
	if (text.len > sizeof(form)) {
		return zta_error__set(err, ZTA_ELIMIT, "the key is too long");
	}
	status = zta_ssh_armor__decode(text, LABEL, form, &len, err);
	if (status == ZTA_OK) {
		status = read_form(out, (zta_str){ form, len }, err);
	}
	OPENSSL_cleanse(form, text.len);
	return status;
}

/* --- writing */

/* Room for all that comes, so that no half is left behind by a move. */
static bool
reserve(zta_buf *buf, size_t len)
{
	bool done = zta_buf__extend(buf, len) != NULL;

	zta_buf__clear(buf);
	return done;
}

static void
wipe(zta_buf *buf)
{
	if (buf->ptr != NULL) {
		OPENSSL_cleanse(buf->ptr, buf->room);
	}
	zta_buf__release(buf);
}

static void
put_secrets(zta_buf *out, const zta_ssh_key *public, const unsigned char *seed,
    zta_str comment)
{
	const zta_str half = { (const char *)public->bytes, ZTA_SSH_KEY_LEN };
	size_t start;
	char pad = 0;

	zta_ssh_wire__put_u32(out, 0);
	start = out->len;
	zta_ssh_wire__put_u32(out, 0);
	zta_ssh_wire__put_u32(out, 0);
	zta_ssh_wire__put_string(out, ZTA_STR(ZTA_SSH_ED25519));
	zta_ssh_wire__put_string(out, half);
	zta_ssh_wire__put_u32(out, SEED_LEN + ZTA_SSH_KEY_LEN);
	zta_buf__put(out, (zta_str){ (const char *)seed, SEED_LEN });
	zta_buf__put(out, half);
	zta_ssh_wire__put_string(out, comment);
	while ((out->len - start) % BLOCK != 0) {
		zta_buf__byte(out, ++pad);
	}
	/* The length, which is known now and less than 64 KiB. */
	out->ptr[start - 2] = (char)((out->len - start) >> 8);
	out->ptr[start - 1] = (char)(out->len - start);
}

static void
put_form(zta_buf *out, const zta_ssh_key *public, const unsigned char *seed,
    zta_str comment)
{
	unsigned char blob[ZTA_SSH_BLOB_LEN];

	zta_ssh_key__encode(public, blob);
	zta_buf__put(out, (zta_str){ magic, sizeof(magic) });
	zta_ssh_wire__put_string(out, ZTA_STR("none"));
	zta_ssh_wire__put_string(out, ZTA_STR("none"));
	zta_ssh_wire__put_string(out, ZTA_STR(""));
	zta_ssh_wire__put_u32(out, 1);
	zta_ssh_wire__put_string(out, (zta_str){ (char *)blob, sizeof(blob) });
	put_secrets(out, public, seed, comment);
}

zta_status
zta_ssh_private__put(
    zta_buf *out, const zta_key *key, zta_str comment, zta_error *err)
{
	unsigned char seed[SEED_LEN];
	size_t len = sizeof(seed);
	zta_ssh_key public;
	zta_buf form;
	zta_status status = zta_ssh_key__of(key, &public, err);

	if (status == ZTA_OK) {
		status = zta_ssh_key__check_comment(comment, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (!key->private ||
	    EVP_PKEY_get_raw_private_key(key->pkey, seed, &len) != 1) {
		ERR_clear_error();
		return zta_error__set(
		    err, ZTA_EINVALID, "the key has no private half");
	}
	zta_buf__init(&form, FORM_MAX);
	if (reserve(&form, FORM_MAX) && reserve(out, TEXT_MAX)) {
		put_form(&form, &public, seed, comment);
		zta_ssh_armor__put(out, LABEL, zta_buf__str(&form));
	} else {
		status = zta_error__nomem(err);
	}
	OPENSSL_cleanse(seed, sizeof(seed));
	wipe(&form);
	return status;
}

zta_status
zta_key_write_ssh(
    const zta_key *key, const char *path, zta_str comment, zta_error *err)
{
	char public[ZTA_KEY_SSH_MAX + 1], beside[PATH_MAX];
	zta_buf text;
	int len = snprintf(beside, sizeof(beside), "%s.pub", path);
	zta_status status;

	if (len < 0 || (size_t)len >= sizeof(beside)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	zta_buf__init(&text, TEXT_MAX);
	status = zta_ssh_private__put(&text, key, comment, err);
	if (status == ZTA_OK) {
		status = zta_key_public_ssh(key, comment, public, err);
	}
	if (status == ZTA_OK) {
		status = zta_key__refuse_existing(beside, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_key__write_new(path, 0600, zta_buf__str(&text), err);
	}
	wipe(&text);
	if (status != ZTA_OK) {
		return status;
	}
	public[strlen(public) + 1] = '\0';
	public[strlen(public)] = '\n';
	status = zta_file__replace(beside, 0644, zta_str_of(public), err);
	if (status != ZTA_OK) {
		/* Both or none. */
		(void)unlink(path);
	}
	return status;
}
