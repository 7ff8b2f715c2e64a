/* SPDX-License-Identifier: Apache-2.0 */
/* oid.c - see oid.h. */
#include "store/oid.h"

#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "crypto/digest.h"

/* The longest kind, a space, 20 digits and a NUL. */
#define HEADER_MAX 32

const char *
zta_object__kind_name(zta_object_kind kind)
{
	switch (kind) {
	case ZTA_OBJECT_COMMIT:
		return "commit";
	case ZTA_OBJECT_TREE:
		return "tree";
	case ZTA_OBJECT_BLOB:
		return "blob";
	case ZTA_OBJECT_NONE:
		break;
	}
	return "none";
}

zta_oid
zta_oid__of(zta_object_kind kind, zta_str body)
{
	char header[HEADER_MAX];
	zta_oid oid = { { 0 } };
	int len = snprintf(header, sizeof(header), "%s %zu",
	    zta_object__kind_name(kind), body.len);

	/* The NUL that ends the text ends the header too. */
	zta_digest__sha256_pair(
	    (zta_str){ header, (size_t)len + 1 }, body, oid.bytes);
	return oid;
}

void
zta_oid__hex(const zta_oid *oid, char out[ZTA_OID_TEXT_MAX])
{
	zta_hex__encode(
	    (zta_str){ (const char *)oid->bytes, ZTA_OID_LEN }, out);
	out[ZTA_OID_TEXT_MAX - 1] = '\0';
}

bool
zta_oid__parse(zta_str digits, zta_oid *out)
{
	zta_oid read = { { 0 } };

	if (digits.len != ZTA_OID_TEXT_MAX - 1 ||
	    !zta_hex__decode(digits, read.bytes)) {
		return false;
	}
	*out = read;
	return true;
}

bool
zta_oid__eq(const zta_oid *a, const zta_oid *b)
{
	return memcmp(a->bytes, b->bytes, ZTA_OID_LEN) == 0;
}

int
zta_oid__cmp(const zta_oid *a, const zta_oid *b)
{
	return memcmp(a->bytes, b->bytes, ZTA_OID_LEN);
}
