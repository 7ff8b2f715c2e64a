/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receive.h - take new commits into a ledger: through the gate, or not at all.
 * SPEC: ztauth 2; docs/formats/sync.md
 *
 * What is received is a list of objects, with ids that were computed here. The
 * new commits are found from the newest back to what the ref names, and each is
 * judged in order, as if it had come alone. Then the ref moves, in one
 * transaction with all objects.
 */
#ifndef ZTA_PAP_RECEIVE_H
#define ZTA_PAP_RECEIVE_H

#include "ledger/ledger.h"
#include "pap/admit.h"
#include "pap/latest.h"
#include "pap/transfer.h"

typedef struct zta_received {
	const zta_ledger *ledger;
	zta_str ref;
	zta_oid from; /* where the sender took the ref to be; none: nowhere */
	zta_oid to;
	const zta_transfer *transfer;
	int64_t at; /* ms, by our clock */
	/*
	 * May this key sign commits of the ledger? NULL: the commit is not
	 * signed. Whether the signature holds is not its question.
	 * ZTA_EUNTRUSTED: no.
	 */
	zta_status (*may_sign)(
	    void *context, const zta_ssh_key *key, zta_error *err);
	void *context;
	zta_latest *latest; /* where versions begin, and are left; or NULL */
	bool admits; /* the ledger is ours: see zta_statements__refuse_new() */
} zta_received;

/*
 * ZTA_OK: the ref has moved, or else there are errors among the findings of
 * `out`: nothing was kept, and `*culprit` is the commit that they are about
 * (none: about the transfer). ZTA_ECONFLICT: the ref is not at `from`.
 * ZTA_EUNTRUSTED: a key may not sign. ZTA_ENOTFOUND: no such ledger. Whatever
 * the store says. `out` is released by zta_check__release() either way.
 */
ZTA_MUST_USE zta_status zta_receive__run(const zta_received *received,
    zta_check *out, zta_oid *culprit, zta_error *err);

#endif
