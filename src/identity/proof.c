/* SPDX-License-Identifier: Apache-2.0 */
/* proof.c - see proof.h. */
#include "identity/proof.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/claims.h"

/* Refuse, with the words of what refused it. */
static zta_status
malformed(zta_proof_judge *j, const zta_error *why)
{
	return ZTA_PROOF_REFUSE(
	    j, MALFORMED, "the proof is malformed: %.200s", why->message);
}

zta_status
zta_proof__parse(zta_proof_judge *j, zta_str typ, bool own_key)
{
	zta_error why = { 0 };
	zta_status status;

	if (j->count == 0) {
		return ZTA_PROOF_REFUSE(j, MISSING,
		    "the credential is bound to a key, and no proof of having "
		    "it was sent");
	}
	if (j->count > 1) {
		return ZTA_PROOF_REFUSE(
		    j, REPEATED, "a request has one proof, this has more");
	}
	status = own_key ?
	    zta_jws__parse_proof(j->arena, j->text, &j->jws, j->refusal, &why) :
	    zta_jws__parse(j->arena, j->text, &j->jws, j->refusal, &why);
	if (status == ZTA_EUNTRUSTED) {
		return malformed(j, &why);
	}
	if (status != ZTA_OK) {
		return zta_error__set(j->err, status, "%s", why.message);
	}
	return zta_jws__typ_is(&j->jws, typ) ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(j, BAD_TYPE, "the proof is not of type `%.*s`",
		ZTA_STR_ARG(typ));
}

static const zta_json *
claim(const zta_proof_judge *j, const char *name)
{
	return zta_json__get(j->jws.payload.root, name);
}

zta_status
zta_proof__text(zta_proof_judge *j, const char *name, zta_str *out)
{
	const zta_json *node = claim(j, name);

	if (node == NULL || node->type != ZTA_JSON_STRING || node->count == 0) {
		return ZTA_PROOF_REFUSE(
		    j, MALFORMED, "`%s` of the proof must be a string", name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

zta_status
zta_proof__date(zta_proof_judge *j, const char *name, int64_t *out)
{
	const zta_json *node = claim(j, name);

	return node != NULL && zta_claims__date(node, out) ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(
		j, MALFORMED, "`%s` of the proof must be a date", name);
}

void
zta_proof__digits(zta_str bytes, char out[ZTA_PROOF_DIGITS])
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256(bytes, digest);
	zta_b64__encode((zta_str){ (const char *)digest, sizeof(digest) }, out);
}

zta_status
zta_proof__hash(zta_proof_judge *j, const char *name, zta_str token)
{
	char digits[ZTA_PROOF_DIGITS];
	zta_str text;
	zta_status status = zta_proof__text(j, name, &text);

	if (status != ZTA_OK) {
		return status;
	}
	zta_proof__digits(token, digits);
	return zta_str__eq(text, (zta_str){ digits, sizeof(digits) }) ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(j, WRONG_TOKEN,
		"`%s`: the proof was made for another credential", name);
}

zta_status
zta_proof__once(zta_proof_judge *j, zta_str thumbprint, int64_t until)
{
	unsigned char owner[ZTA_SHA256_LEN];
	zta_use use;
	zta_str jti;
	zta_status status = zta_proof__text(j, "jti", &jti);

	if (status != ZTA_OK) {
		return status;
	}
	zta_digest__sha256(thumbprint, owner);
	use = (zta_use){ owner, jti, j->call, j->now, until };
	status = zta_used__take(j->used, &use, NULL);
	if (status == ZTA_EUNAVAILABLE) {
		return ZTA_PROOF_REFUSE(j, CROWDED,
		    "too many proofs at a time to tell whether this is new");
	}
	return status == ZTA_OK ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(j, REPLAYED, "the proof was used before");
}
