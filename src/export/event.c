/* SPDX-License-Identifier: Apache-2.0 */
/* event.c - see event.h. */
#include "export/event.h"

#include "base/b64.h"
#include "base/str.h"

void
zta_event__hex(zta_json_out *out, const char *name, zta_str bytes)
{
	char digits[2 * ZTA_LEAF_DIGEST_LEN];

	if (bytes.len == 0 || bytes.len > ZTA_LEAF_DIGEST_LEN) {
		return;
	}
	zta_hex__encode(bytes, digits);
	zta_json_out__member(out, name, (zta_str){ digits, 2 * bytes.len });
}

void
zta_event__ties(const zta_event *event, zta_json_out *out)
{
	uint32_t i;

	zta_event__hex(out, "leaf_hash",
	    (zta_str){ (const char *)event->hash, sizeof(event->hash) });
	if (event->masked.count == 0) {
		return;
	}
	zta_json_out__name(out, "masked");
	zta_json_out__open(out, '[');
	for (i = 0; i < event->masked.count; i++) {
		zta_json_out__str(out, event->masked.items[i]);
	}
	zta_json_out__close(out, ']');
}

void
zta_event__json(const zta_event *event, zta_json_out *out)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "record");
	zta_leaf__json(&event->leaf, event->index, out);
	zta_event__ties(event, out);
	zta_json_out__close(out, '}');
}

static void
put_entity(zta_buf *out, zta_str type, zta_str id)
{
	if (type.len == 0) {
		return;
	}
	zta_buf__byte(out, ' ');
	zta_buf__put(out, type);
	if (id.len > 0) {
		zta_buf__printf(out, "::\"%.*s\"", ZTA_STR_ARG(id));
	}
}

void
zta_event__sentence(const zta_event *event, zta_buf *out)
{
	const zta_leaf *leaf = &event->leaf;

	zta_buf__text(out,
	    leaf->leg.len == 0 ? "recorded" :
		leaf->allowed  ? "allowed" :
				 "denied");
	put_entity(out, leaf->subject_type, leaf->subject_id);
	zta_buf__byte(out, ' ');
	zta_buf__put(out, leaf->action.len > 0 ? leaf->action : leaf->kind);
	put_entity(out, leaf->resource_type, leaf->resource_id);
	if (leaf->code.len > 0) {
		zta_buf__text(out, ": ");
		zta_buf__put(out, leaf->code);
	}
}
