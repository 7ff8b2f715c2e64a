/* SPDX-License-Identifier: Apache-2.0 */
/* otlp.c - records as OpenTelemetry's LogRecords, in JSON; see event.h. */
#include "export/otlp.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/str.h"
#include "base/time.h"

/* SPEC: opentelemetry logs data model, severity fields */
#define INFO 9
#define WARN 13

static void
open_attribute(zta_json_out *out, const char *name)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "key");
	zta_json_out__text(out, name);
	zta_json_out__name(out, "value");
	zta_json_out__open(out, '{');
}

static void
close_attribute(zta_json_out *out)
{
	zta_json_out__close(out, '}');
	zta_json_out__close(out, '}');
}

static void
put_text(zta_json_out *out, const char *name, zta_str text)
{
	if (text.len > 0) {
		open_attribute(out, name);
		zta_json_out__member(out, "stringValue", text);
		close_attribute(out);
	}
}

static void
put_hex(zta_json_out *out, const char *name, zta_str bytes)
{
	if (bytes.len > 0) {
		open_attribute(out, name);
		zta_event__hex(out, "stringValue", bytes);
		close_attribute(out);
	}
}

static void
open_list(zta_json_out *out, const char *name)
{
	open_attribute(out, name);
	zta_json_out__name(out, "arrayValue");
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "values");
	zta_json_out__open(out, '[');
}

static void
put_item(zta_json_out *out, zta_str text)
{
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "stringValue", text);
	zta_json_out__close(out, '}');
}

static void
close_list(zta_json_out *out)
{
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
	close_attribute(out);
}

static void
put_list(zta_json_out *out, const char *name, const zta_leaf_list *list)
{
	uint32_t i;

	if (list->count > 0) {
		open_list(out, name);
		for (i = 0; i < list->count; i++) {
			put_item(out, list->items[i]);
		}
		close_list(out);
	}
}

/* 64-bit numbers are texts. SPEC: protobuf JSON mapping */
static void
put_number(zta_json_out *out, const char *name, uint64_t number)
{
	char digits[24];

	open_attribute(out, name);
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	zta_json_out__member(out, "intValue", zta_str_of(digits));
	close_attribute(out);
}

static void
put_time(zta_json_out *out, const char *name, int64_t ms)
{
	char digits[32];

	(void)snprintf(digits, sizeof(digits), "%" PRId64 "000000", ms);
	zta_json_out__member(out, name, zta_str_of(digits));
}

static void
put_rings(const zta_leaf *leaf, zta_json_out *out)
{
	uint32_t i;

	if (leaf->ring_count > 0) {
		open_list(out, "ztauth.workloads");
		for (i = 0; i < leaf->ring_count; i++) {
			put_item(out, leaf->rings[i].workload);
		}
		close_list(out);
	}
}

static void
put_attributes(const zta_event *event, zta_json_out *out)
{
	const zta_leaf *leaf = &event->leaf;

	zta_json_out__name(out, "attributes");
	zta_json_out__open(out, '[');
	put_number(out, "ztauth.index", event->index);
	put_hex(out, "ztauth.leaf_hash",
	    (zta_str){ (const char *)event->hash, sizeof(event->hash) });
	put_hex(out, "ztauth.id", leaf->id);
	put_text(out, "ztauth.kind", leaf->kind);
	put_text(out, "ztauth.zone", leaf->zone);
	put_text(out, "ztauth.ledger", leaf->ledger);
	put_text(out, "ztauth.commit", leaf->commit);
	put_text(out, "ztauth.txn", leaf->txn);
	put_text(out, "ztauth.subject.type", leaf->subject_type);
	put_text(out, "ztauth.subject.id", leaf->subject_id);
	put_text(out, "ztauth.action", leaf->action);
	put_text(out, "ztauth.resource.type", leaf->resource_type);
	put_text(out, "ztauth.resource.id", leaf->resource_id);
	open_attribute(out, "ztauth.allowed");
	zta_json_out__name(out, "boolValue");
	zta_json_out__bool(out, leaf->allowed);
	close_attribute(out);
	put_text(out, "ztauth.leg", leaf->leg);
	put_text(out, "ztauth.code", leaf->code);
	put_text(out, "ztauth.reason", leaf->reason);
	put_list(out, "ztauth.policies", &leaf->policies);
	put_list(out, "ztauth.elevation", &leaf->elevation);
	put_list(out, "ztauth.errors", &leaf->errors);
	put_rings(leaf, out);
	put_list(out, "ztauth.masked", &event->masked);
	zta_json_out__close(out, ']');
}

void
zta_event__otlp(const zta_event *event, zta_json_out *out)
{
	const zta_leaf *leaf = &event->leaf;
	zta_buf text;

	zta_json_out__open(out, '{');
	put_time(out, "timeUnixNano", leaf->time);
	put_time(out, "observedTimeUnixNano", zta_time__now_ms());
	zta_json_out__member_int(
	    out, "severityNumber", leaf->allowed ? INFO : WARN);
	zta_json_out__member(out, "severityText",
	    leaf->allowed ? ZTA_STR("INFO") : ZTA_STR("WARN"));
	zta_buf__init(&text, SIZE_MAX);
	zta_event__sentence(event, &text);
	if (text.status != ZTA_OK) {
		out->buf->status = text.status;
	}
	zta_json_out__name(out, "body");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "stringValue", zta_buf__str(&text));
	zta_json_out__close(out, '}');
	zta_buf__clear(&text);
	zta_buf__text(&text, "ztauth.");
	zta_buf__put(&text, leaf->kind);
	zta_json_out__member(out, "eventName", zta_buf__str(&text));
	zta_buf__release(&text);
	put_attributes(event, out);
	zta_json_out__close(out, '}');
}

void
zta_otlp__begin(zta_json_out *out)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "resourceLogs");
	zta_json_out__open(out, '[');
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "resource");
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "attributes");
	zta_json_out__open(out, '[');
	put_text(out, "service.name", ZTA_STR("ztauth"));
	put_text(out, "service.version", ZTA_STR(ZTA_VERSION));
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
	zta_json_out__name(out, "scopeLogs");
	zta_json_out__open(out, '[');
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "scope");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "name", ZTA_STR("ztauth"));
	zta_json_out__member(out, "version", ZTA_STR(ZTA_VERSION));
	zta_json_out__close(out, '}');
	zta_json_out__name(out, "logRecords");
	zta_json_out__open(out, '[');
}

void
zta_otlp__end(zta_json_out *out)
{
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

int64_t
zta_otlp__rejected(zta_arena *arena, zta_str answer)
{
	const zta_json *partial, *count;
	zta_json_doc doc;
	zta_str digits;
	int64_t n = 0;
	size_t i;

	if (answer.len == 0 ||
	    zta_json__read(arena, answer, &doc, NULL) != ZTA_OK ||
	    doc.root->type != ZTA_JSON_OBJECT) {
		return 0;
	}
	partial = zta_json__get(doc.root, "partialSuccess");
	if (partial == NULL || partial->type != ZTA_JSON_OBJECT) {
		return 0;
	}
	count = zta_json__get(partial, "rejectedLogRecords");
	if (count != NULL && count->type == ZTA_JSON_INTEGER) {
		return count->u.integer > 0 ? count->u.integer : 0;
	}
	digits = zta_json__text_in(partial, "rejectedLogRecords");
	for (i = 0; i < digits.len && i < 18 && digits.ptr[i] >= '0' &&
	     digits.ptr[i] <= '9';
	     i++) {
		n = n * 10 + (digits.ptr[i] - '0');
	}
	return n;
}
