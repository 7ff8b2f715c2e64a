/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.c - see seal.h. A seal names the record of its decision, so it is signed
 * when that is durable.
 */
#include "api/seal.h"

#include "base/error.h"

/* --- the order */

static zta_status
read_one(zta_seal_order *out, const zta_json_doc *doc, const zta_json *node,
    zta_error *err)
{
	static const char *const names[] = { "channel", "payload_sha256",
		"payloads", "once", NULL };
	const char *rule;
	zta_status status = zta_json__only(doc, node, names, err);

	if (status != ZTA_OK) {
		return status;
	}
	rule = zta_sealed__take(node, &out->wanted[out->count++]);
	return rule == NULL ?
	    ZTA_OK :
	    zta_json__fail(doc, node, err, ZTA_EINVALID, "%s", rule);
}

zta_status
zta_seal_order__read(
    zta_seal_order *out, const zta_authzen *request, zta_error *err)
{
	const zta_json *seal = request->seal, *node;
	zta_status status = ZTA_OK;
	uint32_t i;

	out->count = 0;
	out->is_list = seal->type == ZTA_JSON_ARRAY;
	if (!out->is_list) {
		return read_one(out, &request->doc, seal, err);
	}
	if (seal->count == 0 || seal->count > ZTA_SEALS_MAX) {
		return zta_json__fail(&request->doc, seal, err, ZTA_EINVALID,
		    "`seal` is one, or a list of 1 to %u", ZTA_SEALS_MAX);
	}
	node = zta_json__first(seal);
	for (i = 0; status == ZTA_OK && i < seal->count; i++) {
		status = read_one(out, &request->doc, node, err);
		node = zta_json__after(node);
	}
	return status;
}

/* --- the answer */

static zta_status
put_seal(zta_worker *worker, const zta_seal *seal, zta_json_out *out)
{
	zta_buf payload, token;
	zta_status status;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_seal__put(&payload, seal);
	status = payload.status;
	if (status == ZTA_OK) {
		status = worker->sign_seal(
		    worker->channel, zta_buf__str(&payload), &token, NULL);
	}
	if (status == ZTA_OK) {
		zta_json_out__str(out, zta_buf__str(&token));
	}
	zta_buf__release(&payload);
	zta_buf__release(&token);
	return status;
}

/* Behind the member `context` of the answer. */
static zta_status
add_seals(zta_worker *worker, void *what, uint64_t index, zta_buf *buf)
{
	zta_seal_order *order = what;
	zta_json_out out = { buf, true };
	zta_status status = ZTA_OK;
	uint32_t i;

	zta_json_out__name(&out, "seal");
	if (order->is_list) {
		zta_json_out__open(&out, '[');
	}
	for (i = 0; status == ZTA_OK && i < order->count; i++) {
		order->seals[i].log_index = index;
		status = put_seal(worker, &order->seals[i], &out);
	}
	if (order->is_list) {
		zta_json_out__close(&out, ']');
	}
	zta_json_out__close(&out, '}');
	return status;
}

zta_status
zta_seal_order__fill(zta_seal_order *order, const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena,
    const zta_decision *decision, zta_recorded_answer *answer)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < order->count; i++) {
		status = zta_sealing__make(zone, snapshot, arena, decision,
		    &order->wanted[i], &order->seals[i], NULL);
	}
	answer->after = ZTA_STR("}}");
	answer->add = add_seals;
	answer->what = order;
	return status;
}
