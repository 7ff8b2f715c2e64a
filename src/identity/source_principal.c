/* SPDX-License-Identifier: Apache-2.0 */
/* source_principal.c - what a credential of a source becomes. */
#include "identity/source_part.h"

#include "base/str.h"

zta_status
zta_source__read_principal(
    zta_source_reader *r, const zta_json *source, zta_source *out)
{
	static const char *const names[] = { "kind", "type", "id", NULL };
	const zta_json *node = zta_json__get(source, "principal");
	zta_str kind = { NULL, 0 }, claim = { NULL, 0 };
	zta_status status;

	if (node == NULL) {
		return ZTA_OK;
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = zta_source__need_text(r, node, "kind", &kind);
	}
	if (status == ZTA_OK) {
		status = zta_source__need_text(r, node, "type", &out->entity);
	}
	if (status == ZTA_OK && zta_json__get(node, "id") != NULL) {
		status = zta_source__need_text(r, node, "id", &claim);
		out->id_claim = zta_arena__cstr(r->arena, claim);
		if (status == ZTA_OK && out->id_claim == NULL) {
			status = zta_arena__failed(r->arena, r->err);
		}
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->principal = ZTA_PRINCIPAL_HUMAN;
	if (zta_str__is(kind, "workload")) {
		out->principal = ZTA_PRINCIPAL_WORKLOAD;
	} else if (!zta_str__is(kind, "human")) {
		return ZTA_SOURCE_FAIL(
		    r, node, "`kind` is \"human\" or \"workload\"");
	}
	return ZTA_OK;
}
