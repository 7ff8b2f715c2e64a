/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.c - see request.h.
 *
 * Parts are taken first, then it is asked whether all are there: so evaluations
 * of one call may have what they lack from beside them.
 */
#include "pdp/request.h"

#include "base/error.h"
#include "base/str.h"

typedef struct reader {
	zta_authzen *out;
	bool strict; /* no members but those that are known */
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(    \
	    &(r)->out->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* --- taking what is there */

static zta_status
take_text(reader *r, const zta_json *node, const char *name, zta_str *out)
{
	const zta_json *text = zta_json__get(node, name);

	if (text == NULL) {
		return ZTA_OK;
	}
	if (text->type != ZTA_JSON_STRING || text->count == 0) {
		return FAIL(
		    r, text, "`%s` must be a string that is not empty", name);
	}
	*out = zta_json__str(text);
	return ZTA_OK;
}

static zta_status
take_object(
    reader *r, const zta_json *node, const char *name, const zta_json **out)
{
	const zta_json *object = zta_json__get(node, name);

	*out = object;
	return object == NULL || object->type == ZTA_JSON_OBJECT ?
	    ZTA_OK :
	    FAIL(r, object, "`%s` must be an object", name);
}

/* An object; only these members, if the reader is strict. */
static zta_status
take_part(reader *r, const zta_json *node, const char *name,
    const char *const *names, const zta_json **out)
{
	zta_status status = take_object(r, node, name, out);

	return status != ZTA_OK || *out == NULL || !r->strict ?
	    status :
	    zta_json__only(&r->out->doc, *out, names, r->err);
}

/* {"type", "id", "properties"?} */
static zta_status
take_entity(reader *r, const zta_json *node, const char *name,
    const zta_json **at, zta_str *type, zta_str *id,
    const zta_json **properties)
{
	static const char *const names[] = { "type", "id", "properties", NULL };
	const zta_json *part;
	zta_status status = take_part(r, node, name, names, &part);

	if (status != ZTA_OK || part == NULL) {
		return status;
	}
	*at = part;
	status = take_text(r, part, "type", type);
	if (status == ZTA_OK) {
		status = take_text(r, part, "id", id);
	}
	return status != ZTA_OK ?
	    status :
	    take_object(r, part, "properties", properties);
}

/* {"name", "properties"?} */
static zta_status
take_action(reader *r, const zta_json *node)
{
	static const char *const names[] = { "name", "properties", NULL };
	const zta_json *part;
	zta_status status = take_part(r, node, "action", names, &part);

	if (status != ZTA_OK || part == NULL) {
		return status;
	}
	r->out->action_at = part;
	status = take_text(r, part, "name", &r->out->action);
	return status != ZTA_OK ?
	    status :
	    take_object(r, part, "properties", &r->out->action_properties);
}

/* SPEC: ztauth 5: `action` and `ztauth` are not for the PEP to set. */
static zta_status
take_context(reader *r, const zta_json *node)
{
	static const char *const reserved[] = { "action", "ztauth" };
	const zta_json *context, *set;
	zta_status status = take_object(r, node, "context", &context);
	size_t i;

	if (status != ZTA_OK || context == NULL) {
		return status;
	}
	for (i = 0; i < 2; i++) {
		set = zta_json__get(context, reserved[i]);
		if (set != NULL) {
			return FAIL(r, set,
			    "`%s` is reserved: the decision point sets it",
			    reserved[i]);
		}
	}
	r->out->context = context;
	return ZTA_OK;
}

static zta_status
take_parts(reader *r, const zta_json *node)
{
	zta_authzen *out = r->out;
	zta_status status;

	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "a request must be an object");
	}
	status = take_entity(r, node, "subject", &out->subject,
	    &out->subject_type, &out->subject_id, &out->subject_properties);
	if (status == ZTA_OK) {
		status = take_action(r, node);
	}
	if (status == ZTA_OK) {
		status = take_entity(r, node, "resource", &out->resource,
		    &out->resource_type, &out->resource_id,
		    &out->resource_properties);
	}
	return status != ZTA_OK ? status : take_context(r, node);
}

zta_status
zta_authzen__take(zta_authzen *out, const zta_json *node, zta_error *err)
{
	reader r = { .out = out, .err = err };

	return take_parts(&r, node);
}

