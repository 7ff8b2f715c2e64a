/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - see request.h. */
#include "cedar/request.h"

#include "base/str.h"
#include "cedar/parse.h"

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* `Type::"id"` as nearly everybody writes it: no space, no escapes. */
static bool
split_uid(zta_str text, zta_str *type, zta_str *id)
{
	size_t quote = zta_str__find(text, '"');

	if (quote < 3 || text.len < quote + 2 ||
	    text.ptr[text.len - 1] != '"') {
		return false;
	}
	*type = (zta_str){ text.ptr, quote - 2 };
	*id = (zta_str){ text.ptr + quote + 1, text.len - quote - 2 };
	return text.ptr[quote - 1] == ':' && text.ptr[quote - 2] == ':' &&
	    zta_str__find(*id, '"') == id->len &&
	    zta_str__find(*id, '\\') == id->len &&
	    zta_str__find(*id, '\r') == id->len && zta_lex__is_name(*type);
}

/* `Type::"id"` as the grammar has it. */
static zta_status
read_uid_text(zta_value_reader *r, const zta_json *node, uint32_t *uid)
{
	zta_parser p;
	zta_uid_text text;
	zta_error why;
	zta_status status;

	if (split_uid(zta_json__str(node), &text.type, &text.id)) {
		return zta_value_json__uid_of(r, node, text.type, text.id, uid);
	}
	status = zta_parser__init(&p, r->arena, zta_json__str(node), &why);
	if (status == ZTA_OK) {
		status = zta_parser__uid(&p, &text);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(
		    &p, ZTA_TOKEN_END, "nothing after the entity");
	}
	if (status != ZTA_OK) {
		return FAIL(
		    r, node, "not an entity Type::\"id\": %s", why.message);
	}
	return zta_value_json__uid_of(r, node, text.type, text.id, uid);
}

static zta_status
read_uid(
    zta_value_reader *r, const zta_json *root, const char *name, uint32_t *uid)
{
	const zta_json *node = zta_json__get(root, name);

	if (node == NULL) {
		return FAIL(r, root, "a request needs `%s`", name);
	}
	return node->type == ZTA_JSON_STRING ?
	    read_uid_text(r, node, uid) :
	    zta_value_json__uid(r, node, uid);
}

/* No context is an empty one, if the action can do without. */
static zta_status
empty_context(
    zta_value_reader *r, const zta_action *action, const zta_record **out)
{
	static const zta_record empty = { 0 };
	uint32_t i;

	for (i = 0; action != NULL && i < action->context->attr_count; i++) {
		if (action->context->attrs[i].required) {
			return FAIL(
			    r, r->doc->root, "the action needs a `context`");
		}
	}
	*out = &empty;
	return ZTA_OK;
}

zta_status
zta_request__context(zta_value_reader *r, const zta_json *node, uint32_t action,
    const zta_record **out)
{
	const zta_action *declared = NULL;

	if (r->schema != NULL) {
		declared = zta_schema__action(r->schema, action);
		if (declared == NULL) {
			return FAIL(r, r->doc->root,
			    "the schema has no action `%.*s`",
			    ZTA_STR_ARG(zta_names__id_of(r->names, action)));
		}
	}
	if (node == NULL) {
		return empty_context(r, declared, out);
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "the context must be an object");
	}
	return zta_value_json__record(
	    r, node, declared == NULL ? NULL : declared->context, out);
}

/* An object that has nothing but the members of a request. */
static zta_status
check_members(zta_value_reader *r, const zta_json *root)
{
	static const char *const names[] = { "principal", "action", "resource",
		"context", NULL };

	if (root->type != ZTA_JSON_OBJECT) {
		return FAIL(r, root, "a request must be an object");
	}
	return zta_json__only(r->doc, root, names, r->err);
}

zta_status
zta_request__read(zta_value_reader *r, const zta_json *root, zta_question *out)
{
	zta_status status = check_members(r, root);

	*out = (zta_question){ .names = r->names };
	if (status == ZTA_OK) {
		status = read_uid(r, root, "principal", &out->principal);
	}
	if (status == ZTA_OK) {
		status = read_uid(r, root, "action", &out->action);
	}
	if (status == ZTA_OK) {
		status = read_uid(r, root, "resource", &out->resource);
	}
	if (status == ZTA_OK) {
		status = zta_request__context(r, zta_json__get(root, "context"),
		    out->action, &out->context);
	}
	return status;
}

/* --- searches */

/* {"type":T}: any entity of the type, which a schema must declare. */
static zta_status
read_type(zta_value_reader *r, const zta_json *node, uint32_t *type)
{
	static const char *const names[] = { "type", NULL };
	const zta_json *name = zta_json__get(node, "type");
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (name->type != ZTA_JSON_STRING ||
	    !zta_lex__is_name(zta_json__str(name))) {
		return FAIL(r, name, "not the name of an entity type");
	}
	status = zta_names__symbol(r->names, zta_json__str(name), type, r->err);
	if (status == ZTA_OK && r->schema != NULL &&
	    zta_schema__entity(r->schema, *type) == NULL) {
		return FAIL(r, name, "the schema has no entity type `%.*s`",
		    ZTA_STR_ARG(zta_json__str(name)));
	}
	return status;
}

/* Read principal, action or resource: an entity, or what is sought. */
static zta_status
read_part(zta_value_reader *r, const zta_json *root, zta_expr_var var,
    uint32_t *uid, zta_sought *sought)
{
	const zta_json *node = zta_json__get(root, zta_expr_vars[var]);
	bool open = var == ZTA_VAR_ACTION ?
	    node == NULL :
	    node != NULL && node->type == ZTA_JSON_OBJECT &&
		zta_json__get(node, "type") != NULL &&
		zta_json__get(node, "id") == NULL;

	*uid = ZTA_NAME_NONE;
	if (!open) {
		return read_uid(r, root, zta_expr_vars[var], uid);
	}
	if (sought->var != ZTA_VAR_CONTEXT) {
		return FAIL(r, node == NULL ? root : node,
		    "only one of principal, action and resource can be "
		    "searched for");
	}
	*sought = (zta_sought){ var, ZTA_NAME_NONE };
	return var == ZTA_VAR_ACTION ? ZTA_OK :
				       read_type(r, node, &sought->type);
}

zta_status
zta_request__read_search(zta_value_reader *r, const zta_json *root,
    zta_question *out, zta_sought *sought)
{
	const zta_json *context = zta_json__get(root, "context");
	zta_status status = check_members(r, root);

	*out = (zta_question){ .names = r->names };
	*sought = (zta_sought){ ZTA_VAR_CONTEXT, ZTA_NAME_NONE };
	if (status == ZTA_OK) {
		status = read_part(
		    r, root, ZTA_VAR_PRINCIPAL, &out->principal, sought);
	}
	if (status == ZTA_OK) {
		status = read_part(
		    r, root, ZTA_VAR_RESOURCE, &out->resource, sought);
	}
	if (status == ZTA_OK) {
		status =
		    read_part(r, root, ZTA_VAR_ACTION, &out->action, sought);
	}
	if (status == ZTA_OK && sought->var == ZTA_VAR_CONTEXT) {
		return FAIL(r, root,
		    "a search leaves out the `id` of principal or resource, "
		    "or the `action`");
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (sought->var != ZTA_VAR_ACTION || r->schema == NULL) {
		return zta_request__context(
		    r, context, out->action, &out->context);
	}
	return context == NULL || context->type == ZTA_JSON_OBJECT ?
	    ZTA_OK :
	    FAIL(r, context, "the context must be an object");
}
