/* SPDX-License-Identifier: Apache-2.0 */
/* workload.c - see workload.h. */
#include "workload.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"

typedef struct texts {
	zta_str schema, policies, entities;
} texts;

void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s:%u:%u: %s\n", err->place, err->line,
		    err->column, err->message);
		exit(1);
	}
}

void
check(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "bench: %s\n", what);
		exit(1);
	}
}

uint64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The heap that is in use; large pieces are mapped one by one. */
static size_t
heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* A line of /proc/self/status, such as "VmRSS:", in bytes. */
static size_t
memory_of(const char *name)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	size_t kilobytes = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, name, strlen(name)) == 0) {
			kilobytes = strtoul(line + strlen(name), NULL, 10);
		}
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return kilobytes * 1024;
}

/* Let VmHWM begin again at what is in use now. */
static void
forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (f != NULL) {
		(void)fputs("5", f);
		(void)fclose(f);
	}
}

/* The text FOLDER/NAME; empty if there is none. */
static zta_str
read_text(zta_arena *arena, const char *folder, const char *name)
{
	char path[4096];
	zta_error err = { 0 };
	zta_str text = { 0 };
	zta_status status;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	status = zta_file__read(arena, path, ZTA_FILE_MAX, &text, &err);
	if (status != ZTA_ENOTFOUND) {
		must(status, &err);
	}
	return text;
}

static void
load(zta_cedar *engine, const texts *t)
{
	zta_error err = { 0 };

	if (t->schema.len > 0) {
		must(zta_cedar_add_schema(engine, ZTA_STR("schema.cedarschema"),
			 t->schema, &err),
		    &err);
	}
	must(zta_cedar_add_policies(engine, ZTA_STR("policies.cedar"),
		 t->policies, ZTA_CEDAR_NUMBERED, &err),
	    &err);
	must(zta_cedar_add_entities(
		 engine, ZTA_STR("entities.json"), t->entities, &err),
	    &err);
	must(zta_cedar_seal(engine, &err), &err);
}

static void
load_and_measure(workload *w, const texts *t)
{
	zta_error err = { 0 };
	size_t heap, resident;
	uint64_t start;

	forget_peak();
	heap = heap_bytes();
	resident = memory_of("VmRSS:");
	start = now_ns();
	must(zta_cedar_open(&w->engine, &err), &err);
	load(w->engine, t);
	w->load_ns = now_ns() - start;
	w->peak = memory_of("VmHWM:") - resident;
	w->held = heap_bytes() - heap;
	w->text = t->schema.len + t->policies.len + t->entities.len;
}

static void
validate(const workload *w)
{
	const zta_cedar_finding *list;
	zta_error err = { 0 };
	size_t count;

	must(zta_cedar_validate(
		 w->engine, ZTA_CEDAR_ANY_LEVEL, &list, &count, &err),
	    &err);
	if (count > 0) {
		fprintf(stderr, "policies.cedar:%u:%u: %s\n", list[0].line,
		    list[0].column, list[0].message);
		exit(1);
	}
}

static size_t
count_lines(zta_str text)
{
	size_t i, count = 0;

	for (i = 0; i < text.len; i++) {
		count += text.ptr[i] == '\n';
	}
	return count;
}

static void
bind_requests(workload *w, zta_str lines)
{
	zta_error err = { 0 };
	zta_str line;

	w->requests = zta_arena__zalloc(
	    &w->arena, count_lines(lines) + 1, sizeof(zta_cedar_bound *));
	if (w->requests == NULL) {
		must(ZTA_ENOMEM, &err);
	}
	while (zta_str__next(&lines, '\n', &line)) {
		if (line.len > 0) {
			must(zta_cedar_bind(w->engine, line, 0,
				 &w->requests[w->request_count++], &err),
			    &err);
		}
	}
}

void
workload_open(workload *w, const char *folder)
{
	zta_error err = { 0 };
	zta_arena arena;
	texts t;

	memset(w, 0, sizeof(*w));
	zta_arena__init(&w->arena, SIZE_MAX);
	zta_arena__init(&arena, SIZE_MAX);
	t.schema = read_text(&arena, folder, "schema.cedarschema");
	t.policies = read_text(&arena, folder, "policies.cedar");
	t.entities = read_text(&arena, folder, "entities.json");
	load_and_measure(w, &t);
	zta_arena__release(&arena);
	if (t.schema.len > 0) {
		validate(w);
	}
	must(zta_cedar_session_open(&w->session, w->engine, &err), &err);
	bind_requests(w, read_text(&w->arena, folder, "requests.jsonl"));
}

void
workload_close(workload *w)
{
	size_t i;

	for (i = 0; i < w->request_count; i++) {
		zta_cedar_unbind(w->requests[i]);
	}
	zta_cedar_session_close(w->session);
	zta_cedar_close(w->engine);
	zta_arena__release(&w->arena);
}

bool
workload_permits(const workload *w, size_t i)
{
	zta_cedar_answer answer;
	zta_error err = { 0 };

	must(zta_cedar_decide(w->session, w->requests[i], &answer, &err), &err);
	return answer.permitted;
}
