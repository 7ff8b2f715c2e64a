/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening.h - what is personal in a record: a commitment in its bytes, an opening
 * apart, which can be destroyed. SPEC: docs/formats/openings.md
 */
#ifndef ZTA_LOG_OPENING_H
#define ZTA_LOG_OPENING_H

#include "log/leaf.h"

#define ZTA_SALT_LEN 16
/* Before the parts of an opening: its state, and the size of them. */
#define ZTA_OPENING_HEAD 4
/* The state that destroys it. */
#define ZTA_OPENING_IS_ERASED 'X'
/* Before the value of a part: its key, its salt, the length of the value. */
#define ZTA_OPENING_PART (1 + ZTA_SALT_LEN + 2)

typedef enum zta_opening_state {
	ZTA_OPENING_NONE,   /* there is nothing to be opened, or no opening */
	ZTA_OPENING_OPEN,   /* all of it */
	ZTA_OPENING_ERASED, /* somebody has destroyed it */
	ZTA_OPENING_MARKED, /* is about to: not all of it is wiped */
	ZTA_OPENING_DAMAGED /* it is not that of this record */
} zta_opening_state;

typedef unsigned char zta_commitments[ZTA_PERSONAL_COUNT][ZTA_LEAF_DIGEST_LEN];

/*
 * Commit to what is personal in `leaf`, under fresh salts: its commitments refer
 * to `room`. The opening is appended to `opening`; nothing is if the record has
 * nothing of the kind. Failures stick there: ZTA_ELIMIT over
 * ZTA_LOG_OPENING_MAX.
 */
void zta_opening__make(zta_leaf *leaf, zta_commitments room, zta_buf *opening);

/*
 * Fill in what is personal in `leaf`, a record that was decoded, from an opening
 * (empty: there is none). Values refer to it. All of them or none: what does not
 * match is not believed.
 */
zta_opening_state zta_opening__use(zta_leaf *leaf, zta_str opening);

/*
 * Append the parts of an opening, which was used, of these fields: bits of
 * zta_personal.
 */
void zta_opening__select(zta_str opening, unsigned fields, zta_buf *out);

/*
 * Fill in what parts open; the others stay closed. False: one of them does not
 * match, or they are not in order; `leaf` is as it was.
 */
ZTA_MUST_USE bool zta_opening__use_parts(zta_leaf *leaf, zta_str parts);

/* The bytes of the whole opening that has this head; 0: it is no head. */
size_t zta_opening__size(const unsigned char head[ZTA_OPENING_HEAD]);

/* The head of a whole opening of `size` bytes. */
void zta_opening__put_head(
    char head[ZTA_OPENING_HEAD], char state, size_t size);

#endif
