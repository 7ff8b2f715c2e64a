/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - see object.h. */
#include "ledger/object.h"

void
zta_object__put_entry(
    zta_buf *tree, bool directory, zta_str name, const zta_oid *id)
{
	zta_buf__text(tree, directory ? "40000 " : "100644 ");
	zta_buf__put(tree, name);
	zta_buf__byte(tree, '\0');
	zta_buf__put(tree, (zta_str){ (const char *)id->bytes, ZTA_OID_LEN });
}
