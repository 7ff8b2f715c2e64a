/* SPDX-License-Identifier: Apache-2.0 */
/* leaf_json.c - a record as a JSON object: see leaf.h. */
#include "base/b64.h"
#include "base/time.h"
#include "log/leaf_fields.h"

static void json_fields(
    const zta_leaf_table *table, const void *base, zta_json_out *out);

static void
json_hex(zta_str bytes, zta_json_out *out)
{
	char digits[2 * ZTA_LEAF_DIGEST_LEN];

	if (bytes.len > ZTA_LEAF_DIGEST_LEN) {
		bytes.len = ZTA_LEAF_DIGEST_LEN;
	}
	zta_hex__encode(bytes, digits);
	zta_json_out__str(out, (zta_str){ digits, 2 * bytes.len });
}

static void
json_list(const zta_leaf_list *list, bool hex, zta_json_out *out)
{
	uint32_t i;

	zta_json_out__open(out, '[');
	for (i = 0; i < list->count; i++) {
		if (hex) {
			json_hex(list->items[i], out);
		} else {
			zta_json_out__str(out, list->items[i]);
		}
	}
	zta_json_out__close(out, ']');
}

static void
json_field(const zta_leaf_field *f, const void *base, zta_json_out *out)
{
	const zta_leaf *leaf = base;
	const void *p = (const char *)base + f->at;
	char time[ZTA_TIME_TEXT_MAX];
	uint32_t i;

	zta_json_out__name(out, f->name);
	switch (f->form) {
	case ZTA_FORM_TEXT:
		zta_json_out__str(out, *(const zta_str *)p);
		break;
	case ZTA_FORM_BYTES:
		json_hex(*(const zta_str *)p, out);
		break;
	case ZTA_FORM_NUMBER:
		zta_json_out__int(out, *(const int64_t *)p);
		break;
	case ZTA_FORM_TIME:
		zta_time__format(*(const int64_t *)p, time);
		zta_json_out__text(out, time);
		break;
	case ZTA_FORM_FLAG:
		zta_json_out__bool(out, *(const bool *)p);
		break;
	case ZTA_FORM_TEXTS:
	case ZTA_FORM_DIGESTS:
		json_list(p, f->form == ZTA_FORM_DIGESTS, out);
		break;
	case ZTA_FORM_RINGS:
		zta_json_out__open(out, '[');
		for (i = 0; i < leaf->ring_count; i++) {
			zta_json_out__open(out, '{');
			json_fields(
			    &zta_leaf_ring_fields, &leaf->rings[i], out);
			zta_json_out__close(out, '}');
		}
		zta_json_out__close(out, ']');
		break;
	}
}

/* What was erased has none. */
static bool
has_value(const zta_leaf_field *f, const void *base)
{
	return zta_leaf_field__is_there(f, base) &&
	    (f->privacy == ZTA_PRIVACY_NONE ||
		zta_leaf_field__str(f, base).len > 0);
}

static void
json_fields(const zta_leaf_table *table, const void *base, zta_json_out *out)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		if (has_value(&table->fields[i], base)) {
			json_field(&table->fields[i], base, out);
		}
	}
}

/* Which are, and the commitments to them. */
static void
json_closed(const zta_leaf *leaf, const char *closed, zta_json_out *out)
{
	const zta_leaf_field *f = zta_leaf_fields.fields;
	const zta_leaf_field *end = f + zta_leaf_fields.count;
	bool any = false;

	for (; f < end; f++) {
		if (!zta_leaf_field__is_there(f, leaf) || has_value(f, leaf)) {
			continue;
		}
		if (!any) {
			zta_json_out__name(out, closed);
			zta_json_out__open(out, '{');
			any = true;
		}
		zta_json_out__name(out, f->name);
		json_hex(leaf->commitments[f->personal], out);
	}
	if (any) {
		zta_json_out__close(out, '}');
	}
}

void
zta_leaf__json_as(
    const zta_leaf *leaf, uint64_t index, const char *closed, zta_json_out *out)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "index");
	zta_json_out__int(out, (int64_t)index);
	json_fields(&zta_leaf_fields, leaf, out);
	json_closed(leaf, closed, out);
	zta_json_out__close(out, '}');
}

void
zta_leaf__json(const zta_leaf *leaf, uint64_t index, zta_json_out *out)
{
	zta_leaf__json_as(leaf, index, "erased", out);
}
