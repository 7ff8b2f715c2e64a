/* SPDX-License-Identifier: Apache-2.0 */
/* ssh_sig.c - see ssh_sig.h. */
#include "crypto/ssh_sig.h"

#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/ssh_wire.h"

#define LABEL "SSH SIGNATURE"
#define VERSION 1

/* It begins both the signature and what is signed. No length before it. */
#define MAGIC ZTA_STR("SSHSIG")

static const char *const hash_names[] = { "sha512", "sha256" };

/* The parts of the blob that come before the signature itself. */
static const char *
read_head(zta_str *rest, zta_ssh_sig *out)
{
	zta_str key, namespace;
	uint32_t version;

	if (!zta_str__starts(*rest, MAGIC)) {
		return "magic";
	}
	rest->ptr += MAGIC.len;
	rest->len -= MAGIC.len;
	if (!zta_ssh_wire__u32(rest, &version) || version != VERSION) {
		return "version";
	}
	if (!zta_ssh_wire__string(rest, &key) ||
	    !zta_ssh_key__decode(key, &out->key)) {
		return "key, which is not of ssh-ed25519";
	}
	if (!zta_ssh_wire__string(rest, &namespace) || namespace.len == 0 ||
	    namespace.len > ZTA_SSH_NAMESPACE_MAX ||
	    zta_str__find(namespace, '\0') < namespace.len) {
		return "namespace";
	}
	memcpy(out->namespace, namespace.ptr, namespace.len);
	return zta_ssh_wire__is(rest, "") ? NULL : "reserved part";
}

/* What is wrong with the blob, or NULL. */
static const char *
read_blob(zta_str rest, zta_ssh_sig *out)
{
	zta_str hash, sig, bytes;
	const char *wrong = read_head(&rest, out);

	if (wrong != NULL) {
		return wrong;
	}
	if (!zta_ssh_wire__string(&rest, &hash)) {
		return "hash";
	}
	if (zta_str__is(hash, hash_names[ZTA_SSH_SHA256])) {
		out->hash = ZTA_SSH_SHA256;
	} else if (!zta_str__is(hash, hash_names[ZTA_SSH_SHA512])) {
		return "hash, which is neither sha512 nor sha256";
	}
	if (!zta_ssh_wire__string(&rest, &sig) || rest.len != 0 ||
	    !zta_ssh_wire__is(&sig, ZTA_SSH_ED25519) ||
	    !zta_ssh_wire__string(&sig, &bytes) || sig.len != 0 ||
	    bytes.len != ZTA_SSH_SIG_LEN) {
		return "end, which is not a signature of ssh-ed25519";
	}
	memcpy(out->bytes, bytes.ptr, ZTA_SSH_SIG_LEN);
	return NULL;
}

zta_status
zta_ssh_sig__decode(zta_str blob, zta_ssh_sig *out, zta_error *err)
{
	const char *wrong;

	*out = (zta_ssh_sig){ 0 };
	wrong = read_blob(blob, out);
	return wrong == NULL ? ZTA_OK :
			       zta_error__set(err, ZTA_EINVALID,
				   "the signature is wrong in its %s", wrong);
}

zta_status
zta_ssh_sig__read(zta_str armor, zta_ssh_sig *out, zta_error *err)
{
	char blob[ZTA_SSH_ARMOR_MAX];
	size_t len;
	zta_status status;

	*out = (zta_ssh_sig){ 0 };
	if (armor.len > sizeof(blob)) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "the signature is too long");
	}
	status = zta_ssh_armor__decode(armor, LABEL, blob, &len, err);
	if (status != ZTA_OK) {
		return status;
	}
	status = zta_ssh_sig__decode((zta_str){ blob, len }, out, err);
	if (status != ZTA_OK && err != NULL) {
		err->line = 2;
		err->column = 1;
	}
	return status;
}

