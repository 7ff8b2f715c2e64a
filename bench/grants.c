/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants.c - what it costs a zone to know many grants.
 *
 *     grants COUNT DIRECTORY     the file is made there, and taken away
 *
 * Prints "name value": the file, reading it at a start, the memory that it
 * leaves, finding a grant, taking one out to be judged, making the file anew and
 * changing over to it, in time of a processor; and medians of 200 changes and of
 * how a server learns of them, by the clock, with what they write. The grants are such as a person signs, with a signature of no key: it is not looked at.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/file.h"
#include "base/random.h"
#include "base/str.h"
#include "trust/grants.h"

#define CHANGES 200u
#define LOOKUPS 2000000u
#define TAKEN 20000u
/* 2026-01-01, when the grants begin. */
#define NOW INT64_C(1767225600000)

static char path[256];
static uint32_t count;

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s: %s\n", err->place, err->message);
		exit(1);
	}
}

static double
at(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* What we took of a processor; and what went by. */
static double
busy_ns(void)
{
	return at(CLOCK_PROCESS_CPUTIME_ID);
}

static double
nanoseconds(void)
{
	return at(CLOCK_MONOTONIC);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median_us(double *times)
{
	qsort(times, CHANGES, sizeof(*times), by_size);
	return times[CHANGES / 2] / 1e3;
}

/* Resident memory of the process, in MiB; what is mapped of files as well. */
static double
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1) {
		exit(1);
	}
	(void)fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static uint64_t
file_size(void)
{
	struct stat info;

	if (stat(path, &info) != 0) {
		perror(path);
		exit(1);
	}
	return (uint64_t)info.st_size;
}

/* --- grants */

static void
name_grant(uint32_t n, char out[24])
{
	(void)snprintf(out, 24, "bench-grant-%010" PRIu32, n);
}

/* As ztauth delegate add takes it. */
static void
put_token(zta_buf *out, uint32_t n)
{
	static const char header[] =
	    "{\"alg\":\"ES256\",\"typ\":\"ztauth-delegation+jwt\",\"kid\":\"k\"}";
	static const char signature[64] = { 1 };
	char payload[1024], jti[24];
	int len;

	name_grant(n, jti);
	len = snprintf(payload, sizeof(payload),
	    "{\"iss\":\"User::\\\"user-%" PRIu32 "\\\"\",\"sub\":"
	    "\"User::\\\"user-%" PRIu32 "\\\"\",\"delegate\":"
	    "\"spiffe://shop.example/agent\",\"aud\":\"100000000001\","
	    "\"authority\":{\"actions\":[\"read\"],\"resources\":"
	    "[{\"type\":\"Invoice\",\"id\":\"%" PRIu32
	    "\"}]},\"nbf\":1767225600,\"exp\":1767229200,\"jti\":\"%s\","
	    "\"max_depth\":1,\"consent\":{\"kind\":\"signature\"},"
	    "\"statement\":\"The agent may read invoice %" PRIu32
	    " for one hour.\"}",
	    n, n, n, jti, n);
	zta_buf__clear(out);
	zta_b64__put(out, ZTA_STR(header));
	zta_buf__byte(out, '.');
	zta_b64__put(out, (zta_str){ payload, (size_t)len });
	zta_buf__byte(out, '.');
	zta_b64__put(out, (zta_str){ signature, sizeof(signature) });
}

static void
put_line(zta_buf *out, uint32_t n, zta_buf *token, unsigned char *check)
{
	zta_grants_line line = { 0 };
	zta_arena arena;
	zta_grant grant;
	zta_error err;

	zta_arena__init(&arena, SIZE_MAX);
	put_token(token, n);
	must(zta_grant__read(&grant, &arena, zta_buf__str(token), &err), &err);
	line.jti = grant.jti;
	line.expires_at = grant.expires_at;
	line.delegator = zta_grants_line__party(grant.delegator);
	line.delegate = zta_grants_line__party(grant.delegate);
	line.token = zta_buf__str(token);
	memcpy(line.digest, grant.digest, ZTA_SHA256_LEN);
	zta_grants_line__added(out, &line, check);
	zta_arena__release(&arena);
}

/* Written here in one go: each alone would be a sync. */
static void
make_file(void)
{
	unsigned char check[ZTA_SHA256_LEN] = { 0 };
	zta_file_draft draft;
	zta_buf text, token;
	zta_error err = { 0 };
	uint32_t i;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	must(zta_file_draft__open(&draft, path, &err), &err);
	zta_grants_line__first(&text, check, NOW, count, check);
	for (i = 0; i < count; i++) {
		put_line(&text, i, &token, check);
		if (text.len > 1 << 20 || i + 1 == count) {
			must(zta_file__write_all(
				 draft.fd, zta_buf__str(&text), &err),
			    &err);
			zta_buf__clear(&text);
		}
	}
	must(zta_file_draft__commit(&draft, 0600, &err), &err);
	zta_buf__release(&text);
	zta_buf__release(&token);
}

/* --- measuring */

static void
measure_start(zta_followed *followed)
{
	double memory = resident(), start = busy_ns();
	zta_error err = { 0 };

	must(zta_followed__open(followed, &zta_grants__class, path, NULL, &err),
	    &err);
	printf("read_s %.2f\n", (busy_ns() - start) / 1e9);
	printf("memory_mib %.0f\n", resident() - memory);
}

static void
measure_lookups(zta_followed *followed)
{
	const zta_grants *g = followed->content;
	char(*names)[24] = malloc((size_t)LOOKUPS * sizeof(*names));
	double start;
	uint32_t i, found = 0;

	if (names == NULL) {
		exit(1);
	}
	for (i = 0; i < LOOKUPS; i++) {
		uint32_t n;

		zta_random__bytes(&n, sizeof(n));
		name_grant(n % count, names[i]);
	}
	start = busy_ns();
	for (i = 0; i < LOOKUPS; i++) {
		found += zta_grants__find(g, zta_str_of(names[i])) != NULL;
	}
	printf("lookup_ns %.0f\n", (busy_ns() - start) / LOOKUPS);
	if (found != LOOKUPS) {
		exit(1);
	}
	free(names);
}

/* With a look at the file, and the grant read from it. */
static void
measure_taking(zta_followed *followed)
{
	double start = busy_ns();
	zta_taken_grants taken;
	zta_grant_finding finding;
	zta_arena arena;
	zta_error err = { 0 };
	char jti[24];
	uint32_t i;

	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < TAKEN; i++) {
		name_grant((uint32_t)((uint64_t)i * 49999 % count), jti);
		zta_arena__reset(&arena);
		must(zta_grants__take(followed, NULL, zta_str_of(jti), &arena,
			 &taken, &finding, &err),
		    &err);
		if (finding != ZTA_GRANT_HOLDS) {
			exit(1);
		}
	}
	printf("take_ns %.0f\n", (busy_ns() - start) / TAKEN);
	zta_arena__release(&arena);
}

