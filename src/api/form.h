/* SPDX-License-Identifier: Apache-2.0 */
/* form.h - application/x-www-form-urlencoded. SPEC: whatwg url 5.1 */
#ifndef ZTA_API_FORM_H
#define ZTA_API_FORM_H

#include "base/arena.h"

/* A form that has more fields is no request of ours. */
#define ZTA_FORM_FIELDS_MAX 64u

typedef struct zta_form_field {
	zta_str name, value;
} zta_form_field;

typedef struct zta_form {
	zta_form_field fields[ZTA_FORM_FIELDS_MAX];
	uint32_t count;
} zta_form;

/*
 * Decode `body` into `arena`. ZTA_ESYNTAX: a wrong escape, bytes that are no
 * UTF-8; ZTA_EEXIST: a field stands twice (rfc6749 3.2); ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_form__read(
    zta_form *out, zta_arena *arena, zta_str body, zta_error *err);

/* The value, or empty text. */
zta_str zta_form__get(const zta_form *form, const char *name);

#endif
