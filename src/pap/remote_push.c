/* SPDX-License-Identifier: Apache-2.0 */
/* remote_push.c - what is ours, sent to a server; see remote.h. */
#include <stdio.h>

#include "base/limits.h"
#include "base/str.h"
#include "pap/receive.h"
#include "pap/remote_ask.h"

typedef struct pusher {
	zta_remote *remote;
	const zta_ledger *ledger;
	zta_str ref;
	zta_oid theirs;
	uint32_t commits; /* in the part that is being made */
	size_t differ;    /* of it, see transfer.h */
	zta_buf part;
	zta_error *err;
} pusher;

static zta_status
send_part(pusher *p, zta_str path)
{
	zta_remote_request request = { .method = "POST",
		.path = path,
		.type = ZTA_TRANSFER_TYPE,
		.timeout_ms = ZTA_LEDGER_CALL_MS,
		.answer_max = ZTA_REMOTE_ANSWER_MAX };
	zta_http_response response;
	zta_buf packed;
	zta_status status;

	zta_buf__init(&packed, ZTA_UPLOAD_MAX);
	zta_transfer__pack(&packed, zta_buf__str(&p->part));
	request.body = zta_buf__str(&packed);
	status = p->part.status != ZTA_OK || packed.status != ZTA_OK ?
	    zta_error__nomem(p->err) :
	    zta_remote__ask(p->remote, &request, &response, p->err);
	zta_buf__release(&packed);
	return status;
}

/* Move their ref to `commit`, whose part is complete. */
static zta_status
push_part(pusher *p, const zta_oid *commit)
{
	char old[ZTA_OID_HEX_MAX] = "none", new[ZTA_OID_HEX_MAX], path[512];

	if (!zta_oid__is_none(&p->theirs)) {
		zta_oid__hex(&p->theirs, old);
	}
	zta_oid__hex(commit, new);
	(void)snprintf(path, sizeof(path), "/push?ref=%.*s&old=%s&new=%s",
	    ZTA_STR_ARG(p->ref), old, new);
	p->theirs = *commit;
	return send_part(p, zta_str_of(path));
}

static void
begin_part(pusher *p)
{
	zta_buf__clear(&p->part);
	zta_transfer__begin(&p->part, true);
	p->differ = 0;
}

/* Send the part, if it is full or the last: a push if it ends with a commit. */
static zta_status
end_part(pusher *p, const zta_ledger_need *need, bool last)
{
	bool commit = need->kind == ZTA_OBJECT_COMMIT;
	zta_status status;

	p->commits += commit;
	if (!last && p->part.len < ZTA_TRANSFER_PART &&
	    (!commit || p->commits < ZTA_RECEIVE_COMMITS_MAX)) {
		return ZTA_OK;
	}
	zta_transfer__end(&p->part);
	status = commit ? push_part(p, &need->oid) :
			  send_part(p, ZTA_STR("/objects"));
	begin_part(p);
	p->commits = commit ? 0 : p->commits;
	return status;
}

static zta_status
send_all(pusher *p, const zta_oid *ours)
{
	zta_ledger_needs needs;
	zta_arena list, body;
	uint32_t i;
	zta_status status;

	zta_arena__init(&list, SIZE_MAX);
	zta_arena__init(&body, SIZE_MAX);
	zta_buf__init(&p->part, ZTA_UPLOAD_MAX);
	begin_part(p);
	status = zta_ledger__needs(p->ledger, ours, &p->theirs,
	    !zta_oid__is_none(&p->theirs), &list, &needs, p->err);
	for (i = 0; status == ZTA_OK && i < needs.count; i++) {
		zta_arena__reset(&body);
		status = zta_transfer__put_from(&p->part, p->ledger,
		    &needs.list[i], &p->differ, &body, p->err);
		if (status == ZTA_OK) {
			status =
			    end_part(p, &needs.list[i], i + 1 == needs.count);
		}
	}
	zta_buf__release(&p->part);
	zta_arena__release(&body);
	zta_arena__release(&list);
	return status;
}

zta_status
zta_remote__push(zta_remote *remote, const zta_ledger *ledger, zta_str ref,
    zta_remote_outcome *outcome, zta_error *err)
{
	pusher p = {
		.remote = remote, .ledger = ledger, .ref = ref, .err = err
	};
	zta_remote_state state;
	zta_oid ours;
	bool behind = true;
	zta_status status = zta_ledger__ref(ledger, ref, &ours, err);

	*outcome = ZTA_REMOTE_SAME;
	if (status == ZTA_OK) {
		status = zta_remote__look(remote, ref, 0, 0, &state, err);
	}
	if (status != ZTA_OK || zta_oid__eq(&state.head, &ours)) {
		return status;
	}
	p.theirs = state.head;
	if (!zta_oid__is_none(&p.theirs)) {
		status =
		    zta_remote__is_ours(ledger, &p.theirs, &ours, &behind, err);
	}
	if (status == ZTA_OK && !behind) {
		return zta_error__set(err, ZTA_ECONFLICT,
		    "the server has commits that are not here: pull first");
	}
	*outcome = ZTA_REMOTE_MOVED;
	return status != ZTA_OK ? status : send_all(&p, &ours);
}
