/* SPDX-License-Identifier: Apache-2.0 */
/*
 * puller.c - who follows a ledger, for test_wire.py, which stands in between.
 *
 *     puller PATH KEY SIGNERS
 *
 * PATH is that of the ledger in its URL. Each line of standard input is a
 * request, and is answered with a line:
 *
 *     begin PORT COMMIT   forget all, then take the history up to the commit
 *     follow PORT         ask where the ref is, and go there
 *
 * "<id> <message>": where our ref is, after all that it reaches was read, and
 * what went wrong.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "pap/remote.h"
#include "pap/signers.h"

#define NAME ZTA_STR("zone/copy")
#define KEY_MAX ((size_t)64 << 10)

static zta_arena arena;
static zta_ssh_allowed_list signers;
static zta_ssh_signer signer;
static zta_ledger ledger;
static const char *path;

_Noreturn static void
die(const zta_error *err)
{
	fprintf(stderr, "puller: %s: %s\n", err->place, err->message);
	exit(2);
}

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		die(err);
	}
}

static void
begin(void)
{
	zta_error err = { 0 };

	zta_store__close(ledger.store);
	ledger.name = NAME;
	must(zta_store__open(&ledger.store, "memory:", &err), &err);
	must(zta_store__ledger_create(ledger.store, NAME, &err), &err);
}

/* Go where the server is, or to `head`. */
static zta_status
pull(const char *port, const zta_oid *head, zta_error *err)
{
	char url[256];
	zta_remote_options options = { .url = url, .signer = &signer };
	zta_remote_pull pulled = {
		.ledger = &ledger, .ref = ZTA_LEDGER_MAIN, .signers = &signers
	};
	zta_remote_state state = { { { 0 } }, 0 };
	zta_remote remote;
	zta_status status;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%s%s", port, path);
	status = zta_remote__open(&remote, &options, err);
	if (status == ZTA_OK && head == NULL) {
		status = zta_remote__look(
		    &remote, ZTA_LEDGER_MAIN, 0, 0, &state, err);
		head = &state.head;
	}
	if (status == ZTA_OK) {
		status = zta_remote__pull(&remote, head, &pulled, err);
	}
	if (status == ZTA_OK && pulled.outcome == ZTA_REMOTE_REFUSED) {
		status = zta_error__set(err, ZTA_EINVALID, "refused: %s",
		    pulled.check.findings.list[0].message);
	} else if (status == ZTA_OK && pulled.outcome == ZTA_REMOTE_AHEAD) {
		status = zta_error__set(err, ZTA_ECONFLICT, "gone back");
	}
	zta_check__release(&pulled.check);
	zta_remote__close(&remote);
	return status;
}

/* Read all that the ref reaches; dies if anything is missing or damaged. */
static void
walk(zta_oid *out)
{
	zta_commit commit = { .has_parent = true };
	zta_error err = { 0 };
	zta_tree tree;
	zta_oid at;
	zta_arena work;
	zta_status status =
	    zta_ledger__ref(&ledger, ZTA_LEDGER_MAIN, out, &err);

	*out = status == ZTA_ENOTFOUND ? (zta_oid){ { 0 } } : *out;
	zta_arena__init(&work, SIZE_MAX);
	at = *out;
	while (status == ZTA_OK && commit.has_parent) {
		must(zta_ledger__files(&ledger, &at, &work, &tree, &err), &err);
		must(zta_ledger__commit(&ledger, &at, &work, &commit, &err),
		    &err);
		at = commit.parent;
	}
	zta_arena__release(&work);
}

static void
answer(const zta_error *err)
{
	char digits[ZTA_OID_HEX_MAX];
	zta_oid at;

	walk(&at);
	zta_oid__hex(&at, digits);
	printf("%s %s\n", digits, err->message);
	fflush(stdout);
}

static void
set_up(char **argv)
{
	zta_error err = { 0 };
	zta_key *key;
	zta_str text;

	zta_arena__init(&arena, SIZE_MAX);
	path = argv[1];
	must(zta_file__read(&arena, argv[2], KEY_MAX, &text, &err), &err);
	must(zta_key_read_pem(&key, text, &err), &err);
	signer.pair = key;
	must(zta_ssh_key__of(key, &signer.key, &err), &err);
	must(zta_signers__read(&arena, argv[3], &signers, &err), &err);
}

int
main(int argc, char **argv)
{
	char verb[16], port[16], commit[ZTA_OID_HEX_MAX + 1], line[256];
	zta_error err;
	zta_oid oid;
	bool done;
	int words;

	if (argc != 4) {
		return 64;
	}
	set_up(argv);
	begin();
	while (fgets(line, sizeof(line), stdin) != NULL) {
		err = (zta_error){ 0 };
		done = true;
		words = sscanf(line, "%15s %15s %64s", verb, port, commit);
		if (words == 3 && strcmp(verb, "begin") == 0 &&
		    zta_oid__parse(zta_str_of(commit), &oid)) {
			begin();
			must(pull(port, &oid, &err), &err);
		} else if (words == 2 && strcmp(verb, "follow") == 0) {
			done = pull(port, NULL, &err) == ZTA_OK;
		} else {
			return 64;
		}
		if (done) {
			err.message[0] = '\0';
		}
		answer(&err);
	}
	zta_store__close(ledger.store);
	zta_key_close((zta_key *)(uintptr_t)signer.pair);
	zta_arena__release(&arena);
	return 0;
}