/* It is ours: what is misspelt in it does not pass for absent. */
zta_status
zta_authzen__take_model(zta_authzen *out, const zta_json *node, zta_error *err)
{
	static const char *const names[] = { "zone_id", "ledger_id", "tx_token",
		NULL };
	reader r = { .out = out, .strict = true, .err = err };
	const zta_json *model;
	zta_status status =
	    take_part(&r, node, "authorization_model", names, &model);

	if (status != ZTA_OK || model == NULL) {
		return status;
	}
	status = take_text(&r, model, "zone_id", &out->zone);
	if (status == ZTA_OK) {
		status = take_text(&r, model, "ledger_id", &out->ledger);
	}
	return status != ZTA_OK ?
	    status :
	    take_text(&r, model, "tx_token", &out->tx_token);
}

/* --- is all there? */

/* `part` NULL: it is missing in `node`; else `text` is, if it is empty. */
static zta_status
need_text(const reader *r, const zta_json *node, const zta_json *part,
    const char *part_name, zta_str text, const char *name)
{
	if (part == NULL) {
		return FAIL(r, node, "`%s` is missing", part_name);
	}
	return text.len > 0 ? ZTA_OK : FAIL(r, part, "`%s` is missing", name);
}

static zta_status
need_entity(const reader *r, const zta_json *node, const char *name,
    const zta_json *part, zta_str type, const zta_str *id)
{
	zta_status status = need_text(r, node, part, name, type, "type");

	return status != ZTA_OK || id == NULL ?
	    status :
	    need_text(r, node, part, name, *id, "id");
}

zta_status
zta_authzen__need(const zta_authzen *request, const zta_json *node,
    zta_authzen_open open, zta_error *err)
{
	zta_authzen in = *request;
	reader r = { .out = &in, .err = err };
	zta_status status = need_entity(&r, node, "subject", in.subject,
	    in.subject_type, open == ZTA_OPEN_SUBJECT ? NULL : &in.subject_id);

	if (status == ZTA_OK && open != ZTA_OPEN_ACTION) {
		status = need_text(
		    &r, node, in.action_at, "action", in.action, "name");
	}
	return status != ZTA_OK ?
	    status :
	    need_entity(&r, node, "resource", in.resource, in.resource_type,
		open == ZTA_OPEN_RESOURCE ? NULL : &in.resource_id);
}

/* --- one evaluation */

static zta_status
take_all(reader *r)
{
	const zta_json *root = r->out->doc.root;
	zta_status status = take_parts(r, root);

	if (status == ZTA_OK) {
		status =
		    zta_authzen__need(r->out, root, ZTA_OPEN_NOTHING, r->err);
	}
	return status != ZTA_OK ? status :
				  zta_authzen__take_model(r->out, root, r->err);
}

static zta_status
take_strictly(const zta_json_doc *doc, const char *const *names,
    zta_authzen *out, zta_error *err)
{
	reader r = { .out = out, .strict = true, .err = err };
	zta_status status;

	*out = (zta_authzen){ .doc = *doc };
	status = zta_json__only(&out->doc, out->doc.root, names, err);
	return status != ZTA_OK ? status : take_all(&r);
}

zta_status
zta_authzen__of(const zta_json_doc *doc, zta_authzen *out, zta_error *err)
{
	static const char *const names[] = { "subject", "action", "resource",
		"context", "authorization_model", NULL };

	return take_strictly(doc, names, out, err);
}

zta_status
zta_authzen__read(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err)
{
	reader r = { .out = out, .err = err };
	zta_status status;

	*out = (zta_authzen){ 0 };
	status = zta_json__read(arena, body, &out->doc, err);
	if (status == ZTA_OK) {
		status = take_all(&r);
	}
	/* Ours: whoever asks for one here must not wait for it. */
	out->seal =
	    status == ZTA_OK ? zta_json__get(out->doc.root, "seal") : NULL;
	return out->seal == NULL ?
	    status :
	    FAIL(&r, out->seal, "seals are asked for at /chain/seal");
}

zta_status
zta_authzen__read_sealing(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err)
{
	static const char *const names[] = { "subject", "action", "resource",
		"context", "authorization_model", "seal", NULL };
	zta_json_doc doc;
	zta_status status = zta_json__read(arena, body, &doc, err);

	*out = (zta_authzen){ 0 };
	if (status == ZTA_OK) {
		status = take_strictly(&doc, names, out, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->seal = zta_json__get(doc.root, "seal");
	out->relays = true;
	if (out->seal == NULL) {
		return zta_json__fail(
		    &doc, doc.root, err, ZTA_EINVALID, "`seal` is missing");
	}
	return out->tx_token.len > 0 ?
	    ZTA_OK :
	    zta_json__fail(&doc, doc.root, err, ZTA_EINVALID,
		"`authorization_model.tx_token` is missing: there is no chain "
		"to seal");
}
