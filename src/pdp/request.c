/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - see request.h. */
#include "pdp/request.h"

#include "base/error.h"
#include "base/str.h"

typedef struct reader {
	zta_authzen *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(    \
	    &(r)->out->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
take_text(reader *r, const zta_json *node, const char *name, bool needed,
    zta_str *out)
{
	const zta_json *text = zta_json__get(node, name);

	if (text == NULL && !needed) {
		return ZTA_OK;
	}
	if (text == NULL) {
		return FAIL(r, node, "`%s` is missing", name);
	}
	if (text->type != ZTA_JSON_STRING || text->count == 0) {
		return FAIL(
		    r, text, "`%s` must be a string that is not empty", name);
	}
	*out = zta_json__str(text);
	return ZTA_OK;
}

static zta_status
take_object(reader *r, const zta_json *node, const char *name, bool needed,
    const zta_json **out)
{
	const zta_json *object = zta_json__get(node, name);

	*out = object;
	if (object == NULL) {
		return needed ? FAIL(r, node, "`%s` is missing", name) : ZTA_OK;
	}
	return object->type == ZTA_JSON_OBJECT ?
	    ZTA_OK :
	    FAIL(r, object, "`%s` must be an object", name);
}

/* {"type", "id", "properties"?} */
static zta_status
take_entity(reader *r, const char *name, zta_str *type, zta_str *id,
    const zta_json **properties)
{
	static const char *const names[] = { "type", "id", "properties", NULL };
	const zta_json *node;
	zta_status status = take_object(r, r->out->doc.root, name, true, &node);

	if (status == ZTA_OK) {
		status = zta_json__only(&r->out->doc, node, names, r->err);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "type", true, type);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "id", true, id);
	}
	return status != ZTA_OK ?
	    status :
	    take_object(r, node, "properties", false, properties);
}

static zta_status
take_action(reader *r)
{
	static const char *const names[] = { "name", "properties", NULL };
	const zta_json *node;
	zta_status status =
	    take_object(r, r->out->doc.root, "action", true, &node);

	if (status == ZTA_OK) {
		status = zta_json__only(&r->out->doc, node, names, r->err);
	}
	if (status == ZTA_OK) {
		status = take_text(r, node, "name", true, &r->out->action);
	}
	return status != ZTA_OK ? status :
				  take_object(r, node, "properties", false,
				      &r->out->action_properties);
}

/* SPEC: ztauth 5: `action` and `ztauth` are not for the PEP to set. */
static zta_status
take_context(reader *r)
{
	static const char *const reserved[] = { "action", "ztauth" };
	zta_status status = take_object(
	    r, r->out->doc.root, "context", false, &r->out->context);
	const zta_json *node;
	size_t i;

	for (i = 0; status == ZTA_OK && r->out->context != NULL && i < 2; i++) {
		node = zta_json__get(r->out->context, reserved[i]);
		if (node != NULL) {
			return FAIL(r, node,
			    "`%s` is reserved: the decision point sets it",
			    reserved[i]);
		}
	}
	return status;
}

static zta_status
take_model(reader *r)
{
	static const char *const names[] = { "zone_id", "ledger_id", "tx_token",
		NULL };
	const zta_json *node;
	zta_status status = take_object(
	    r, r->out->doc.root, "authorization_model", false, &node);

	if (status != ZTA_OK || node == NULL) {
		return status;
	}
	status = zta_json__only(&r->out->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = take_text(r, node, "zone_id", false, &r->out->zone);
	}
	if (status == ZTA_OK) {
		status =
		    take_text(r, node, "ledger_id", false, &r->out->ledger);
	}
	return status != ZTA_OK ?
	    status :
	    take_text(r, node, "tx_token", false, &r->out->tx_token);
}

static zta_status
take_all(const zta_json_doc *doc, const char *const *names, zta_authzen *out,
    zta_error *err)
{
	reader r = { out, err };
	zta_status status;

	*out = (zta_authzen){ .doc = *doc };
	status = zta_json__only(&out->doc, out->doc.root, names, err);
	if (status == ZTA_OK) {
		status = take_entity(&r, "subject", &out->subject_type,
		    &out->subject_id, &out->subject_properties);
	}
	if (status == ZTA_OK) {
		status = take_action(&r);
	}
	if (status == ZTA_OK) {
		status = take_entity(&r, "resource", &out->resource_type,
		    &out->resource_id, &out->resource_properties);
	}
	if (status == ZTA_OK) {
		status = take_context(&r);
	}
	return status != ZTA_OK ? status : take_model(&r);
}

zta_status
zta_authzen__of(const zta_json_doc *doc, zta_authzen *out, zta_error *err)
{
	static const char *const names[] = { "subject", "action", "resource",
		"context", "authorization_model", NULL };

	return take_all(doc, names, out, err);
}

zta_status
zta_authzen__read(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err)
{
	zta_json_doc doc;
	zta_status status = zta_json__read(arena, body, &doc, err);

	*out = (zta_authzen){ 0 };
	return status != ZTA_OK ? status : zta_authzen__of(&doc, out, err);
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
		status = take_all(&doc, names, out, err);
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
