/* SPDX-License-Identifier: Apache-2.0 */
/* question.h - an AuthZEN request in Cedar's terms. SPEC: ztauth 5 */
#ifndef ZTA_PDP_QUESTION_H
#define ZTA_PDP_QUESTION_H

#include "cedar/request.h"
#include "pdp/request.h"
#include "pdp/snapshot.h"
#include "trust/txn_token.h"

/* What the decision knows of the flow: `context.ztauth`. */
typedef struct zta_flow {
	const zta_txn *txn;          /* NULL: none */
	const zta_principal *caller; /* NULL: none */
	int64_t level;               /* rank of the current ring's level */
} zta_flow;

/*
 * Make the question over `names`, a layer that is made here. Subject and
 * resource become entities, `action.name` becomes Action::"name", all in the
 * ledger's namespace. `context.action` and `context.ztauth` are added where the
 * schema declares them, or where there is none. ZTA_EINVALID: not a question
 * under the schema.
 */
ZTA_MUST_USE zta_status zta_question__make(const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, const zta_flow *flow,
    zta_names *names, zta_question *out, zta_error *err);

/*
 * The same of a search for subjects or resources, whose entity is left out; what
 * is sought is told. ZTA_ENOTFOUND: the schema knows no such question, so there
 * is nothing to be found.
 */
ZTA_MUST_USE zta_status zta_question__open(const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, zta_authzen_open open,
    const zta_flow *flow, zta_names *names, zta_question *out,
    zta_sought *sought, zta_error *err);

/*
 * A type of AuthZEN that names no namespace is in that of the ledger. A NULL
 * pointer: no memory.
 */
zta_str zta_question__type(
    const zta_snapshot *snapshot, zta_arena *arena, zta_str type);

#endif
