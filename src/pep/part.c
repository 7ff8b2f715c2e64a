/* SPDX-License-Identifier: Apache-2.0 */
/*
 * part.c - the parts of a seal of which the server has taken one: what it signed
 * is a root, and whether another part is below it needs no server.
 * SPEC: docs/formats/seal.md
 */
#include "base/b64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/hash_tree.h"
#include "pep/pep_part.h"

zta_status
zta_pep_check_part(
    const zta_pep_root *root, const zta_pep_message *message, zta_error *err)
{
	unsigned char leaf[ZTA_SHA256_LEN];
	char bytes[ZTA_B64_BYTES(ZTA_PEP_PATH_MAX)];
	zta_str path = { bytes, 0 };
	zta_hash_tree tree = { .count = root->payloads };

	memcpy(tree.root, root->sha256, ZTA_SHA256_LEN);
	zta_digest__sha256(message->payload, leaf);
	if (!message->is_part ||
	    !zta_str__is(message->channel, root->channel) ||
	    message->path.len >= ZTA_PEP_PATH_MAX ||
	    !zta_b64__decode(message->path, bytes, &path.len) ||
	    !zta_hash_tree__holds(&tree, message->index, leaf, path)) {
		return zta_error__set(err, ZTA_EUNTRUSTED,
		    "another payload was sealed, or for another channel");
	}
	return ZTA_OK;
}

/* The claims of a JWS, without its signature: the server has judged that. */
static zta_status
read_claims(zta_arena *arena, zta_str token, zta_json_doc *out, zta_error *err)
{
	zta_str header, claims;
	char *text = zta_arena__alloc(arena, ZTA_B64_BYTES(token.len) + 1);
	size_t len;

	if (text == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (!zta_str__next(&token, '.', &header) ||
	    !zta_str__next(&token, '.', &claims) ||
	    !zta_b64__decode(claims, text, &len)) {
		return zta_error__set(err, ZTA_EINVALID, "no seal");
	}
	return zta_json__read(arena, (zta_str){ text, len }, out, err);
}

static bool
take_root(const zta_json *claims, zta_str channel, zta_pep_root *out)
{
	const zta_json *hash = zta_json__get(claims, "payload_sha256");
	const zta_json *count = zta_json__get(claims, "payloads");
	size_t len;

	if (hash == NULL || hash->type != ZTA_JSON_STRING ||
	    hash->count != ZTA_PEP_HASH_LEN ||
	    !zta_b64__decode(zta_json__str(hash), out->sha256, &len) ||
	    count == NULL || count->type != ZTA_JSON_INTEGER ||
	    count->u.integer < 1 || count->u.integer > ZTA_SEAL_PAYLOADS_MAX) {
		return false;
	}
	out->payloads = (uint32_t)count->u.integer;
	memcpy(out->channel, channel.ptr, channel.len);
	return true;
}

zta_status
zta_pep__read_root(zta_str seal, const zta_pep_message *message,
    zta_pep_root *out, zta_error *err)
{
	zta_arena arena;
	zta_json_doc doc;
	zta_status status;

	*out = (zta_pep_root){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	status = read_claims(&arena, seal, &doc, err);
	if (status == ZTA_OK && !take_root(doc.root, message->channel, out)) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the seal is not of many payloads");
	}
	zta_arena__release(&arena);
	if (status == ZTA_OK) {
		status = zta_pep_check_part(out, message, err);
	}
	if (status != ZTA_OK) {
		*out = (zta_pep_root){ 0 };
	}
	return status;
}

zta_status
zta_pep_unseal_root(zta_pep *pep, zta_str seal, const zta_pep_message *message,
    zta_pep_token *out, zta_pep_root *root, zta_error *err)
{
	zta_status status;

	*root = (zta_pep_root){ 0 };
	*out = (zta_pep_token){ 0 };
	if (!message->is_part) {
		return zta_error__set(
		    err, ZTA_EINVAL, "one of many payloads has an index");
	}
	status = zta_pep_unseal(pep, seal, message, out, err);
	if (status == ZTA_OK) {
		status = zta_pep__read_root(seal, message, root, err);
		if (status != ZTA_OK) {
			zta_pep_forget(out);
		}
	}
	return status;
}
