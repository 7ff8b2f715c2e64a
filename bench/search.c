/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.c - searches among a million documents against deciding one by one.
 *
 *     search [DOCS]
 *
 * Every user owns 20 documents, a folder holds 100, a group of 10 users may
 * read what names it. Prints the time of making the index and its bytes, and
 * for each question what it finds, with how many evaluations, in which time;
 * then the time of deciding for every document.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "cedar/search.h"

#define OWNED 20
#define IN_FOLDER 100
#define IN_GROUP 10

static const struct {
	const char *name, *policies;
} questions[] = {
	{ "resource.owner == principal",
	    "permit (principal, action, resource) when {"
	    " resource.owner == principal };" },
	{ "resource in Folder::\"7\"",
	    "permit (principal, action, resource in Folder::\"7\");" },
	{ "principal in resource.readers",
	    "permit (principal, action, resource) when {"
	    " resource has readers && principal in resource.readers };" },
	{ "owner, folder or group, unless locked",
	    "permit (principal, action, resource) when {"
	    " resource.owner == principal };"
	    "permit (principal, action, resource in Folder::\"7\");"
	    "permit (principal, action, resource) when {"
	    " resource has readers && principal in resource.readers };"
	    "forbid (principal, action, resource) when {"
	    " resource has locked && resource.locked };" },
	{ "everything", "permit (principal, action, resource);" },
	{ "resource.size < 100: nothing to go by",
	    "permit (principal, action, resource) when {"
	    " resource.size < 100 };" },
};

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s:%u:%u: %s\n", err->place, err->line,
		    err->column, err->message);
		exit(1);
	}
}

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
put_doc(zta_buf *out, uint32_t i)
{
	zta_buf__printf(out,
	    ",{\"uid\":{\"type\":\"Doc\",\"id\":\"%" PRIu32 "\"},\"attrs\":{"
	    "\"owner\":{\"__entity\":{\"type\":\"User\",\"id\":\"%" PRIu32
	    "\"}},\"size\":%" PRIu32,
	    i, i / OWNED, i);
	if (i % 7 == 0) {
		zta_buf__printf(out,
		    ",\"readers\":{\"__entity\":{\"type\":\"Group\",\"id\":"
		    "\"%" PRIu32 "\"}}",
		    i % 10007);
	}
	if (i % 13 == 0) {
		zta_buf__text(out, ",\"locked\":true");
	}
	zta_buf__printf(out,
	    "},\"parents\":[{\"type\":\"Folder\",\"id\":\"%" PRIu32 "\"}]}",
	    i / IN_FOLDER);
}

static zta_str
make_entities(zta_buf *out, uint32_t docs)
{
	uint32_t i;

	zta_buf__text(out,
	    "[{\"uid\":{\"type\":\"Folder\",\"id\":\"7\"},"
	    "\"attrs\":{},\"parents\":[]}");
	for (i = 0; i < docs / OWNED; i++) {
		zta_buf__printf(out,
		    ",{\"uid\":{\"type\":\"User\",\"id\":\"%" PRIu32 "\"},"
		    "\"attrs\":{},\"parents\":[{\"type\":\"Group\",\"id\":"
		    "\"%" PRIu32 "\"}]}",
		    i, i / IN_GROUP);
	}
	for (i = 0; i < docs; i++) {
		put_doc(out, i);
	}
	zta_buf__text(out, "]");
	must(out->status, &(zta_error){ .message = "out of memory" });
	return zta_buf__str(out);
}

/* All pages; the number found. */
static size_t
find(zta_cedar_session *session, const zta_cedar_search *search,
    size_t *evaluations)
{
	static const char request[] =
	    "{\"principal\":\"User::\\\"3\\\"\",\"action\":\"Action::\\\"v\\\"\""
	    ",\"resource\":{\"type\":\"Doc\"}}";
	zta_cedar_page page = { 0, ZTA_CEDAR_PAGE_MAX };
	zta_cedar_found found;
	zta_error err = { 0 };
	size_t count = 0;

	*evaluations = 0;
	do {
		must(zta_cedar_find(session, search, zta_str_of(request), 0,
			 page, &found, &err),
		    &err);
		count += found.count;
		*evaluations += found.evaluations;
		page.after = found.next;
	} while (page.after != 0);
	return count;
}

/* Decide for every document, without reading requests; the number allowed. */
static size_t
try_all(const zta_cedar *engine, const zta_cedar_search *search)
{
	static const zta_record empty = { 0 };
	const zta_names *names = &engine->names;
	zta_question q = { .names = names, .context = &empty };
	uint32_t doc = zta_names__find_symbol(names, ZTA_STR("Doc")), i;
	uint32_t user = zta_names__find_symbol(names, ZTA_STR("User"));
	zta_uid_list docs = zta_buckets__get(&search->index.by_type, doc);
	zta_verdict verdict;
	zta_arena arena;
	zta_error err = { 0 };
	size_t allowed = 0;

	zta_arena__init(&arena, SIZE_MAX);
	q.principal = zta_names__find_uid(names, user, ZTA_STR("3"));
	q.action = q.principal;
	for (i = 0; i < docs.count; i++) {
		zta_arena__reset(&arena);
		q.resource = docs.list[i];
		must(zta_authorize__run(&engine->policies, &engine->entities,
			 &q, &arena, &verdict, &err),
		    &err);
		allowed += verdict.permitted;
	}
	zta_arena__release(&arena);
	return allowed;
}

static void
measure(const char *name, const char *policies, zta_str entities)
{
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_search *search;
	zta_error err = { 0 };
	size_t evaluations, found, allowed, times = 0;
	double start, built, took, tried;

	must(zta_cedar_open(&engine, &err), &err);
	must(zta_cedar_add_policies(engine, ZTA_STR("p"), zta_str_of(policies),
		 ZTA_CEDAR_NUMBERED, &err),
	    &err);
	must(
	    zta_cedar_add_entities(engine, ZTA_STR("e"), entities, &err), &err);
	must(zta_cedar_seal(engine, &err), &err);
	must(zta_cedar_session_open(&session, engine, &err), &err);
	start = seconds();
	must(zta_cedar_search_open(&search, engine, &err), &err);
	built = seconds() - start;
	found = find(session, search, &evaluations);
	start = seconds();
	do {
		(void)find(session, search, &evaluations);
		times++;
		took = seconds() - start;
	} while (took < 0.2);
	start = seconds();
	allowed = try_all(engine, search);
	tried = seconds() - start;
	printf(
	    "%s\n    index %.2f s, %zu bytes; found %zu with %zu evaluations "
	    "in %.1f us; one by one %.0f us\n",
	    name, built, search->arena.held, found, evaluations,
	    took / (double)times * 1e6, tried * 1e6);
	if (found != allowed) {
		fprintf(stderr, "one by one %zu are allowed\n", allowed);
		exit(1);
	}
	zta_cedar_search_close(search);
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
}

int
main(int argc, char **argv)
{
	uint32_t docs =
	    argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
	zta_buf entities;
	zta_str text;
	size_t i;

	zta_buf__init(&entities, SIZE_MAX);
	text = make_entities(&entities, docs);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		measure(questions[i].name, questions[i].policies, text);
	}
	zta_buf__release(&entities);
	return 0;
}
