/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ocsf.c - records as OCSF events; see event.h. What OCSF has no place for is
 * `unmapped`, with what ties the event to its leaf.
 */
#include "base/str.h"
#include "export/event.h"

#define OCSF_VERSION "1.5.0"
#define CLASS_UID 6003
#define OTHER 99

/* Actions of which it is known what kind of activity they are. */
static int64_t
activity_of(zta_str action)
{
	static const struct {
		const char *word;
		int64_t id;
	} words[] = { { "create", 1 }, { "add", 1 }, { "read", 2 },
		{ "view", 2 }, { "get", 2 }, { "list", 2 }, { "update", 3 },
		{ "edit", 3 }, { "modify", 3 }, { "delete", 4 },
		{ "remove", 4 } };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (zta_str__is(action, words[i].word)) {
			return words[i].id;
		}
	}
	return OTHER;
}

static void
put_class(const zta_event *event, zta_json_out *out)
{
	static const char *const names[] = {
		[1] = "Create", [2] = "Read", [3] = "Update", [4] = "Delete"
	};
	const zta_leaf *leaf = &event->leaf;
	int64_t activity = activity_of(leaf->action);

	zta_json_out__member_int(out, "class_uid", CLASS_UID);
	zta_json_out__member(out, "class_name", ZTA_STR("API Activity"));
	zta_json_out__member_int(out, "category_uid", 6);
	zta_json_out__member(
	    out, "category_name", ZTA_STR("Application Activity"));
	zta_json_out__member_int(out, "activity_id", activity);
	zta_json_out__member(out, "activity_name",
	    activity != OTHER        ? zta_str_of(names[activity]) :
		leaf->action.len > 0 ? leaf->action :
				       ZTA_STR("Other"));
	zta_json_out__member_int(
	    out, "type_uid", (int64_t)CLASS_UID * 100 + activity);
	zta_json_out__member_int(out, "time", leaf->time);
}

static void
put_outcome(const zta_event *event, zta_json_out *out)
{
	const zta_leaf *leaf = &event->leaf;
	bool yes = leaf->allowed;

	zta_json_out__member_int(out, "severity_id", yes ? 1 : 2);
	zta_json_out__member(
	    out, "severity", yes ? ZTA_STR("Informational") : ZTA_STR("Low"));
	zta_json_out__member_int(out, "status_id", yes ? 1 : 2);
	zta_json_out__member(
	    out, "status", yes ? ZTA_STR("Success") : ZTA_STR("Failure"));
	zta_json_out__member_if(out, "status_code", leaf->code);
	zta_json_out__member_if(out, "status_detail", leaf->reason);
	zta_json_out__member_int(out, "action_id", yes ? 1 : 2);
	zta_json_out__member(
	    out, "action", yes ? ZTA_STR("Allowed") : ZTA_STR("Denied"));
	zta_json_out__member_int(out, "disposition_id", yes ? 1 : 2);
	zta_json_out__member(
	    out, "disposition", yes ? ZTA_STR("Allowed") : ZTA_STR("Blocked"));
}

static void
put_message(const zta_event *event, zta_json_out *out)
{
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_event__sentence(event, &text);
	if (text.status != ZTA_OK) {
		out->buf->status = text.status;
	}
	zta_json_out__member(out, "message", zta_buf__str(&text));
	zta_buf__release(&text);
}

static void
put_metadata(const zta_event *event, zta_json_out *out)
{
	const zta_leaf *leaf = &event->leaf;

	zta_json_out__name(out, "metadata");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "version", ZTA_STR(OCSF_VERSION));
	zta_event__hex(out, "uid", leaf->id);
	zta_json_out__member_if(out, "correlation_uid", leaf->txn);
	zta_json_out__member_if(out, "event_code", leaf->kind);
	zta_json_out__member_if(out, "log_name", leaf->zone);
	zta_json_out__name(out, "product");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "name", ZTA_STR("ztauth"));
	zta_json_out__member(out, "vendor_name", ZTA_STR("ztauth"));
	zta_json_out__member(out, "version", ZTA_STR(ZTA_VERSION));
	zta_json_out__close(out, '}');
	zta_json_out__name(out, "profiles");
	zta_json_out__open(out, '[');
	zta_json_out__text(out, "security_control");
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

static void
put_authorizations(const zta_leaf *leaf, const zta_leaf_list *policies,
    const char *role, bool is_applied, zta_json_out *out)
{
	uint32_t i;

	for (i = 0; i < policies->count; i++) {
		zta_json_out__open(out, '{');
		zta_json_out__name(out, "decision");
		zta_json_out__text(out, leaf->allowed ? "allow" : "deny");
		zta_json_out__name(out, "policy");
		zta_json_out__open(out, '{');
		zta_json_out__member(out, "uid", policies->items[i]);
		zta_json_out__member_if(out, "version", leaf->commit);
		zta_json_out__member(out, "desc", zta_str_of(role));
		zta_json_out__name(out, "is_applied");
		zta_json_out__bool(out, is_applied);
		zta_json_out__close(out, '}');
		zta_json_out__close(out, '}');
	}
}

