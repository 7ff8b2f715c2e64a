/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recheck.c - see recheck.h.
 *
 * 1. Whatever is not as it was expected leads to a whole check: the short way
 *    is taken only where it comes to the same.
 * 2. What was judged together with the context is judged alone here: a tree of
 *    the context and of those files. Entities were checked against the context
 *    alone, so they are part of it and are not loaded.
 * 3. Policies of two files may have one id. That is for a whole check to tell;
 *    hashes of the ids say whether it might be so.
 * 4. Tests ask all policies, so where there are tests there is no short way.
 */
#include "pap/recheck.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "pap/files.h"
#include "pap/memo.h"

typedef struct rechecker {
	const char *dir;
	zta_arena arena; /* of both memos, and of a tree */
	zta_memo_place place;
	zta_memo old, new;
	uint32_t at;   /* in the old memo: all before it are before the path */
	uint32_t room; /* of the new one's files */
	bool blind;    /* all is read */
	bool news;     /* the new memo says something else */
	bool lost;     /* the new one is incomplete, for want of memory */
	zta_tree tree;
	zta_manifest manifest; /* of the tree, for the short way */
} rechecker;

/* --- files */

/* What is remembered of `path`, or NULL; paths ascend. */
static const zta_memo_file *
find_old(rechecker *r, zta_str path)
{
	const zta_memo *old = &r->old;

	while (r->at < old->count &&
	    zta_str__cmp(old->files[r->at].path, path) < 0) {
		r->at++;
	}
	return r->at < old->count && zta_str__eq(old->files[r->at].path, path) ?
	    &old->files[r->at] :
	    NULL;
}

static void
push(rechecker *r, const zta_memo_file *file)
{
	zta_memo *new = &r->new;
	uint32_t more = r->room == 0 ? 64 : r->room * 2;
	void *bigger;

	if (new->count == r->room) {
		bigger = zta_arena__grow(
		    &r->arena, new->files, new->count, more, sizeof(*file));
		if (bigger == NULL) {
			r->lost = true;
			return;
		}
		new->files = bigger;
		r->room = more;
	}
	new->files[new->count++] = *file;
}

static bool
knows(void *context, zta_str path, const zta_tree_stamp *stamp, zta_oid *blob)
{
	rechecker *r = context;
	const zta_memo_file *old = find_old(r, path);

	if (r->blind || old == NULL ||
	    memcmp(&old->stamp, stamp, sizeof(*stamp)) != 0 ||
	    !zta_memo__is_settled(&r->old.clock, stamp)) {
		/* The clock is read before the first file. */
		zta_memo_place__begin(&r->place, &r->new.clock);
		return false;
	}
	*blob = old->blob;
	push(r, old);
	return true;
}

static void
learns(void *context, zta_str path, const zta_tree_stamp *stamp,
    const zta_oid *blob)
{
	rechecker *r = context;
	const zta_memo_file *old = find_old(r, path);
	zta_memo_file file = { .path = zta_arena__copy(&r->arena, path),
		.stamp = *stamp,
		.blob = *blob,
		.ids = ZTA_STR("") };

	r->news = true;
	r->lost = r->lost || file.path.ptr == NULL;
	if (old != NULL && zta_oid__eq(&old->blob, blob)) {
		file.judged = old->judged;
		file.ids = old->ids;
	}
	push(r, &file);
}

/* Go through the folder from its beginning. */
static zta_tree_memory
begin(rechecker *r, bool blind)
{
	r->blind = blind;
	r->at = 0;
	r->new.count = 0;
	r->new.clock = r->place.new >= 0 ? r->new.clock : r->old.clock;
	return (zta_tree_memory){ knows, learns, r };
}

/* --- the context */

static bool
is_policies(const zta_manifest *manifest, zta_str path)
{
	return zta_manifest__part_of(manifest, path) == ZTA_PART_POLICIES;
}

