/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_allowed.h - who may sign: lists of allowed signers, in the syntax of
 * ssh-keygen(1). SPEC: docs/formats/objects.md
 */
#ifndef ZTA_CRYPTO_SSH_ALLOWED_H
#define ZTA_CRYPTO_SSH_ALLOWED_H

#include "base/arena.h"
#include "crypto/ssh_sig.h"

/* One line of the list. Texts borrow from it. */
typedef struct zta_ssh_allowed {
	zta_ssh_key key;
	zta_str principals;     /* names with commas between them */
	zta_str namespaces;     /* the same; ptr is NULL: any */
	int64_t valid_after_s;  /* INT64_MIN: no limit */
	int64_t valid_before_s; /* INT64_MAX: no limit; the second counts */
	uint32_t line;
} zta_ssh_allowed;

typedef struct zta_ssh_allowed_list {
	zta_ssh_allowed *items;
	uint32_t count;
} zta_ssh_allowed_list;

/*
 * Read a list; items are in `arena`. A list may be empty: it allows nobody.
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_ELIMIT, with line and column.
 */
ZTA_MUST_USE zta_status zta_ssh_allowed__read(
    zta_arena *arena, zta_str text, zta_ssh_allowed_list *out, zta_error *err);

/* Does the list allow this key in `namespace` at `now_s`? ZTA_EUNTRUSTED: no. */
ZTA_MUST_USE zta_status zta_ssh_allowed__may(const zta_ssh_allowed_list *list,
    zta_str namespace, const zta_ssh_key *key, int64_t now_s, zta_error *err);

/*
 * Does the list allow the armored signature of `payload` in `namespace`, judged
 * at `now_s` (since 1970, not what a signer says)? `*who` is the line that does.
 * Every other status than ZTA_OK is a no: ZTA_EUNTRUSTED, ZTA_ESYNTAX and
 * ZTA_EINVALID as zta_ssh_sig__read().
 */
ZTA_MUST_USE zta_status zta_ssh_allowed__judge(const zta_ssh_allowed_list *list,
    zta_str namespace, zta_str payload, zta_str armor, int64_t now_s,
    const zta_ssh_allowed **who, zta_error *err);

#endif