static void
put_user(const zta_leaf *leaf, zta_json_out *out)
{
	bool is_user = zta_str__is(leaf->subject_type, "User") ||
	    zta_str__ends(leaf->subject_type, ZTA_STR("::User"));

	zta_json_out__name(out, "user");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "uid", leaf->subject_id);
	zta_json_out__member_int(out, "type_id", is_user ? 1 : OTHER);
	zta_json_out__member_if(out, "type", leaf->subject_type);
	zta_json_out__close(out, '}');
}

static void
put_actor(const zta_leaf *leaf, zta_json_out *out)
{
	zta_str app =
	    leaf->ring_count > 0 ? leaf->rings[0].workload : ZTA_STR("");

	zta_json_out__name(out, "actor");
	zta_json_out__open(out, '{');
	if (leaf->subject_id.len > 0) {
		put_user(leaf, out);
	}
	/* An actor has to be somebody. */
	if (app.len > 0 || leaf->subject_id.len == 0) {
		zta_json_out__member(
		    out, "app_name", app.len > 0 ? app : ZTA_STR("unknown"));
	}
	zta_json_out__name(out, "authorizations");
	zta_json_out__open(out, '[');
	put_authorizations(leaf, &leaf->policies, "decided", true, out);
	put_authorizations(leaf, &leaf->elevation, "elevation", true, out);
	put_authorizations(leaf, &leaf->errors, "failed", false, out);
	if (leaf->policies.count + leaf->elevation.count + leaf->errors.count ==
	    0) {
		zta_json_out__open(out, '{');
		zta_json_out__name(out, "decision");
		zta_json_out__text(out, leaf->allowed ? "allow" : "deny");
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

/* What was asked for, and from where. */
static void
put_call(const zta_leaf *leaf, zta_json_out *out)
{
	zta_str from = leaf->ring_count > 0 ?
	    leaf->rings[leaf->ring_count - 1].workload :
	    ZTA_STR("");

	zta_json_out__name(out, "api");
	zta_json_out__open(out, '{');
	zta_json_out__member(
	    out, "operation", leaf->action.len > 0 ? leaf->action : leaf->kind);
	zta_json_out__close(out, '}');
	zta_json_out__name(out, "src_endpoint");
	zta_json_out__open(out, '{');
	zta_json_out__member(
	    out, "name", from.len > 0 ? from : ZTA_STR("unknown"));
	zta_json_out__close(out, '}');
	if (leaf->resource_id.len == 0) {
		return;
	}
	zta_json_out__name(out, "resources");
	zta_json_out__open(out, '[');
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "uid", leaf->resource_id);
	zta_json_out__member_if(out, "type", leaf->resource_type);
	zta_json_out__close(out, '}');
	zta_json_out__close(out, ']');
}

static void
put_rings(const zta_leaf *leaf, zta_json_out *out)
{
	const zta_leaf_ring *ring;
	uint32_t i;

	zta_json_out__name(out, "rings");
	zta_json_out__open(out, '[');
	for (i = 0; i < leaf->ring_count; i++) {
		ring = &leaf->rings[i];
		zta_json_out__open(out, '{');
		zta_json_out__member_if(out, "workload", ring->workload);
		zta_json_out__member_if(out, "source", ring->source);
		zta_json_out__member_if(out, "proof", ring->proof);
		zta_event__hex(out, "digest", ring->digest);
		zta_json_out__member_int(out, "at", ring->at);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

static void
put_unmapped(const zta_event *event, zta_json_out *out)
{
	const zta_leaf *leaf = &event->leaf;

	zta_json_out__name(out, "unmapped");
	zta_json_out__open(out, '{');
	zta_json_out__member_int(out, "index", (int64_t)event->index);
	zta_event__ties(event, out);
	zta_event__hex(out, "id", leaf->id);
	zta_json_out__member_if(out, "kind", leaf->kind);
	zta_json_out__member_if(out, "ledger", leaf->ledger);
	zta_json_out__member_if(out, "commit", leaf->commit);
	zta_json_out__member_if(out, "leg", leaf->leg);
	if (leaf->ring > 0) {
		zta_json_out__member_int(out, "ring", leaf->ring);
	}
	zta_json_out__member_if(out, "subject_type", leaf->subject_type);
	zta_json_out__member_if(out, "resource_type", leaf->resource_type);
	zta_event__hex(out, "request", leaf->request);
	zta_json_out__member_if(out, "mode", leaf->mode);
	zta_json_out__member_if(out, "follow", leaf->follow);
	zta_json_out__member_if(out, "ref", leaf->ref);
	zta_json_out__member_if(out, "to", leaf->to);
	zta_json_out__member_if(out, "key", leaf->key);
	zta_event__hex(out, "digest", leaf->digest);
	put_rings(leaf, out);
	zta_json_out__close(out, '}');
}

void
zta_event__ocsf(const zta_event *event, zta_json_out *out)
{
	zta_json_out__open(out, '{');
	put_class(event, out);
	put_outcome(event, out);
	put_message(event, out);
	put_metadata(event, out);
	put_actor(&event->leaf, out);
	put_call(&event->leaf, out);
	put_unmapped(event, out);
	zta_json_out__close(out, '}');
}
