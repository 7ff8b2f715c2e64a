/* SPDX-License-Identifier: Apache-2.0 */
/* evaluations.c - see evaluations.h. */
#include "pdp/evaluations.h"

#include "base/limits.h"
#include "base/str.h"

#define FAIL(all, node, err, ...) \
	zta_json__fail(           \
	    &(all)->defaults.doc, node, err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
read_semantic(zta_evaluations *all, const zta_json *root, zta_error *err)
{
	static const char *const names[] = { "execute_all",
		"deny_on_first_deny", "permit_on_first_permit" };
	const zta_json *options = zta_json__get(root, "options"), *semantic;
	size_t i;

	if (options == NULL) {
		return ZTA_OK;
	}
	if (options->type != ZTA_JSON_OBJECT) {
		return FAIL(all, options, err, "`options` must be an object");
	}
	semantic = zta_json__get(options, "evaluations_semantic");
	for (i = 0; semantic != NULL && i < 3; i++) {
		if (semantic->type == ZTA_JSON_STRING &&
		    zta_str__is(zta_json__str(semantic), names[i])) {
			all->semantic = (zta_semantic)i;
			return ZTA_OK;
		}
	}
	return semantic == NULL ?
	    ZTA_OK :
	    FAIL(all, semantic, err, "there is no such semantic");
}

/* What it takes to read the member once more, of about a byte each. */
static uint64_t
weight_of(const zta_json *root, const char *name)
{
	const zta_json *node = zta_json__get(root, name);
	uint64_t weight = 0;
	uint32_t i, span = node == NULL ? 0 : node->span;

	for (i = 0; i < span; i++, node++) {
		weight += 1 +
		    (node->type == ZTA_JSON_STRING ||
				node->type == ZTA_JSON_NUMBER ?
			    node->count :
			    0);
	}
	return weight;
}

/* A long context for each of many would be an answer that takes minutes. */
static zta_status
limit_defaults(const zta_evaluations *all, const zta_json *root, zta_error *err)
{
	uint64_t weight = weight_of(root, "subject") +
	    weight_of(root, "action") + weight_of(root, "resource") +
	    weight_of(root, "context");

	return weight * all->count <= ZTA_EVALUATIONS_GIVEN_MAX ?
	    ZTA_OK :
	    FAIL(all, root, err, "too much stands beside so many evaluations");
}

static zta_status
read_list(zta_evaluations *all, const zta_json *root, zta_error *err)
{
	const zta_json *list = zta_json__get(root, "evaluations");

	if (list == NULL) {
		return ZTA_OK;
	}
	if (list->type != ZTA_JSON_ARRAY) {
		return FAIL(all, list, err, "`evaluations` must be an array");
	}
	if (list->count > ZTA_EVALUATIONS_MAX) {
		return FAIL(all, list, err, "a call has at most %u evaluations",
		    ZTA_EVALUATIONS_MAX);
	}
	if (list->count > 0) {
		all->first = zta_json__first(list);
		all->count = list->count;
	}
	return limit_defaults(all, root, err);
}

zta_status
zta_evaluations__read(
    zta_arena *arena, zta_str body, zta_evaluations *out, zta_error *err)
{
	zta_authzen *given = &out->defaults;
	zta_status status;

	*out = (zta_evaluations){ 0 };
	status = zta_json__read(arena, body, &given->doc, err);
	if (status == ZTA_OK) {
		status = zta_authzen__take(given, given->doc.root, err);
	}
	if (status == ZTA_OK) {
		status = zta_authzen__take_model(given, given->doc.root, err);
	}
	if (status == ZTA_OK) {
		status = read_semantic(out, given->doc.root, err);
	}
	if (status == ZTA_OK) {
		status = read_list(out, given->doc.root, err);
	}
	return status != ZTA_OK || out->first != NULL ?
	    status :
	    zta_authzen__need(given, given->doc.root, ZTA_OPEN_NOTHING, err);
}

zta_status
zta_evaluations__one(const zta_evaluations *all, const zta_json *item,
    zta_authzen *out, zta_error *err)
{
	const zta_json *model;
	zta_status status;

	*out = all->defaults;
	status = zta_authzen__take(out, item, err);
	if (status != ZTA_OK) {
		return status;
	}
	model = zta_json__get(item, "authorization_model");
	return model != NULL ?
	    FAIL(all, model, err, "it stands beside `evaluations`, for all") :
	    zta_authzen__need(out, item, ZTA_OPEN_NOTHING, err);
}

bool
zta_evaluations__ends_with(const zta_evaluations *all, bool allowed)
{
	return (all->semantic == ZTA_DENY_ON_FIRST_DENY && !allowed) ||
	    (all->semantic == ZTA_PERMIT_ON_FIRST_PERMIT && allowed);
}
