/* SPDX-License-Identifier: Apache-2.0 */
/* recall_note.c - what was judged of a folder, for the next time; see recall.h. */
#include "base/buf.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "pap/recall.h"

bool
zta_recall__is_policies(const zta_manifest *manifest, zta_str path)
{
	return zta_manifest__part_of(manifest, path) == ZTA_PART_POLICIES;
}

bool
zta_recall__digest(const zta_tree *tree, const zta_manifest *manifest,
    unsigned char out[ZTA_MEMO_DIGEST])
{
	const zta_tree_file *file;
	zta_buf list;
	uint32_t i;
	bool ok;

	zta_buf__init(&list, SIZE_MAX);
	for (i = 0; i < tree->count; i++) {
		file = &tree->files[i];
		if (!zta_recall__is_policies(manifest, file->path)) {
			zta_buf__put(&list, file->path);
			zta_buf__byte(&list, '\0');
			zta_buf__put(&list,
			    (zta_str){ (const char *)file->blob.bytes,
				sizeof(file->blob.bytes) });
		}
	}
	ok = list.status == ZTA_OK;
	if (ok) {
		zta_digest__sha256(zta_buf__str(&list), out);
	}
	zta_buf__release(&list);
	return ok;
}

/* The number in the new memo of the file that a policy is in. */
static uint32_t
file_of(zta_recall *r, const zta_policy *policy)
{
	const zta_memo_file *file = zta_recall__find(r, policy->file->name);

	return file == NULL ? UINT32_MAX : (uint32_t)(file - r->new.files);
}

/* Room for the ids of each file, and then the hash of each id. */
static bool
note_ids(zta_recall *r, const zta_policies *policies)
{
	const zta_policy_list *lists[] = { &policies->policies,
		&policies->templates };
	size_t total = (size_t)lists[0]->count + lists[1]->count, i, start = 0;
	uint32_t *files = zta_arena__alloc(&r->arena, (total + 1) * 4);
	uint32_t *counts = zta_arena__zalloc(&r->arena, r->new.count + 1u, 4);
	uint64_t *ids = zta_arena__alloc(&r->arena, (total + 1) * 8), hash;
	const zta_policy *policy;
	zta_memo_file *file;

	if (files == NULL || counts == NULL || ids == NULL) {
		return false;
	}
	for (i = 0; i < total; i++) {
		policy = i < lists[0]->count ?
		    lists[0]->list[i] :
		    lists[1]->list[i - lists[0]->count];
		files[i] = file_of(r, policy);
		if (files[i] == UINT32_MAX) {
			return false;
		}
		counts[files[i]]++;
	}
	for (i = 0; i < r->new.count; i++) {
		if (counts[i] > 0) {
			r->new.files[i].ids =
			    (zta_str){ (const char *)&ids[start], 0 };
			start += counts[i];
		}
	}
	for (i = 0; i < total; i++) {
		policy = i < lists[0]->count ?
		    lists[0]->list[i] :
		    lists[1]->list[i - lists[0]->count];
		file = &r->new.files[files[i]];
		hash = zta_memo__hash(policy->id);
		memcpy((char *)ids + (file->ids.ptr - (const char *)ids) +
			file->ids.len,
		    &hash, sizeof(hash));
		file->ids.len += sizeof(hash);
	}
	return true;
}

/* Templates answer nothing: they are no policies yet. */
static bool
note_answers(
    zta_recall *r, const zta_policy_list *policies, const bool *answers)
{
	uint32_t *files =
	    zta_arena__alloc(&r->arena, ((size_t)policies->count + 1) * 4);
	uint32_t i;

	if (files == NULL) {
		return false;
	}
	for (i = 0; i < policies->count; i++) {
		files[i] = file_of(r, policies->list[i]);
		r->new.files[files[i]].answers = false;
	}
	for (i = 0; i < policies->count; i++) {
		r->new.files[files[i]].answers |= answers[i];
	}
	return true;
}

void
zta_recall__note_judged(zta_recall *r, const zta_manifest *manifest,
    const zta_policies *policies, const bool *answers)
{
	zta_memo_file *file;
	uint32_t i;

	if (!note_ids(r, policies) ||
	    !note_answers(r, &policies->policies, answers)) {
		r->lost = true;
		return;
	}
	for (i = 0; i < r->new.count; i++) {
		file = &r->new.files[i];
		if (!file->judged &&
		    zta_recall__is_policies(manifest, file->path)) {
			file->judged = true;
			r->news = true;
		}
	}
}

void
zta_recall__note_warnings(
    zta_recall *r, const zta_ledger_finding *list, size_t count)
{
	zta_ledger_finding *kept =
	    zta_arena__alloc(&r->arena, (count + 1) * sizeof(*kept));
	const zta_memo_file *file;
	size_t i;

	r->new.warnings = kept;
	r->new.warning_count = 0;
	if (kept == NULL) {
		r->lost = true;
		return;
	}
	for (i = 0; i < count; i++) {
		file =
		    list[i].warning ? zta_recall__find(r, list[i].file) : NULL;
		if (file != NULL && file->judged) {
			kept[r->new.warning_count++] = list[i];
		}
	}
}

void
zta_recall__note_old(zta_recall *r)
{
	memcpy(r->new.context, r->old.context, sizeof(r->new.context));
	zta_recall__note_warnings(r, r->old.warnings, r->old.warning_count);
}
