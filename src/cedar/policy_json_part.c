/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_part.c - see policy_json_part.h. */
#include "cedar/policy_json_part.h"

#include "cedar/lex.h"

zta_status
zta_policy_part__no_room(zta_policy_reader *r)
{
	return zta_arena__failed(r->arena, r->err);
}

zta_status
zta_policy_part__need(zta_policy_reader *r, const zta_json *object,
    const char *name, const zta_json **out)
{
	*out = zta_json__get(object, name);
	return *out != NULL ?
	    ZTA_OK :
	    ZTA_POLICY_FAIL(r, object, "`%s` is needed here", name);
}

zta_status
zta_policy_part__only(zta_policy_reader *r, const zta_json *node, const char *a,
    const char *b, const char *c)
{
	const char *const names[] = { a, b, c, NULL };

	return zta_json__only(r->doc, node, names, r->err);
}

zta_status
zta_policy_part__type(zta_policy_reader *r, const zta_json *node, zta_str *out)
{
	if (!zta_policy_part__is_string(node) ||
	    !zta_lex__is_name(zta_json__str(node))) {
		return ZTA_POLICY_FAIL(
		    r, node, "expected the name of an entity type");
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

zta_status
zta_policy_part__uid(
    zta_policy_reader *r, const zta_json *node, zta_uid_text *out)
{
	const zta_json *inner = zta_json__get(node, "__entity");
	const zta_json *type, *id;
	zta_status status = inner == NULL ?
	    ZTA_OK :
	    zta_policy_part__only(r, node, "__entity", NULL, NULL);

	if (status != ZTA_OK) {
		return status;
	}
	inner = inner == NULL ? node : inner;
	type = zta_json__get(inner, "type");
	id = zta_json__get(inner, "id");
	if (!zta_policy_part__is_string(type) ||
	    !zta_policy_part__is_string(id) || inner->count != 2) {
		return ZTA_POLICY_FAIL(r, inner,
		    "expected an entity, {\"type\": ..., \"id\": ...}");
	}
	out->id = zta_json__str(id);
	out->at = inner->at;
	return zta_policy_part__type(r, type, &out->type);
}
