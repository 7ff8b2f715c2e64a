/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_pktline.c - requests of git to a ledger with one commit. Whatever comes
 * is answered, and an answer consists of well-formed frames.
 */
#include "fuzz.h"

#include <stdio.h>

#include "base/str.h"
#include "pap/git_upload.h"
#include "pap/pktline.h"

#define TREE "100644 a\0"
#define COMMIT      \
	"tree %s\n" \
	"author A <a@b.c> 1 +0000\ncommitter A <a@b.c> 1 +0000\n\nm\n"

static zta_ledger ledger = { NULL, { "z/l", 3 } };

static zta_store_object
object(zta_object_kind kind, zta_str body)
{
	zta_store_object made = { { { 0 } }, kind, body };

	if (zta_oid__of(kind, body, &made.oid, NULL) != ZTA_OK) {
		abort();
	}
	return made;
}

static void
open_ledger(void)
{
	char tree[sizeof(TREE) - 1 + ZTA_OID_LEN] = TREE, commit[512];
	char digits[ZTA_OID_HEX_MAX];
	zta_store_object objects[3];
	zta_store_move move = {
		.ref = ZTA_LEDGER_MAIN, .objects = objects, .count = 3
	};

	objects[0] = object(ZTA_OBJECT_BLOB, ZTA_STR("a"));
	memcpy(tree + sizeof(TREE) - 1, objects[0].oid.bytes, ZTA_OID_LEN);
	objects[1] = object(ZTA_OBJECT_TREE, (zta_str){ tree, sizeof(tree) });
	zta_oid__hex(&objects[1].oid, digits);
	(void)snprintf(commit, sizeof(commit), COMMIT, digits);
	objects[2] = object(ZTA_OBJECT_COMMIT, zta_str_of(commit));
	move.to = objects[2].oid;
	if (zta_store__open(&ledger.store, "memory:", NULL) != ZTA_OK ||
	    zta_store__ledger_create(ledger.store, ledger.name, NULL) !=
		ZTA_OK ||
	    zta_store__ref_move(ledger.store, ledger.name, &move, NULL) !=
		ZTA_OK) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str request = { (const char *)data, size }, rest, text;
	zta_pktline_kind kind;
	zta_buf out;

	if (ledger.store == NULL) {
		open_ledger();
	}
	zta_buf__init(&out, SIZE_MAX);
	if (zta_git_upload__answer(&ledger, request, &out, NULL) != ZTA_OK) {
		abort();
	}
	rest = zta_buf__str(&out);
	do {
		kind = zta_pktline__next(&rest, &text);
	} while (kind != ZTA_PKTLINE_NONE && kind != ZTA_PKTLINE_BAD);
	if (kind == ZTA_PKTLINE_BAD || out.len == 0) {
		abort();
	}
	zta_buf__release(&out);
	return 0;
}
