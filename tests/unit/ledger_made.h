/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_made.h - histories to test with, put together by hand. */
#ifndef ZTA_LEDGER_MADE_H
#define ZTA_LEDGER_MADE_H

#include "tests.h"

#include "ledger/ledger.h"
#include "ledger/tree_build.h"

static inline zta_oid
make_object(const zta_ledger *ledger, zta_object_kind kind, zta_str body)
{
	zta_object_sink sink = zta_ledger__sink(ledger);
	zta_oid oid;

	assert_int_equal(zta_oid__of(kind, body, &oid, NULL), ZTA_OK);
	assert_int_equal(sink.write(sink.to, &oid, kind, body, NULL), ZTA_OK);
	return oid;
}

/* A commit on `parent` (NULL: none): a/same, and b that says `text`. */
static inline zta_oid
make_commit(const zta_ledger *ledger, const zta_oid *parent, const char *text)
{
	const zta_commit_person person = { ZTA_STR("A"), ZTA_STR("a@b.c"), 1 };
	zta_object_source source = zta_ledger__source(ledger);
	zta_object_sink sink = zta_ledger__sink(ledger);
	zta_commit made = {
		.author = person, .committer = person, .message = ZTA_STR("m\n")
	};
	zta_tree_leaf leaves[] = {
		{ ZTA_STR("a/same"),
		    make_object(ledger, ZTA_OBJECT_BLOB, ZTA_STR("same")) },
		{ ZTA_STR("b"),
		    make_object(ledger, ZTA_OBJECT_BLOB, zta_str_of(text)) },
	};
	zta_arena arena;
	zta_buf body;
	zta_oid oid;

	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_tree_build__run(&arena, leaves, 2, &source, NULL,
			     &sink, &made.tree, NULL),
	    ZTA_OK);
	zta_arena__release(&arena);
	if (parent != NULL) {
		made.has_parent = true;
		made.parent = *parent;
	}
	zta_buf__init(&body, SIZE_MAX);
	assert_int_equal(zta_commit__encode(&made, &body, NULL), ZTA_OK);
	oid = make_object(ledger, ZTA_OBJECT_COMMIT, zta_buf__str(&body));
	zta_buf__release(&body);
	return oid;
}

#endif
