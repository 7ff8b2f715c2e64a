/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_write.h - write JSON into a buffer; commas are placed by themselves.
 *
 *     zta_json_out out = { &buf, false };
 *     zta_json_out__open(&out, '{');
 *     zta_json_out__name(&out, "decision");
 *     zta_json_out__bool(&out, true);
 *     zta_json_out__close(&out, '}');          ->  {"decision":true}
 *
 * Failures stick in the buffer.
 */
#ifndef ZTA_BASE_JSON_WRITE_H
#define ZTA_BASE_JSON_WRITE_H

#include "base/buf.h"
#include "base/json.h"

typedef struct zta_json_out {
	zta_buf *buf;
	bool comma; /* a value stands before: the next one needs a comma */
} zta_json_out;

/* `bracket` is '{', '[' to open and '}', ']' to close. */
void zta_json_out__open(zta_json_out *out, char bracket);
void zta_json_out__close(zta_json_out *out, char bracket);

/* A member name; its value must follow. */
void zta_json_out__name(zta_json_out *out, const char *name);
void zta_json_out__name_str(zta_json_out *out, zta_str name);

void zta_json_out__str(zta_json_out *out, zta_str text);
void zta_json_out__text(zta_json_out *out, const char *text);
void zta_json_out__int(zta_json_out *out, int64_t value);
void zta_json_out__bool(zta_json_out *out, bool value);
void zta_json_out__null(zta_json_out *out);

/* A member; `_if` leaves out one that is empty. */
void zta_json_out__member(zta_json_out *out, const char *name, zta_str text);
void zta_json_out__member_if(zta_json_out *out, const char *name, zta_str text);
void zta_json_out__member_int(
    zta_json_out *out, const char *name, int64_t value);

/* A value that is JSON already. */
void zta_json_out__raw(zta_json_out *out, zta_str json);

/* A value that was read. Returns the node after it. */
const zta_json *zta_json_out__node(zta_json_out *out, const zta_json *node);

#endif