/* As one server makes them, and another one reads them. */
static void
measure_changes(zta_followed *writer, zta_followed *reader)
{
	double adds[CHANGES], revokes[CHANGES], reads[CHANGES], start;
	uint64_t size = file_size(), middle;
	zta_error err = { 0 };
	zta_buf token;
	char jti[24];
	uint32_t i;

	zta_buf__init(&token, SIZE_MAX);
	for (i = 0; i < CHANGES; i++) {
		put_token(&token, count + i);
		start = nanoseconds();
		must(zta_grants__add(writer, zta_buf__str(&token), NOW, &err),
		    &err);
		adds[i] = nanoseconds() - start;
	}
	middle = file_size();
	(void)zta_followed__enter(reader);
	zta_followed__leave(reader);
	for (i = 0; i < CHANGES; i++) {
		name_grant(count + i, jti);
		start = nanoseconds();
		must(zta_grants__revoke(writer, zta_str_of(jti), &err), &err);
		revokes[i] = nanoseconds() - start;
		start = nanoseconds();
		(void)zta_followed__enter(reader);
		reads[i] = nanoseconds() - start;
		zta_followed__leave(reader);
	}
	printf("add_us %.0f\nadd_bytes %" PRIu64 "\n", median_us(adds),
	    (middle - size) / CHANGES);
	printf("revoke_us %.0f\nrevoke_bytes %" PRIu64 "\n", median_us(revokes),
	    (file_size() - middle) / CHANGES);
	printf("learn_us %.0f\n", median_us(reads));
	zta_buf__release(&token);
}

static void
measure_compaction(zta_followed *writer, zta_followed *reader)
{
	double start = busy_ns();
	zta_error err = { 0 };

	must(zta_grants__compact(writer->content, path, NOW, &err), &err);
	printf("compact_s %.2f\n", (busy_ns() - start) / 1e9);
	start = busy_ns();
	(void)zta_followed__enter(reader);
	zta_followed__leave(reader);
	printf("change_over_s %.2f\n", (busy_ns() - start) / 1e9);
}

int
main(int argc, char **argv)
{
	zta_followed writer = { 0 }, reader = { 0 };
	char lock[sizeof(path) + 8];
	zta_error err = { 0 };

	if (argc != 3 || atol(argv[1]) < 1) {
		fprintf(stderr, "usage: grants COUNT DIRECTORY\n");
		return 2;
	}
	count = (uint32_t)atol(argv[1]);
	(void)snprintf(path, sizeof(path), "%s/grants", argv[2]);
	make_file();
	printf("grants %" PRIu32 "\nfile_mib %.0f\n", count,
	    (double)file_size() / (1 << 20));
	measure_start(&writer);
	measure_lookups(&writer);
	measure_taking(&writer);
	must(zta_followed__open(&reader, &zta_grants__class, path, NULL, &err),
	    &err);
	measure_changes(&writer, &reader);
	measure_compaction(&writer, &reader);
	zta_followed__close(&writer);
	zta_followed__close(&reader);
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	(void)unlink(lock);
	(void)unlink(path);
	return 0;
}
