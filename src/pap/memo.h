/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memo.h - what a workspace remembers of its folder: files as they were read,
 * and which of them have been judged. SPEC: docs/formats/workspace.md
 *
 * It saves work and says nothing that could not be found out again, so whatever
 * is strange about it is a reason to forget it, and no error.
 */
#ifndef ZTA_PAP_MEMO_H
#define ZTA_PAP_MEMO_H

#include "base/buf.h"
#include "ledger/tree.h"
#include "ztauth/ledger.h"

#define ZTA_MEMO_DIGEST 32

typedef struct zta_memo_file {
	zta_str path;
	zta_tree_stamp stamp;
	zta_oid blob;
	bool judged;  /* a file of policies, without errors in the context */
	bool answers; /* a policy of it holds, or fails, for a decision test */
	zta_str ids;  /* 8 bytes for each policy: zta_memo__hash() of its id */
} zta_memo_file;

/* A time of the file system that the folder is on. */
typedef struct zta_memo_clock {
	int64_t s;
	int64_t ns;
} zta_memo_clock;

typedef struct zta_memo {
	/* Of all files but those of policies; zero: nothing has been judged. */
	unsigned char context[ZTA_MEMO_DIGEST];
	zta_memo_clock clock; /* files that are not older are read again */
	zta_memo_file *files; /* ascending by path */
	uint32_t count;
	zta_ledger_finding *warnings; /* of files that are judged, by file */
	uint32_t warning_count;
} zta_memo;

/*
 * Read the bytes of a memo that was written under `key`; it refers to them,
 * the rest is in `arena`. False, and empty, if that is not what they are.
 */
ZTA_MUST_USE bool zta_memo__read(zta_arena *arena, zta_str bytes,
    const unsigned char key[ZTA_MEMO_DIGEST], zta_memo *out);

/* Append the bytes. Failures stick. */
void zta_memo__put(zta_buf *out, const unsigned char key[ZTA_MEMO_DIGEST],
    const zta_memo *memo);

/* Of the id of a policy: equal ids have equal hashes. */
uint64_t zta_memo__hash(zta_str id);

/* Is the file so old that a change of it would show in its stamp? */
bool zta_memo__is_settled(
    const zta_memo_clock *clock, const zta_tree_stamp *stamp);

/* --- on disk */

/* The memo of one folder, while it is looked at. */
typedef struct zta_memo_place {
	int dir; /* .ztauth; -1: there is none, and nothing is remembered */
	int new; /* the next memo, locked; -1: not begun, or somebody else has */
	bool tried;
	unsigned char key[ZTA_MEMO_DIGEST];
} zta_memo_place;

/* Open that of the folder `dir`, and read what is remembered into `arena`. */
void zta_memo_place__open(
    zta_memo_place *place, const char *dir, zta_arena *arena, zta_memo *out);

/* Begin the next one, if that can be, and read the clock before anything else. */
void zta_memo_place__begin(zta_memo_place *place, zta_memo_clock *clock);

/* Write it, unless somebody else does. Whatever fails, the old one stays. */
void zta_memo_place__write(zta_memo_place *place, const zta_memo *memo);

void zta_memo_place__close(zta_memo_place *place);

#endif
