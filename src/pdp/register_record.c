/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register_record.c - what grants that are registered or revoked leave in the
 * log. SPEC: docs/formats/decision.md
 */
#include "base/error.h"
#include "base/random.h"
#include "base/str.h"
#include "pdp/register.h"

zta_status
zta_pdp__record_register(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_register_record *what, zta_leaf *out,
    zta_error *err)
{
	uint32_t grants = what->taken == NULL ? 0 : what->taken->count;
	unsigned char *bytes =
	    zta_arena__alloc(arena, ZTA_LEAF_ID_LEN + ZTA_SHA256_LEN);
	zta_str *digests =
	    zta_arena__zalloc(arena, (size_t)grants + 2, sizeof(*digests));
	uint32_t i, count = 0;

	if (bytes == NULL || digests == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_random__bytes(bytes, ZTA_LEAF_ID_LEN);
	zta_digest__sha256(what->body, bytes + ZTA_LEAF_ID_LEN);
	*out = (zta_leaf){ .kind = ZTA_STR("delegation"),
		.id = { (const char *)bytes, ZTA_LEAF_ID_LEN },
		.time = what->now,
		.zone = zone->id,
		.ledger = zone->ledger,
		.commit = zta_str_of(snapshot->tree.id),
		.request = { (const char *)bytes + ZTA_LEAF_ID_LEN,
		    ZTA_SHA256_LEN },
		.action = zta_str_of(what->action),
		.resource_type = ZTA_STR("Delegation"),
		.resource_id = what->jti,
		.allowed = what->allowed,
		.leg = zta_str_of(what->leg),
		.code = zta_str_of(what->code),
		.elevation = { what->elevation, what->elevation_count },
		.mode = ZTA_STR("strict"),
		.reason = what->reason };
	if (what->caller != NULL) {
		out->subject_type = what->caller->type;
		out->subject_id = what->caller->id;
		digests[count++] =
		    (zta_str){ (const char *)what->caller->digest,
			    ZTA_SHA256_LEN };
	}
	if (what->person != NULL && what->person->type.len > 0) {
		digests[count++] =
		    (zta_str){ (const char *)what->person->digest,
			    ZTA_SHA256_LEN };
	}
	for (i = 0; i < grants; i++) {
		digests[count++] =
		    (zta_str){ (const char *)what->taken->grants[i].digest,
			    ZTA_SHA256_LEN };
	}
	out->credentials = (zta_leaf_list){ digests, count };
	zta_pdp__record_age(zone, snapshot, out);
	return ZTA_OK;
}
