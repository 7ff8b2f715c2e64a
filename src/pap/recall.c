/* SPDX-License-Identifier: Apache-2.0 */
/* recall.c - files of a folder that need not be read again; see recall.h. */
#include "pap/recall.h"

#include "base/str.h"

/* What is remembered of `path`, or NULL; paths ascend. */
static const zta_memo_file *
find_old(zta_recall *r, zta_str path)
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
push(zta_recall *r, const zta_memo_file *file)
{
	zta_memo *new = &r->new;
	uint32_t more = r->room == 0 ? 64 : r->room * 2;
	void *bigger;

	if (r->lost) {
		return;
	}
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
	zta_recall *r = context;
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
	zta_recall *r = context;
	const zta_memo_file *old = find_old(r, path);
	zta_memo_file file = {
		.stamp = *stamp, .blob = *blob, .ids = ZTA_STR("")
	};

	if (r->lost) {
		return;
	}
	file.path = zta_arena__copy(&r->arena, path);
	r->news = true;
	r->lost = file.path.ptr == NULL;
	if (old != NULL && zta_oid__eq(&old->blob, blob)) {
		file.judged = old->judged;
		file.answers = old->answers;
		file.ids = old->ids;
	}
	push(r, &file);
}

void
zta_recall__open(zta_recall *r, const char *dir, bool writes)
{
	*r = (zta_recall){ 0 };
	zta_arena__init(&r->arena, SIZE_MAX);
	zta_memo_place__open(&r->place, dir, &r->arena, &r->old);
	r->place.tried = !writes;
	r->lost = !writes;
}

zta_tree_memory
zta_recall__begin(zta_recall *r, bool blind)
{
	r->blind = blind;
	r->at = 0;
	r->new.count = 0;
	r->new.clock = r->place.new >= 0 ? r->new.clock : r->old.clock;
	return (zta_tree_memory){ knows, learns, r };
}

zta_memo_file *
zta_recall__find(const zta_recall *r, zta_str path)
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

void
zta_recall__close(zta_recall *r)
{
	if (!r->lost && (r->news || r->new.count != r->old.count)) {
		zta_memo_place__write(&r->place, &r->new);
	}
	zta_memo_place__close(&r->place);
	zta_arena__release(&r->arena);
}
