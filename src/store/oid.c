/* SPDX-License-Identifier: Apache-2.0 */
/* oid.c - see oid.h. */
#include "store/oid.h"

#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "crypto/digest.h"

static const char *const kind_names[] = { NULL, "commit", "tree", "blob",
	"tag" };

const char *
zta_object_kind__name(zta_object_kind kind)
{
	return kind >= ZTA_OBJECT_COMMIT && kind <= ZTA_OBJECT_TAG ?
	    kind_names[kind] :
	    NULL;
}

zta_status
zta_oid__of(zta_object_kind kind, zta_str body, zta_oid *out, zta_error *err)
{
	const char *name = zta_object_kind__name(kind);
	char head[32]; /* "commit", 20 digits, a NUL that is hashed too */
	zta_str parts[2] = { { head, 0 }, body };

	*out = (zta_oid){ 0 };
	if (name == NULL) {
		return zta_error__set(
		    err, ZTA_EINVAL, "%d is no kind of object", (int)kind);
	}
	parts[0].len =
	    (size_t)snprintf(head, sizeof(head), "%s %zu", name, body.len) + 1;
	zta_digest__sha256_parts(parts, 2, out->bytes);
	return ZTA_OK;
}

int
zta_oid__cmp(const zta_oid *a, const zta_oid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool
zta_oid__eq(const zta_oid *a, const zta_oid *b)
{
	return zta_oid__cmp(a, b) == 0;
}

bool
zta_oid__is_none(const zta_oid *oid)
{
	return zta_oid__eq(oid, &(zta_oid){ 0 });
}

void
zta_oid__hex(const zta_oid *oid, char out[ZTA_OID_HEX_MAX])
{
	zta_hex__encode(
	    (zta_str){ (const char *)oid->bytes, ZTA_OID_LEN }, out);
	out[ZTA_OID_HEX_MAX - 1] = '\0';
}

bool
zta_oid__parse(zta_str hex, zta_oid *out)
{
	*out = (zta_oid){ 0 };
	if (hex.len != ZTA_OID_HEX_MAX - 1 ||
	    !zta_hex__decode(hex, out->bytes)) {
		*out = (zta_oid){ 0 };
		return false;
	}
	return true;
}
