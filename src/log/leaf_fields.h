/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf_fields.h - one table says for each field of a record its key, its name in
 * JSON and its form; all that is done with records walks it.
 */
#ifndef ZTA_LOG_LEAF_FIELDS_H
#define ZTA_LOG_LEAF_FIELDS_H

#include <stddef.h>

#include "log/leaf.h"

typedef enum zta_leaf_form {
	ZTA_FORM_TEXT,
	ZTA_FORM_BYTES, /* hexadecimal in JSON */
	ZTA_FORM_NUMBER,
	ZTA_FORM_TIME, /* ms; RFC 3339 in JSON */
	ZTA_FORM_FLAG,
	ZTA_FORM_TEXTS,
	ZTA_FORM_DIGESTS,
	ZTA_FORM_RINGS
} zta_leaf_form;

typedef enum zta_leaf_privacy {
	ZTA_PRIVACY_NONE,
	ZTA_PRIVACY_NAME, /* as it is, unless it is strange to the ledger */
	ZTA_PRIVACY_FULL  /* a commitment, always */
} zta_leaf_privacy;

typedef struct zta_leaf_field {
	unsigned key;
	const char *name;
	zta_leaf_form form;
	size_t at; /* offset in the struct */
	zta_leaf_privacy privacy;
	zta_personal personal; /* unless there is no privacy */
} zta_leaf_field;

/* Fields of one struct, ascending by key. */
typedef struct zta_leaf_table {
	const zta_leaf_field *fields;
	size_t count;
} zta_leaf_table;

extern const zta_leaf_table zta_leaf_fields;      /* of a zta_leaf */
extern const zta_leaf_table zta_leaf_ring_fields; /* of a zta_leaf_ring */

/* The field that is personal in this way. */
const zta_leaf_field *zta_leaf_field__personal(zta_personal personal);

/* The value of a field of TEXT or BYTES. */
static inline zta_str
zta_leaf_field__str(const zta_leaf_field *field, const void *base)
{
	return *(const zta_str *)(const void *)((const char *)base + field->at);
}

/* Is there a commitment in its place? */
static inline bool
zta_leaf_field__is_hidden(const zta_leaf_field *field, const zta_leaf *leaf)
{
	return field->privacy == ZTA_PRIVACY_FULL ||
	    (field->privacy == ZTA_PRIVACY_NAME &&
		(leaf->strange >> field->personal & 1) != 0);
}

/* Has it a value, or a commitment? */
bool zta_leaf_field__is_there(const zta_leaf_field *field, const void *base);

#endif
