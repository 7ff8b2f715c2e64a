/* SPDX-License-Identifier: Apache-2.0 */
/* leaf_fields.c - see leaf_fields.h. A key is never used again. */
#include "log/leaf_fields.h"

#define FIELD(key, form, member)                                           \
	{                                                                  \
		key, #member, ZTA_FORM_##form, offsetof(zta_leaf, member), \
		    ZTA_PRIVACY_NONE, 0                                    \
	}
#define PERSONAL(key, form, member, privacy, which)                        \
	{                                                                  \
		key, #member, ZTA_FORM_##form, offsetof(zta_leaf, member), \
		    ZTA_PRIVACY_##privacy, ZTA_PERSONAL_##which            \
	}

static const zta_leaf_field fields[] = {
	FIELD(1, TEXT, kind),
	FIELD(2, BYTES, id),
	FIELD(3, TIME, time),
	FIELD(4, TEXT, zone),
	FIELD(5, TEXT, ledger),
	FIELD(6, TEXT, commit),
	FIELD(7, TEXT, txn),
	PERSONAL(8, BYTES, request, FULL, REQUEST),
	FIELD(9, DIGESTS, credentials),
	PERSONAL(10, TEXT, subject_type, NAME, SUBJECT_TYPE),
	PERSONAL(11, TEXT, subject_id, FULL, SUBJECT_ID),
	PERSONAL(12, TEXT, action, NAME, ACTION),
	PERSONAL(13, TEXT, resource_type, NAME, RESOURCE_TYPE),
	PERSONAL(14, TEXT, resource_id, FULL, RESOURCE_ID),
	FIELD(15, RINGS, rings),
	FIELD(16, FLAG, allowed),
	FIELD(17, TEXT, leg),
	FIELD(18, TEXT, code),
	FIELD(19, NUMBER, ring),
	FIELD(20, TEXTS, policies),
	FIELD(21, TEXTS, elevation),
	FIELD(22, TEXTS, errors),
	FIELD(23, TEXT, mode),
	PERSONAL(24, TEXT, reason, FULL, REASON),
	FIELD(25, TEXT, follow),
	FIELD(26, NUMBER, age),
	PERSONAL(27, TEXT, ref, FULL, REF),
	FIELD(28, TEXT, to),
	FIELD(29, TEXT, key),
	FIELD(30, BYTES, digest),
	FIELD(31, NUMBER, minimum),
	PERSONAL(32, BYTES, results, FULL, RESULTS),
};

#define RING(key, form, member)                                          \
	{                                                                \
		key, #member, ZTA_FORM_##form,                           \
		    offsetof(zta_leaf_ring, member), ZTA_PRIVACY_NONE, 0 \
	}

static const zta_leaf_field ring_fields[] = {
	RING(1, TEXT, workload),
	RING(2, TEXT, source),
	RING(3, TEXT, proof),
	RING(4, BYTES, digest),
	RING(5, TIME, at),
};

const zta_leaf_table zta_leaf_fields = { fields,
	sizeof(fields) / sizeof(fields[0]) };
const zta_leaf_table zta_leaf_ring_fields = { ring_fields,
	sizeof(ring_fields) / sizeof(ring_fields[0]) };

const zta_leaf_field *
zta_leaf_field__personal(zta_personal personal)
{
	const zta_leaf_field *f = fields;

	while (f->privacy == ZTA_PRIVACY_NONE || f->personal != personal) {
		f++;
	}
	return f;
}

bool
zta_leaf_field__is_there(const zta_leaf_field *f, const void *base)
{
	const char *p = (const char *)base + f->at;

	switch (f->form) {
	case ZTA_FORM_TEXT:
	case ZTA_FORM_BYTES:
		return zta_leaf_field__str(f, base).len > 0 ||
		    (f->privacy != ZTA_PRIVACY_NONE &&
			((const zta_leaf *)base)->commitments[f->personal].len >
			    0);
	case ZTA_FORM_NUMBER:
	case ZTA_FORM_TIME:
		return *(const int64_t *)(const void *)p > 0;
	case ZTA_FORM_FLAG:
		return true;
	case ZTA_FORM_TEXTS:
	case ZTA_FORM_DIGESTS:
		return ((const zta_leaf_list *)(const void *)p)->count > 0;
	case ZTA_FORM_RINGS:
		return ((const zta_leaf *)base)->ring_count > 0;
	}
	return false;
}
