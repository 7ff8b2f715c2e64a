/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledgers.c - a ledger for test_git_sync.py, which has git clone it.
 *
 *     ledgers PLACE fill COUNT KEY       add commits, signed by the key
 *     ledgers PLACE export DIR           a repository
 *     ledgers PLACE bundle FILE [BASE]   a bundle
 *     ledgers PLACE advertise PROTOCOL   what git asks over HTTP
 *     ledgers PLACE upload plain|gzip    the same; a request, its answer
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/deflate.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/commit_sign.h"
#include "ledger/tree_build.h"
#include "pap/bundle.h"
#include "pap/git_upload.h"

static zta_arena arena;
static zta_ledger ledger = { NULL, { "zone/shop", 9 } };
static zta_error err;

static void
must(zta_status status)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s: %s\n", err.place, err.message);
		exit(1);
	}
}

static zta_oid
put(zta_object_kind kind, zta_str body)
{
	zta_object_sink sink = zta_ledger__sink(&ledger);
	zta_oid oid;

	must(zta_oid__of(kind, body, &oid, &err));
	must(sink.write(sink.to, &oid, kind, body, &err));
	return oid;
}

/* A file that stays and one that says which commit it is. */
static zta_oid
make_tree(int number)
{
	zta_object_source source = zta_ledger__source(&ledger);
	zta_object_sink sink = zta_ledger__sink(&ledger);
	char text[64];
	zta_tree_leaf leaves[2] = { { .path = ZTA_STR("a/number") },
		{ .path = ZTA_STR("policy.cedar") } };
	zta_oid root;

	(void)snprintf(text, sizeof(text), "%d\n", number);
	leaves[0].blob = put(ZTA_OBJECT_BLOB, zta_str_of(text));
	leaves[1].blob = put(ZTA_OBJECT_BLOB,
	    ZTA_STR("permit (principal, action, resource);\n"));
	must(zta_tree_build__run(
	    &arena, leaves, 2, &source, NULL, &sink, &root, &err));
	return root;
}

static void
fill(int count, const char *key_path)
{
	const zta_commit_person person = { ZTA_STR("Alice"),
		ZTA_STR("alice@example.com"), 1700000000 };
	zta_commit commit = {
		.author = person, .committer = person, .message = ZTA_STR("m\n")
	};
	zta_store_move move = { .ref = ZTA_LEDGER_MAIN };
	zta_key *key;
	zta_ssh_signer signer = { 0 };
	zta_str text;
	zta_buf body;
	int i;

	must(zta_file__read(&arena, key_path, ZTA_FILE_MAX, &text, &err));
	must(zta_key_read_pem(&key, text, &err));
	signer.pair = key;
	if (zta_ledger__ref(&ledger, ZTA_LEDGER_MAIN, &move.from, NULL) !=
	    ZTA_OK) {
		move.from = (zta_oid){ { 0 } };
	}
	zta_buf__init(&body, SIZE_MAX);
	for (i = 0; i < count; i++) {
		commit.tree = make_tree(i + rand());
		commit.has_parent = !zta_oid__is_none(&move.from);
		commit.parent = move.from;
		must(zta_commit__sign(&arena, &commit, &signer, &err));
		zta_buf__clear(&body);
		must(zta_commit__encode(&commit, &body, &err));
		move.to = put(ZTA_OBJECT_COMMIT, zta_buf__str(&body));
		must(zta_store__ref_move(
		    ledger.store, ledger.name, &move, &err));
		move.from = move.to;
	}
	zta_buf__release(&body);
	zta_key_close(key);
}

static void
upload(bool gzip)
{
	zta_buf plain, out;
	zta_str request;

	zta_buf__init(&plain, ZTA_HTTP_BODY_MAX);
	zta_buf__init(&out, SIZE_MAX);
	must(zta_file__read(&arena, "-", ZTA_FILE_MAX, &request, &err));
	if (gzip) {
		must(zta_inflate__gzip(request, &plain, &err));
		request = zta_buf__str(&plain);
	}
	must(zta_git_upload__answer(&ledger, request, &out, &err));
	fwrite(out.ptr, 1, out.len, stdout);
	zta_buf__release(&plain);
	zta_buf__release(&out);
}

static void
write_bundle(const char *path, const char *base)
{
	zta_oid oid = { { 0 } };
	zta_buf out;

	if (base != NULL && !zta_oid__parse(zta_str_of(base), &oid)) {
		exit(64);
	}
	zta_buf__init(&out, SIZE_MAX);
	must(zta_bundle__write(&ledger, &oid, &out, &err));
	must(zta_file__replace(path, 0666, zta_buf__str(&out), &err));
	zta_buf__release(&out);
}

int
main(int argc, char **argv)
{
	zta_str verb = zta_str_of(argc < 4 ? "" : argv[2]);
	zta_buf out;

	zta_arena__init(&arena, SIZE_MAX);
	must(zta_store__open(&ledger.store, argv[1], &err));
	if (zta_store__ledger_create(ledger.store, ledger.name, &err) !=
	    ZTA_EEXIST) {
		must(err.status);
	}
	if (zta_str__is(verb, "fill")) {
		fill(atoi(argv[3]), argv[4]);
	} else if (zta_str__is(verb, "export")) {
		must(zta_bundle__repository(&ledger, argv[3], &err));
	} else if (zta_str__is(verb, "bundle")) {
		write_bundle(argv[3], argc > 4 ? argv[4] : NULL);
	} else if (zta_str__is(verb, "advertise")) {
		zta_buf__init(&out, SIZE_MAX);
		zta_git_upload__advertise(zta_str_of(argv[3]), &out);
		fwrite(out.ptr, 1, out.len, stdout);
		zta_buf__release(&out);
	} else if (zta_str__is(verb, "upload")) {
		upload(zta_str__is(zta_str_of(argv[3]), "gzip"));
	}
	zta_store__close(ledger.store);
	zta_arena__release(&arena);
	return 0;
}
