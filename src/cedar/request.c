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

zta_status
zta_request__read(zta_value_reader *r, const zta_json *root, zta_question *out)
{
	static const char *const names[] = { "principal", "action", "resource",
		"context", NULL };
	zta_status status;

	*out = (zta_question){ .names = r->names };
	if (root->type != ZTA_JSON_OBJECT) {
		return FAIL(r, root, "a request must be an object");
	}
	status = zta_json__only(r->doc, root, names, r->err);
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
