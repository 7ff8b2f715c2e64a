/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_link.c - links of templates in the JSON policy format. */
#include "base/str.h"
#include "cedar/policy_json_part.h"

static zta_status
read_link_slots(
    zta_policy_reader *r, const zta_json *values, zta_link_text *link)
{
	const zta_json *name = zta_json__first(values);
	zta_expr_var var;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < values->count; i++) {
		var = zta_str__is(zta_json__str(name), "?principal") ?
		    ZTA_VAR_PRINCIPAL :
		    ZTA_VAR_RESOURCE;
		if (!zta_str__is(zta_json__str(name), zta_slot_names[var])) {
			return ZTA_POLICY_FAIL(
			    r, name, "a slot is `?principal` or `?resource`");
		}
		name = zta_json__after(name);
		link->filled[var] = true;
		status = zta_policy_part__uid(r, name, &link->slots[var]);
		name = zta_json__after(name);
	}
	return status;
}

static zta_status
read_link(zta_policy_reader *r, const zta_json *node, void *item)
{
	const zta_json *template_id = zta_json__get(node, "templateId");
	const zta_json *id = zta_json__get(node, "newId");
	const zta_json *values = zta_json__get(node, "values");
	zta_link_text *link = item;
	zta_status status =
	    zta_policy_part__only(r, node, "templateId", "newId", "values");

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_policy_part__is_string(template_id) ||
	    !zta_policy_part__is_string(id) || values == NULL ||
	    values->type != ZTA_JSON_OBJECT) {
		return ZTA_POLICY_FAIL(
		    r, node, "a link needs `templateId`, `newId` and `values`");
	}
	*link = (zta_link_text){ .template_id = zta_json__str(template_id),
		.id = zta_json__str(id),
		.at = node->at };
	return read_link_slots(r, values, link);
}

zta_status
zta_policy_part__links(
    zta_policy_reader *r, const zta_json *node, zta_policy_texts *out)
{
	void *list = NULL;
	zta_status status;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "links must be an array");
	}
	status = zta_policy_part__list(
	    r, node, read_link, sizeof(*out->links), &list, &out->link_count);
	out->links = list;
	return status;
}
