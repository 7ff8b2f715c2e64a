/* SPDX-License-Identifier: Apache-2.0 */
/* mapping.c - see mapping.h. */
#include "identity/mapping.h"

#include "base/limits.h"
#include "base/str.h"

const zta_json *
zta_mapping__find(const zta_json *claims, const zta_claim_path *path)
{
	size_t i;

	for (i = 0; claims != NULL && path->names[i] != NULL; i++) {
		claims = zta_json__get(claims, path->names[i]);
	}
	return claims;
}

/* One string, or an array of them; each is an entity's id. */
static zta_status
add_parents(
    zta_verifying *v, const zta_claim_parent *parent, zta_entity_name *list)
{
	const zta_json *node =
	    zta_mapping__find(v->claims.doc.root, &parent->claim);
	const zta_json *item = node;
	uint32_t i, count = 1;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type == ZTA_JSON_ARRAY) {
		item = zta_json__first(node);
		count = node->count;
	}
	for (i = 0; i < count; i++) {
		if (item->type != ZTA_JSON_STRING || item->count == 0) {
			return ZTA_REFUSE(v, BAD_CLAIM,
			    "`%.*s` holds no strings",
			    ZTA_STR_ARG(parent->claim.text));
		}
		if (v->out->parent_count == ZTA_PRINCIPAL_PARENTS_MAX) {
			return ZTA_REFUSE(v, TOO_LARGE, "over %u groups",
			    ZTA_PRINCIPAL_PARENTS_MAX);
		}
		list[v->out->parent_count++] =
		    (zta_entity_name){ parent->type, zta_json__str(item) };
		item = zta_json__after(item);
	}
	return ZTA_OK;
}

static zta_status
add_attributes(zta_verifying *v)
{
	const zta_source *s = v->source;
	zta_principal_attribute *list = zta_arena__alloc(
	    v->with->arena, (s->attribute_count + 1) * sizeof(*list));
	const zta_json *node;
	uint32_t i;

	if (list == NULL) {
		return zta_arena__failed(v->with->arena, v->err);
	}
	for (i = 0; i < s->attribute_count; i++) {
		node = zta_mapping__find(
		    v->claims.doc.root, &s->attributes[i].claim);
		if (node != NULL) {
			list[v->out->attribute_count++] =
			    (zta_principal_attribute){ s->attributes[i].name,
				    node };
		}
	}
	v->out->attributes = list;
	return ZTA_OK;
}

zta_status
zta_mapping__apply(zta_verifying *v)
{
	const zta_source *s = v->source;
	zta_entity_name *list;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (s->parent_count > 0) {
		list = zta_arena__alloc(
		    v->with->arena, ZTA_PRINCIPAL_PARENTS_MAX * sizeof(*list));
		if (list == NULL) {
			return zta_arena__failed(v->with->arena, v->err);
		}
		v->out->parents = list;
		for (i = 0; status == ZTA_OK && i < s->parent_count; i++) {
			status = add_parents(v, &s->parents[i], list);
		}
	}
	return status == ZTA_OK && s->attribute_count > 0 ? add_attributes(v) :
							    status;
}
