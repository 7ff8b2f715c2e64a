/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - see ask.h. */
#include "pap/ask.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "cedar/explain.h"
#include "cedar/request.h"
#include "pdp/question.h"

/* A request as it was read; it points into itself. */
typedef struct asked {
	zta_json_doc doc;
	zta_authzen authzen;
	zta_names names;
	zta_question question;
} asked;

/* One of AuthZEN says who asks as `subject`. */
static zta_status
read_request(const zta_snapshot *s, zta_arena *arena, zta_str text, asked *out,
    zta_error *err)
{
	static const zta_flow no_token = { 0 };
	zta_value_reader reader = { .arena = arena,
		.names = &out->names,
		.schema = s->cedar->schema,
		.doc = &out->doc,
		.err = err,
		.unchecked = true };
	zta_status status = zta_json__read(arena, text, &out->doc, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (out->doc.root->type == ZTA_JSON_OBJECT &&
	    zta_json__get(out->doc.root, "subject") != NULL) {
		status = zta_authzen__of(&out->doc, &out->authzen, err);
		return status != ZTA_OK ?
		    status :
		    zta_question__make(s, arena, &out->authzen, &no_token,
			&out->names, &out->question, err);
	}
	zta_names__lay_over(&out->names, arena, &s->cedar->names);
	return zta_request__read(&reader, out->doc.root, &out->question);
}

zta_status
zta_ask__refuse(zta_arena *arena, zta_status status, const zta_error *why,
    zta_ledger_verdict *out, zta_error *err)
{
	const size_t room = ZTA_MSG_MAX + ZTA_PLACE_MAX + sizeof(" at ");
	char *text;

	if (!zta_error__is_input(status)) {
		if (err != NULL) {
			*err = *why;
		}
		return status;
	}
	text = zta_arena__alloc(arena, room);
	if (text == NULL) {
		return zta_arena__failed(arena, err);
	}
	(void)snprintf(text, room, "%s%s%s", why->message,
	    why->place[0] != '\0' ? " at " : "", why->place);
	out->refused = text;
	return ZTA_OK;
}

static zta_status
name_policies(const zta_policies *policies, const zta_verdict *verdict,
    zta_arena *arena, zta_ledger_verdict *out, zta_error *err)
{
	zta_str *ids = zta_arena__alloc(
	    arena, ((size_t)verdict->reason_count + 1) * sizeof(*ids));
	uint32_t i;

	if (ids == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < verdict->reason_count; i++) {
		ids[i] = policies->policies.list[verdict->reasons[i]]->id;
	}
	out->policies = ids;
	out->policy_count = verdict->reason_count;
	return ZTA_OK;
}

zta_status
zta_ask__decide(const zta_snapshot *s, zta_arena *arena, zta_str request,
    zta_ledger_verdict *out, zta_error *err)
{
	zta_verdict verdict;
	zta_error why = { 0 };
	asked question;
	zta_status status;

	*out = (zta_ledger_verdict){ 0 };
	if (s == NULL) {
		return ZTA_OK;
	}
	status = read_request(s, arena, request, &question, &why);
	if (status == ZTA_OK) {
		status =
		    zta_authorize__run(&s->cedar->policies, &s->cedar->entities,
			&question.question, arena, &verdict, &why);
	}
	if (status != ZTA_OK) {
		return zta_ask__refuse(arena, status, &why, out, err);
	}
	status = name_policies(&s->cedar->policies, &verdict, arena, out, err);
	out->permitted = status == ZTA_OK && verdict.permitted;
	return status;
}

zta_status
zta_ask__explain(const zta_snapshot *s, zta_arena *arena, zta_str request,
    const zta_str *ids, size_t count, zta_ledger_verdict *out, zta_error *err)
{
	asked question;
	zta_status status;

	if (s == NULL || out->refused != NULL) {
		return ZTA_OK;
	}
	status = read_request(s, arena, request, &question, err);
	return status != ZTA_OK ?
	    status :
	    zta_explain__ids(&s->cedar->policies, &s->cedar->entities,
		&question.question, &question.names, ids, count, arena,
		&out->reasons, &out->reason_count, err);
}
