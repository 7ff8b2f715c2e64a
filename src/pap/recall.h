/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recall.h - what is remembered of a folder (memo.h), while it is looked at: the
 * memo that was there, and the next one, which is made on the way.
 *
 *     open  { begin, look at the folder, note }  close
 *
 * What is noted refers to memory that has to live until it is closed.
 */
#ifndef ZTA_PAP_RECALL_H
#define ZTA_PAP_RECALL_H

#include "cedar/policies.h"
#include "ledger/manifest.h"
#include "pap/memo.h"

typedef struct zta_recall {
	zta_arena arena; /* of both memos; who takes it over leaves another */
	zta_memo_place place;
	zta_memo old, new;
	uint32_t at;   /* in the old memo: all before it are before the path */
	uint32_t room; /* of the new one's files */
	bool blind;    /* all is read */
	bool news;     /* the new memo says something else */
	bool lost;     /* the new one is incomplete, or of no use */
} zta_recall;

/* Open that of the folder `dir`; unless it `writes`, it is only asked. */
void zta_recall__open(zta_recall *recall, const char *dir, bool writes);

/* Go through the folder from its beginning; `blind`: read all files. */
ZTA_MUST_USE zta_tree_memory zta_recall__begin(zta_recall *recall, bool blind);

/* The file that was seen since, or NULL. */
zta_memo_file *zta_recall__find(const zta_recall *recall, zta_str path);

/* --- recall_note.c */

bool zta_recall__is_policies(const zta_manifest *manifest, zta_str path);

/* The digest of all files that are no policies; false: no memory. */
ZTA_MUST_USE bool zta_recall__digest(const zta_tree *tree,
    const zta_manifest *manifest, unsigned char out[ZTA_MEMO_DIGEST]);

/*
 * All files of policies are judged; those that were not are in `policies`, with
 * what `answers` says of each (zta_tests).
 */
void zta_recall__note_judged(zta_recall *recall, const zta_manifest *manifest,
    const zta_policies *policies, const bool *answers);

/* Of `list`, which is sorted by file, the warnings of files that are judged. */
void zta_recall__note_warnings(
    zta_recall *recall, const zta_ledger_finding *list, size_t count);

/* What was judged before, as far as it is still there, in its context. */
void zta_recall__note_old(zta_recall *recall);

/* Write the next memo, if there is something new to be remembered. */
void zta_recall__close(zta_recall *recall);

#endif