/* The digest of all files that are no policies; false: no memory. */
static bool
digest_context(const zta_tree *tree, const zta_manifest *manifest,
    unsigned char out[ZTA_MEMO_DIGEST])
{
	const zta_tree_file *file;
	zta_buf list;
	uint32_t i;
	bool ok;

	zta_buf__init(&list, SIZE_MAX);
	for (i = 0; i < tree->count; i++) {
		file = &tree->files[i];
		if (!is_policies(manifest, file->path)) {
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

static bool
has_schema(const zta_manifest *manifest)
{
	uint32_t i;

	for (i = 0; i < manifest->partition_count; i++) {
		if (manifest->partitions[i].schema) {
			return true;
		}
	}
	return false;
}

/* --- what was judged */

/* The file of the new memo, or NULL. Both it and the tree ascend. */
static zta_memo_file *
find_new(const rechecker *r, zta_str path)
{
	uint32_t low = 0, high = r->new.count, middle;
	int by;

	while (low < high) {
		middle = low + (high - low) / 2;
		by = zta_str__cmp(path, r->new.files[middle].path);
		if (by == 0) {
			return &r->new.files[middle];
		}
		if (by < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

/* The number in the new memo of the file that a policy is in. */
static uint32_t
file_of(rechecker *r, const zta_policy *policy)
{
	const zta_memo_file *file = find_new(r, policy->file->name);

	return file == NULL ? UINT32_MAX : (uint32_t)(file - r->new.files);
}

/* Room for the ids of each file, and then the hash of each id. */
static bool
note_ids(rechecker *r, const zta_policies *policies)
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

/* All files of policies are judged; those that were not are in `policies`. */
static void
note_judged(
    rechecker *r, const zta_manifest *manifest, const zta_policies *policies)
{
	zta_memo_file *file;
	uint32_t i;

	if (!note_ids(r, policies)) {
		r->lost = true;
		return;
	}
	for (i = 0; i < r->new.count; i++) {
		file = &r->new.files[i];
		if (!file->judged && is_policies(manifest, file->path)) {
			file->judged = true;
			r->news = true;
		}
	}
}

/* Of `list`, which is sorted by file, the warnings of files that are judged. */
static void
note_warnings(rechecker *r, const zta_ledger_finding *list, size_t count)
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
		file = list[i].warning ? find_new(r, list[i].file) : NULL;
		if (file != NULL && file->judged) {
			kept[r->new.warning_count++] = list[i];
		}
	}
}

/* What was judged before, as far as it is still there, in its context. */
static void
note_old(rechecker *r)
{
	memcpy(r->new.context, r->old.context, sizeof(r->new.context));
	note_warnings(r, r->old.warnings, r->old.warning_count);
}

/* --- the short way */

typedef struct part {
	zta_tree
	    tree;   /* the context without entities, and what is not judged */
	bool tests; /* there are tests */
	zta_check check;
} part;

/* Is this file looked at? Those that are need their text. */
static bool
takes(const rechecker *r, part *p, const zta_tree_file *file)
{
	const zta_memo_file *known;

	switch (zta_manifest__part_of(&r->manifest, file->path)) {
	case ZTA_PART_POLICIES:
		known = find_new(r, file->path);
		return known == NULL || !known->judged;
	case ZTA_PART_ENTITIES:
		return false;
	case ZTA_PART_TEST:
		p->tests = true;
		return true;
	default:
		return true;
	}
}

static zta_status
read_text(rechecker *r, zta_tree_file *file, zta_error *err)
{
	return file->text.ptr != NULL ?
	    ZTA_OK :
	    zta_files__read(r->dir, file, &r->arena, &file->text, err);
}

/* ZTA_ENOTFOUND: this is nothing for the short way. */
static zta_status
divide(rechecker *r, part *p, zta_error *err)
{
	zta_tree_file *file;
	uint32_t i;
	zta_status status = ZTA_OK;

	p->tree.files = zta_arena__alloc(
	    &r->arena, ((size_t)r->tree.count + 1) * sizeof(*file));
	if (p->tree.files == NULL) {
		return zta_arena__failed(&r->arena, err);
	}
	memcpy(p->tree.id, r->tree.id, sizeof(p->tree.id));
	for (i = 0; status == ZTA_OK && i < r->tree.count; i++) {
		file = &r->tree.files[i];
		if (takes(r, p, file)) {
			status = read_text(r, file, err);
			p->tree.files[p->tree.count++] = *file;
		}
	}
	return status != ZTA_OK ? status : p->tests ? ZTA_ENOTFOUND : ZTA_OK;
}

static void
ignore(void *context, zta_str file, const zta_error *why)
{
	(void)file;
	(void)why;
	*(bool *)context = true;
}

/* The manifest, and is the context the one in which files were judged? */
static zta_status
recognise(rechecker *r, zta_error *err)
{
	static const unsigned char none[ZTA_MEMO_DIGEST];
	unsigned char context[ZTA_MEMO_DIGEST];
	bool strange = false;
	zta_error_sink sink = { ignore, &strange, ZTA_STR(""), 0, UINT32_MAX };
	zta_tree_file *file = (zta_tree_file *)(uintptr_t)zta_tree__find(
	    &r->tree, ZTA_STR("manifest.json"));
	zta_status status;

	if (r->tree.id[0] == '\0' || file == NULL ||
	    memcmp(r->old.context, none, sizeof(none)) == 0) {
		return ZTA_ENOTFOUND;
	}
	status = read_text(r, file, err);
	if (status == ZTA_OK) {
		status = zta_manifest__check(
		    &r->arena, &r->tree, &sink, &r->manifest, err);
	}
	if (status != ZTA_OK || strange) {
		return status != ZTA_OK ? status : ZTA_ENOTFOUND;
	}
	if (!digest_context(&r->tree, &r->manifest, context)) {
		return zta_error__nomem(err);
	}
	return memcmp(context, r->old.context, sizeof(context)) == 0 ?
	    ZTA_OK :
	    ZTA_ENOTFOUND;
}

/* Might a policy of the part have the id of one that was judged before? */
static zta_status
compare_ids(rechecker *r, const part *p, zta_error *err)
{
	const zta_policies *policies = &p->check.loaded->cedar->policies;
	const zta_policy_list *lists[] = { &policies->policies,
		&policies->templates };
	uint64_t *hash;
	const zta_memo_file *file;
	zta_map ids;
	uint32_t i, l;
	size_t at;
	zta_status status = ZTA_OK;

	zta_map__init(&ids, &r->arena, zta_random__seed());
	for (l = 0; l < 2; l++) {
		for (i = 0; i < lists[l]->count; i++) {
			hash = zta_arena__alloc(&r->arena, sizeof(*hash));
			if (hash == NULL) {
				return zta_arena__failed(&r->arena, err);
			}
			*hash = zta_memo__hash(lists[l]->list[i]->id);
			status = zta_map__add(&ids,
			    (zta_str){ (const char *)hash, sizeof(*hash) }, 0,
			    err);
			if (status != ZTA_OK && status != ZTA_EEXIST) {
				return status;
			}
		}
	}
	for (i = 0; ids.count > 0 && i < r->new.count; i++) {
		file = &r->new.files[i];
		for (at = 0; at < file->ids.len; at += sizeof(*hash)) {
			if (zta_map__get(&ids,
				(zta_str){ file->ids.ptr + at,
				    sizeof(*hash) }) != ZTA_MAP_NONE) {
				return ZTA_ENOTFOUND;
			}
		}
	}
	return ZTA_OK;
}

/* What a whole check would have found; then the arena goes over to it. */
static zta_status
join(rechecker *r, const part *p, zta_check *out, zta_error *err)
{
	const zta_check *check = &p->check;
	const zta_memo_file *file;
	zta_finding_list list;
	uint32_t i;
	zta_status status;

	zta_finding_list__init(&list, &r->arena);
	for (i = 0; i < check->findings.count; i++) {
		zta_finding_list__add(&list, &check->findings.list[i]);
	}
	for (i = 0; i < r->old.warning_count; i++) {
		file = find_new(r, r->old.warnings[i].file);
		if (file != NULL && file->judged) {
			zta_finding_list__add(&list, &r->old.warnings[i]);
		}
	}
	status = list.full ? ZTA_ENOTFOUND : zta_finding_list__end(&list, err);
	if (status != ZTA_OK) {
		return status;
	}
	*out = (zta_check){ .arena = r->arena,
		.findings = list,
		.tested = check->tested,
		.listed = true,
		.tree = r->tree,
		.whole = check->whole,
		.done = true };
	out->findings.arena = &out->arena;
	memcpy(out->version, r->tree.id, sizeof(out->version));
	zta_arena__init(&r->arena, SIZE_MAX);
	return ZTA_OK;
}

/* Both have been found out together. */
static void
note_part(rechecker *r, const part *p, const zta_check *check)
{
	if (check->findings.errors > 0) {
		note_old(r);
		return;
	}
	memcpy(r->new.context, r->old.context, sizeof(r->new.context));
	note_judged(r, &r->manifest, &p->check.loaded->cedar->policies);
	note_warnings(r, check->findings.list, check->findings.count);
}

/* ZTA_ENOTFOUND: it has to be the long way. */
static zta_status
check_part(rechecker *r, zta_check *out, int64_t now, zta_error *err)
{
	part p = { 0 };
	zta_arena arena;
	zta_status status = recognise(r, err);

	if (status == ZTA_OK) {
		status = divide(r, &p, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_check__tree(&p.check, &arena, &p.tree, 0, now, err);
	if (status == ZTA_OK &&
	    (p.check.loaded == NULL || p.check.findings.full)) {
		status = ZTA_ENOTFOUND;
	}
	if (status == ZTA_OK) {
		status = compare_ids(r, &p, err);
	}
	if (status == ZTA_OK) {
		status = join(r, &p, out, err);
	}
	if (status == ZTA_OK) {
		note_part(r, &p, out);
	}
	zta_check__release(&p.check);
	return status;
}

static zta_status
take_short_way(
    rechecker *r, zta_check *out, int64_t now, bool *taken, zta_error *err)
{
	bool strange = false;
	zta_error_sink sink = { ignore, &strange, ZTA_STR(""), 0, UINT32_MAX };
	const zta_tree_memory memory = begin(r, false);
	zta_status status = zta_tree__look_dir(
	    &r->arena, r->dir, &memory, &sink, &r->tree, err);

	*out = (zta_check){ 0 };
	if (status == ZTA_OK && !strange) {
		status = check_part(r, out, now, err);
	} else if (status == ZTA_OK) {
		status = ZTA_ENOTFOUND;
	}
	*taken = status == ZTA_OK;
	/* What else is wrong, the long way tells. */
	return status == ZTA_ENOMEM ? status : ZTA_OK;
}

/* --- the long way */

static bool
has_tests(const zta_snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->tree.count; i++) {
		if (zta_manifest__part_of(
			&s->manifest, s->tree.files[i].path) == ZTA_PART_TEST) {
			return true;
		}
	}
	return false;
}

/* What has been found out, if the short way can make use of it. */
static void
note_check(rechecker *r, const zta_check *check)
{
	const zta_snapshot *s = check->loaded;
	uint32_t i;

	if (!zta_check__is_version(check) || check->findings.full) {
		note_old(r);
		return;
	}
	for (i = 0; i < r->new.count; i++) {
		r->new.files[i].judged = false;
		r->new.files[i].ids = ZTA_STR("");
	}
	memset(r->new.context, 0, sizeof(r->new.context));
	if (has_schema(&s->manifest) && !has_tests(s)) {
		r->lost = r->lost ||
		    !digest_context(&s->tree, &s->manifest, r->new.context);
		note_judged(r, &s->manifest, &s->cedar->policies);
	}
	note_warnings(r, check->findings.list, check->findings.count);
}

static zta_status
take_long_way(
    rechecker *r, zta_check *out, unsigned flags, int64_t now, zta_error *err)
{
	const zta_tree_memory memory = begin(r, true);
	zta_status status =
	    zta_check__dir_learning(out, r->dir, &memory, flags, now, err);

	if (status == ZTA_OK) {
		note_check(r, out);
	}
	r->lost = r->lost || status != ZTA_OK;
	return status;
}

zta_status
zta_recheck__dir(zta_check *out, const char *dir, unsigned flags, bool load,
    int64_t now, zta_error *err)
{
	rechecker r = { .dir = dir };
	zta_error why = { 0 };
	bool taken = false;
	zta_status status = ZTA_OK;

	*out = (zta_check){ 0 };
	err = err == NULL ? &why : err;
	zta_arena__init(&r.arena, SIZE_MAX);
	zta_memo_place__open(&r.place, dir, &r.arena, &r.old);
	if (r.old.count > 0 && !load && (flags & ZTA_LEDGER_EXPLAIN) == 0) {
		status = take_short_way(&r, out, now, &taken, err);
	}
	if (status == ZTA_OK && !taken) {
		status = take_long_way(&r, out, flags, now, err);
	}
	if (status == ZTA_OK && !r.lost &&
	    (r.news || r.new.count != r.old.count)) {
		zta_memo_place__write(&r.place, &r.new);
	}
	zta_memo_place__close(&r.place);
	zta_arena__release(&r.arena);
	return status;
}
