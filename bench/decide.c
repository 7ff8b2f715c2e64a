/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.c - decisions in process, under the ledger of the shop.
 *
 *     decide cedar COUNT LEDGER     Cedar alone: JSON request to answer
 *     decide pdp COUNT LEDGER       all legs, the token's signature included
 *     decide known COUNT LEDGER     the same, of a token that is known
 *
 * Prints decisions a second and the bytes that the snapshot holds. Counts two
 * COUNTs under callgrind to get instructions for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "workload.h"

static const char request[] =
    "{\"principal\":\"User::\\\"alice\\\"\",\"action\":\"Action::\\\"buy\\\"\","
    "\"resource\":\"Product::\\\"teapot\\\"\",\"context\":{\"quantity\":1,"
    "\"ztauth\":{\"workload\":\"w\",\"level\":1,\"ring\":1,\"scopes\":[],"
    "\"delegation\":[]}}}";

static void
run_cedar(const zta_snapshot *snapshot, unsigned long count)
{
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	unsigned long i;

	must(zta_cedar_session_open(&session, snapshot->cedar, &err), &err);
	for (i = 0; i < count; i++) {
		must(zta_cedar_authorize(
			 session, zta_str_of(request), 0, &answer, &err),
		    &err);
		if (!answer.permitted) {
			abort();
		}
	}
	zta_cedar_session_close(session);
}

static void
run_pdp(const zta_snapshot *snapshot, unsigned long count, bool known)
{
	zta_authzen question;
	zta_decision decision;
	zta_arena arena;
	asked shop;
	unsigned long i;

	asked_open(&shop, known);
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < count; i++) {
		asked_decide(&shop, snapshot, &arena, &question, &decision);
	}
	zta_arena__release(&arena);
	asked_close(&shop);
}

int
main(int argc, char **argv)
{
	zta_snapshot *snapshot;
	zta_error err = { 0 };
	unsigned long count;
	uint64_t start;

	if (argc != 4) {
		fprintf(stderr, "usage: decide cedar|pdp|known COUNT LEDGER\n");
		return 64;
	}
	count = strtoul(argv[2], NULL, 10);
	must(zta_snapshot__load(&snapshot, argv[3], NULL, &err), &err);
	start = now_ns();
	if (strcmp(argv[1], "cedar") == 0) {
		run_cedar(snapshot, count);
	} else {
		run_pdp(snapshot, count, strcmp(argv[1], "known") == 0);
	}
	printf("%.0f %zu\n", (double)count * 1e9 / (double)(now_ns() - start),
	    snapshot->arena.held + snapshot->cedar->arena.held);
	zta_snapshot__drop(snapshot);
	return 0;
}