/* What Ed25519 signs: the payload stands in it as a digest. */
static void
put_signed(zta_buf *out, zta_str namespace, zta_ssh_hash hash, zta_str payload)
{
	unsigned char digest[ZTA_SHA512_LEN];
	size_t len = hash == ZTA_SSH_SHA512 ? ZTA_SHA512_LEN : ZTA_SHA256_LEN;

	if (hash == ZTA_SSH_SHA512) {
		zta_digest__sha512(payload, digest);
	} else {
		zta_digest__sha256(payload, digest);
	}
	zta_buf__put(out, MAGIC);
	zta_ssh_wire__put_string(out, namespace);
	zta_ssh_wire__put_string(out, ZTA_STR(""));
	zta_ssh_wire__put_string(out, zta_str_of(hash_names[hash]));
	zta_ssh_wire__put_string(out, (zta_str){ (char *)digest, len });
}

bool
zta_ssh_sig__verify(const zta_ssh_sig *sig, zta_str namespace, zta_str payload)
{
	zta_buf bytes;
	bool good;

	if (!zta_str__is(namespace, sig->namespace)) {
		return false;
	}
	zta_buf__init(&bytes, SIZE_MAX);
	put_signed(&bytes, namespace, sig->hash, payload);
	good = bytes.status == ZTA_OK &&
	    zta_ssh_key__verify(&sig->key, zta_buf__str(&bytes), sig->bytes);
	zta_buf__release(&bytes);
	return good;
}

/* Sign with the pair or through the agent; also says which key it was. */
static zta_status
sign(const zta_ssh_signer *signer, zta_str bytes, zta_ssh_key *key,
    unsigned char sig[ZTA_SSH_SIG_LEN], zta_error *err)
{
	unsigned char room[ZTA_SIGNATURE_MAX];
	size_t len;
	zta_status status;

	if (signer->agent != NULL) {
		*key = signer->key;
		return zta_ssh_agent__sign(signer->agent, key, bytes, sig, err);
	}
	status = zta_ssh_key__of(signer->pair, key, err);
	if (status == ZTA_OK) {
		status = zta_key__sign(
		    signer->pair, ZTA_ALG_EDDSA, bytes, room, &len, err);
	}
	if (status == ZTA_OK) {
		memcpy(sig, room, ZTA_SSH_SIG_LEN);
	}
	return status;
}

static void
put_armor(zta_buf *out, zta_str namespace, const zta_ssh_key *key,
    const unsigned char sig[ZTA_SSH_SIG_LEN])
{
	unsigned char public[ZTA_SSH_BLOB_LEN];
	zta_buf blob;

	zta_buf__init(&blob, SIZE_MAX);
	zta_ssh_key__encode(key, public);
	zta_buf__put(&blob, MAGIC);
	zta_ssh_wire__put_u32(&blob, VERSION);
	zta_ssh_wire__put_string(
	    &blob, (zta_str){ (char *)public, sizeof(public) });
	zta_ssh_wire__put_string(&blob, namespace);
	zta_ssh_wire__put_string(&blob, ZTA_STR(""));
	zta_ssh_wire__put_string(&blob, zta_str_of(hash_names[ZTA_SSH_SHA512]));
	/* A string of two strings. */
	zta_ssh_wire__put_u32(
	    &blob, 4 + (uint32_t)strlen(ZTA_SSH_ED25519) + 4 + ZTA_SSH_SIG_LEN);
	zta_ssh_wire__put_string(&blob, ZTA_STR(ZTA_SSH_ED25519));
	zta_ssh_wire__put_string(
	    &blob, (zta_str){ (const char *)sig, ZTA_SSH_SIG_LEN });
	if (blob.status == ZTA_OK) {
		zta_ssh_armor__put(out, LABEL, zta_buf__str(&blob));
	} else {
		out->status = ZTA_ENOMEM;
	}
	zta_buf__release(&blob);
}

zta_status
zta_ssh_sig__make(const zta_ssh_signer *signer, zta_str namespace,
    zta_str payload, zta_buf *out, zta_error *err)
{
	unsigned char sig[ZTA_SSH_SIG_LEN];
	zta_ssh_key key;
	zta_buf bytes;
	zta_status status;

	zta_buf__init(&bytes, SIZE_MAX);
	put_signed(&bytes, namespace, ZTA_SSH_SHA512, payload);
	status = bytes.status == ZTA_OK ?
	    sign(signer, zta_buf__str(&bytes), &key, sig, err) :
	    zta_error__nomem(err);
	zta_buf__release(&bytes);
	if (status != ZTA_OK) {
		return status;
	}
	put_armor(out, namespace, &key, sig);
	return out->status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}
