/* SPDX-License-Identifier: Apache-2.0 */
/* source_proof.c - which proofs of possession a source takes. */
#include "base/str.h"
#include "identity/source_part.h"

#define PROOFS 4

static bool
find_proof(zta_str name, uint32_t *bits)
{
	unsigned i;

	for (i = 0; i < PROOFS; i++) {
		if (zta_str__is(name, zta_proof__name((zta_proof)i))) {
			*bits |= 1u << i;
			return true;
		}
	}
	return false;
}

zta_status
zta_source__read_proofs(
    zta_source_reader *r, const zta_json *source, zta_source *out)
{
	const zta_json *node = zta_json__get(source, "proof");
	const zta_json *nonce = zta_json__get(source, "dpop_nonce");
	const zta_str *names = NULL;
	uint32_t i, count = 0;
	zta_status status = ZTA_OK;

	if (nonce != NULL && !zta_json__is_bool(nonce)) {
		return ZTA_SOURCE_FAIL(
		    r, nonce, "`dpop_nonce` is true or false");
	}
	out->dpop_nonce = nonce != NULL && nonce->type == ZTA_JSON_TRUE;
	out->proofs = (1u << PROOFS) - 1;
	if (node == NULL) {
		return ZTA_OK;
	}
	out->proofs = 0;
	status = zta_source__texts(r, node, "proof", &names, &count);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		if (!find_proof(names[i], &out->proofs)) {
			status = ZTA_SOURCE_FAIL(r, node,
			    "`proof` holds \"bearer\", \"dpop\", \"mtls\", "
			    "\"wpt\"");
		}
	}
	return status;
}
