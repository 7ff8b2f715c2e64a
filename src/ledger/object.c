/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - see object.h. */
#include "ledger/object.h"

#include "base/error.h"
#include "crypto/digest.h"

zta_status
zta_object__id(const char *kind, zta_str content,
    unsigned char id[ZTA_OBJECT_ID_LEN], zta_error *err)
{
	zta_buf buf;
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__printf(&buf, "%s %zu", kind, content.len);
	zta_buf__byte(&buf, '\0');
	zta_buf__put(&buf, content);
	status = buf.status;
	if (status == ZTA_OK) {
		zta_digest__sha256(zta_buf__str(&buf), id);
	}
	zta_buf__release(&buf);
	return status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}

void
zta_object__put_entry(zta_buf *tree, bool directory, zta_str name,
    const unsigned char id[ZTA_OBJECT_ID_LEN])
{
	zta_buf__text(tree, directory ? "40000 " : "100644 ");
	zta_buf__put(tree, name);
	zta_buf__byte(tree, '\0');
	zta_buf__put(tree, (zta_str){ (const char *)id, ZTA_OBJECT_ID_LEN });
}
