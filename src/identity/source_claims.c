/* SPDX-License-Identifier: Apache-2.0 */
/* source_claims.c - what a source demands of claims, and what becomes of them. */
#include "base/limits.h"
#include "base/str.h"
#include "identity/source_part.h"

/* --- where a claim is */

/* SPEC: rfc6901 4: ~1 is a slash, ~0 a tilde. In place. */
static bool
unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++, to++) {
		*to = *text;
		if (*text == '~') {
			if (text[1] != '0' && text[1] != '1') {
				return false;
			}
			*to = *++text == '0' ? '~' : '/';
		}
	}
	*to = '\0';
	return true;
}

/* A claim's name, or a JSON pointer, which begins with a slash. */
static zta_status
read_path(zta_source_reader *r, const zta_json *node, zta_claim_path *out)
{
	zta_str rest, name;
	char **names;
	size_t count = 0;

	if (node == NULL || node->type != ZTA_JSON_STRING || node->count == 0 ||
	    memchr(node->u.text, '\0', node->count) != NULL) {
		return ZTA_SOURCE_FAIL(r, node == NULL ? r->doc.root : node,
		    "expected the name of a claim, or a JSON pointer to it");
	}
	rest = out->text = zta_json__str(node);
	names = zta_arena__zalloc(r->arena, rest.len + 2, sizeof(*names));
	if (names == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	out->names = (const char *const *)names;
	if (rest.ptr[0] != '/') {
		names[0] = zta_arena__cstr(r->arena, rest);
		return names[0] != NULL ? ZTA_OK :
					  zta_arena__failed(r->arena, r->err);
	}
	(void)zta_str__next(&rest, '/', &name);
	while (zta_str__next(&rest, '/', &name)) {
		names[count] = zta_arena__cstr(r->arena, name);
		if (names[count] == NULL) {
			return zta_arena__failed(r->arena, r->err);
		}
		if (!unescape(names[count++])) {
			return ZTA_SOURCE_FAIL(
			    r, node, "`~` is written ~0 in a JSON pointer");
		}
	}
	return ZTA_OK;
}

/* --- what the credential becomes */

static zta_status
read_parents(zta_source_reader *r, const zta_json *list, zta_source *out)
{
	static const char *const names[] = { "claim", "type", NULL };
	const zta_json *node;
	zta_claim_parent *parents;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (list->type != ZTA_JSON_ARRAY) {
		return ZTA_SOURCE_FAIL(r, list, "`parents` is an array");
	}
	parents =
	    zta_arena__zalloc(r->arena, list->count + 1, sizeof(*parents));
	if (parents == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = zta_json__only(&r->doc, node, names, r->err);
		if (status == ZTA_OK) {
			status = zta_source__need_text(
			    r, node, "type", &parents[i].type);
		}
		if (status == ZTA_OK) {
			status = read_path(
			    r, zta_json__get(node, "claim"), &parents[i].claim);
		}
		node = zta_json__after(node);
	}
	out->parents = parents;
	out->parent_count = list->count;
	return status;
}

static zta_status
read_attributes(zta_source_reader *r, const zta_json *object, zta_source *out)
{
	const zta_json *name;
	zta_claim_attribute *attributes;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (object->type != ZTA_JSON_OBJECT) {
		return ZTA_SOURCE_FAIL(r, object, "`attributes` is an object");
	}
	attributes =
	    zta_arena__zalloc(r->arena, object->count + 1, sizeof(*attributes));
	if (attributes == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	name = zta_json__first(object);
	for (i = 0; status == ZTA_OK && i < object->count; i++) {
		attributes[i].name = zta_json__str(name);
		status =
		    read_path(r, zta_json__after(name), &attributes[i].claim);
		name = zta_json__after(zta_json__after(name));
	}
	out->attributes = attributes;
	out->attribute_count = object->count;
	return status;
}

static zta_status
read_kind(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_str kind = { NULL, 0 };
	zta_status status = zta_source__need_text(r, node, "kind", &kind);

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

zta_status
zta_source__read_principal(
    zta_source_reader *r, const zta_json *source, zta_source *out)
{
	static const char *const names[] = { "kind", "type", "id", "parents",
		"attributes", NULL };
	const zta_json *node = zta_json__get(source, "principal"), *member;
	zta_status status;

	if (node == NULL) {
		return ZTA_OK;
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = read_kind(r, node, out);
	}
	if (status == ZTA_OK) {
		status = zta_source__need_text(r, node, "type", &out->entity);
	}
	member = zta_json__get(node, "id");
	if (status == ZTA_OK && member != NULL) {
		status = read_path(r, member, &out->id);
	}
	member = zta_json__get(node, "parents");
	if (status == ZTA_OK && member != NULL) {
		status = read_parents(r, member, out);
	}
	member = zta_json__get(node, "attributes");
	if (status == ZTA_OK && member != NULL) {
		status = read_attributes(r, member, out);
	}
	return status;
}

/* --- what is demanded */

static zta_status
read_demand(zta_source_reader *r, const zta_json *source, const char *name,
    zta_str_list *out)
{
	const zta_json *node = zta_json__get(source, name);

	return node == NULL ?
	    ZTA_OK :
	    zta_source__texts(r, node, name, &out->list, &out->count);
}

zta_status
zta_source__read_claims(
    zta_source_reader *r, const zta_json *source, zta_source *out)
{
	zta_status status = read_demand(r, source, "clients", &out->clients);

	if (status == ZTA_OK) {
		status = read_demand(r, source, "acr", &out->acr);
	}
	if (status == ZTA_OK) {
		status = read_demand(r, source, "amr", &out->amr);
	}
	if (status == ZTA_OK) {
		status = zta_source__seconds(r, source, "max_auth_age_s",
		    ZTA_AUTH_AGE_MAX_S, &out->max_auth_age_ms);
	}
	return status != ZTA_OK ? status :
				  zta_source__read_principal(r, source, out);
}
