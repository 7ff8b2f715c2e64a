/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_replay.c - decisions of a log, decided again: by any number of threads
 * the same comes out, in the same order, in the same memory; and what comes out
 * wrong is noticed. SPEC: docs/formats/requests.md
 */
#include "replay_made.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "failing_alloc.h"
#include "log/segment.h"
#include "pap/versions.h"

/* --- an evaluator that goes wrong now and then; the linker puts it in the way */

typedef enum wrong {
	RIGHT,
	WRONG_EFFECT,
	WRONG_CODE,
	WRONG_POLICIES,
	WRONG_RING,
	WRONG_ELEVATION,
	WRONG_COUNT,
	FAILS /* it decides nothing: there is no memory */
} wrong;

static wrong seeded;
static int64_t seeded_each = 1; /* of so many decisions, by their time */

zta_status __real_zta_pdp__decide_again(const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, zta_txn *txn, zta_str caller,
    zta_str home, int64_t now, zta_decision *out, zta_error *err);
zta_status __wrap_zta_pdp__decide_again(const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, zta_txn *txn, zta_str caller,
    zta_str home, int64_t now, zta_decision *out, zta_error *err);

zta_status
__wrap_zta_pdp__decide_again(const zta_snapshot *snapshot, zta_arena *arena,
    const zta_authzen *request, zta_txn *txn, zta_str caller, zta_str home,
    int64_t now, zta_decision *out, zta_error *err)
{
	zta_status status = __real_zta_pdp__decide_again(
	    snapshot, arena, request, txn, caller, home, now, out, err);

	if (seeded == RIGHT || (now - BEGUN) % seeded_each != 0) {
		return status;
	}
	switch (seeded) {
	case FAILS:
		return ZTA_ENOMEM;
	case WRONG_EFFECT:
		out->effect = out->effect == ZTA_ALLOW ? ZTA_DENY : ZTA_ALLOW;
		break;
	case WRONG_CODE:
		out->code = "no_policy_permits";
		break;
	case WRONG_POLICIES:
		out->policy_count = 0;
		break;
	case WRONG_RING:
		out->ring++;
		break;
	default:
		out->elevation_count = 0;
		break;
	}
	return status;
}

/* --- what was told, as text */

typedef struct told {
	zta_buf text;
	uint64_t last; /* index */
	uint32_t count;
	uint64_t stop_at; /* decisions; 0: never */
} told;

static void
tell(void *context, const zta_replay_difference *d)
{
	told *t = context;

	assert_true(t->count == 0 || d->index > t->last);
	t->last = d->index;
	t->count++;
	zta_buf__printf(&t->text, "%lu %s %.*s %d%.*s %d%.*s %s\n",
	    (unsigned long)d->index, d->id, ZTA_STR_ARG(d->commit),
	    (int)d->recorded.answer, ZTA_STR_ARG(d->recorded.code),
	    (int)d->again.answer, ZTA_STR_ARG(d->again.code),
	    d->why == NULL ? "" : d->why);
}

static bool
go_on(void *context, const zta_replay_progress *p)
{
	const told *t = context;

	assert_true(p->done <= p->total);
	return t->stop_at == 0 || p->decisions < t->stop_at;
}

static void
put_groups(zta_buf *out, const zta_replay_group *list, size_t count)
{
	const zta_replay_group *g;
	size_t i, j;

	for (i = 0; i < count; i++) {
		g = &list[i];
		zta_buf__printf(out, "%lu %.*s %d%.*s %d%.*s",
		    (unsigned long)g->count, ZTA_STR_ARG(g->subjects),
		    (int)g->before.answer, ZTA_STR_ARG(g->before.code),
		    (int)g->after.answer, ZTA_STR_ARG(g->after.code));
		for (j = 0; j < g->example_count; j++) {
			zta_buf__printf(out, " %lu %.*s %.*s %.*s",
			    (unsigned long)g->examples[j].index,
			    ZTA_STR_ARG(g->examples[j].subject),
			    ZTA_STR_ARG(g->examples[j].action),
			    ZTA_STR_ARG(g->examples[j].resource));
		}
		zta_buf__byte(out, '\n');
	}
}

/* Of that; what was told and found is in `t`, which is released by the caller. */
static zta_replay_counts
replay(const made *m, const char *with, unsigned threads, told *t,
    zta_status expected)
{
	const zta_replay_question question = { .log = m->log,
		.workspace = m->workspace,
		.with = with,
		.threads = threads,
		.tell = tell,
		.go_on = go_on,
		.context = t };
	zta_replay_result result;
	zta_replay_counts counts;
	zta_error err = { 0 };
	zta_status status = zta_replay_log(&question, &result, &err);

	if (status != expected) {
		fail_msg("%s: %s", err.place, err.message);
	}
	put_groups(
	    &t->text, result.groups.by_policy, result.groups.by_policy_count);
	put_groups(
	    &t->text, result.groups.by_subject, result.groups.by_subject_count);
	counts = result.counts;
	zta_replay_release(&result);
	if (status == ZTA_OK) {
		assert_int_equal(counts.recorded,
		    counts.agree + counts.to_deny + counts.to_allow +
			counts.to_none + counts.otherwise + counts.strange +
			counts.unloaded + counts.token + counts.erased +
			counts.unkept);
	}
	return counts;
}

static void
begin(told *t)
{
	*t = (told){ .count = 0 };
	zta_buf__init(&t->text, SIZE_MAX);
}

/* The counts, of which nothing was told. */
static zta_replay_counts
count(const made *m)
{
	zta_replay_counts counts;
	told t;

	begin(&t);
	counts = replay(m, NULL, 3, &t, ZTA_OK);
	zta_buf__release(&t.text);
	return counts;
}

/* The same comes out of 1 to 8 threads; of the last, what was told. */
static zta_replay_counts
agree(const made *m, const char *with, zta_status expected, told *last)
{
	zta_replay_counts first, counts;
	unsigned threads;
	told t;

	begin(last);
	first = replay(m, with, 1, last, expected);
	for (threads = 2; threads <= 8; threads++) {
		begin(&t);
		counts = replay(m, with, threads, &t, expected);
		assert_memory_equal(&counts, &first, sizeof(first));
		assert_true(zta_str__eq(
		    zta_buf__str(&t.text), zta_buf__str(&last->text)));
		zta_buf__release(&t.text);
	}
	return first;
}

/* --- tests */

static void
test_replay__agrees_with_itself(void **state)
{
	zta_replay_counts n;
	made m;
	told t;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 1000; i++) {
		made_decide(&m, i % 13, MADE_WHOLE);
	}
	made_settle(&m);
	n = agree(&m, NULL, ZTA_OK, &t);
	assert_int_equal(n.recorded, 1000);
	assert_int_equal(n.agree, 1000);
	assert_int_equal(t.text.len, 0);
	zta_buf__release(&t.text);
	made_end(&m);
}

/* Each way of going wrong is noticed, in each decision that did. */
static void
test_replay__notices_a_wrong_evaluator(void **state)
{
	zta_replay_counts n;
	made m;
	told t;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 700; i++) {
		made_decide(&m, 1, MADE_WHOLE);
	}
	made_settle(&m);
	seeded_each = 7;
	for (seeded = WRONG_EFFECT; seeded < WRONG_COUNT; seeded++) {
		n = agree(&m, NULL, ZTA_OK, &t);
		assert_int_equal(n.agree, 600);
		assert_int_equal(n.to_deny + n.otherwise, 100);
		assert_int_equal(n.to_deny, seeded == WRONG_EFFECT ? 100 : 0);
		assert_int_equal(t.count, 100);
		assert_int_equal(t.last, 693);
		zta_buf__release(&t.text);
	}
	seeded = RIGHT;
	made_end(&m);
}

/* Then there is no result; what came before it, in the order of the log, counts. */
static void
test_replay__ends_where_nothing_is_decided(void **state)
{
	zta_replay_counts n;
	made m;
	told t;
	unsigned i;

	(void)state;
	made_begin(&m);
	m.decided = 1;
	for (i = 0; i < 1000; i++) {
		made_decide(&m, 1, MADE_WHOLE);
	}
	made_settle(&m);
	seeded = FAILS;
	seeded_each = 300;
	for (i = 1; i <= 8; i++) {
		begin(&t);
		n = replay(&m, NULL, i, &t, ZTA_ENOMEM);
		assert_int_equal(n.agree, 299);
		zta_buf__release(&t.text);
	}
	seeded = RIGHT;
	made_end(&m);
}

static void
test_replay__front_of_a_line(void **state)
{
#define ID "00112233445566778899aabbccddeeff"
	static const struct {
		const char *line;
		int64_t time; /* negative: it has no front */
	} cases[] = {
		{ "{\"id\":\"" ID "\",\"time\":1769817600000,", 1769817600000 },
		{ "{\"id\":\"" ID "\",\"time\":0,\"request\":{", 0 },
		{ "{\"id\":\"" ID "\",\"time\":999999999999999999,",
		    999999999999999999 },
		{ "{\"id\":\"" ID "\",\"time\":1000000000000000000,", -1 },
		{ "{\"id\":\"" ID "\",\"time\":1769817600000", -1 },
		{ "{\"id\":\"" ID "\",\"time\":1769817600000}", -1 },
		{ "{\"id\":\"" ID "\",\"time\":,", -1 },
		{ "{\"id\":\"" ID "\",\"time\":-1,", -1 },
		{ "{\"id\":\"" ID "\",\"time\":1.5,", -1 },
		{ "{\"id\":\"" ID "\",\"time\": 1,", -1 },
		{ "{\"id\":\"" ID "\",\"time\":", -1 },
		{ "{\"id\": \"" ID "\",\"time\":1,", -1 },
		{ " {\"id\":\"" ID "\",\"time\":1,", -1 },
		{ "{\"id\":\"" ID "0\",\"time\":1,", -1 },
		{ "{\"id\":\"g0112233445566778899aabbccddeeff\",\"time\":1,",
		    -1 },
		{ "{\"time\":1,\"id\":\"" ID "\",", -1 },
		{ "{\"id\":\"", -1 },
		{ "{", -1 },
		{ "", -1 },
	};
	static const unsigned char expected[ZTA_LEAF_ID_LEN] = { 0x00, 0x11,
		0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb,
		0xcc, 0xdd, 0xee, 0xff };
	unsigned char id[ZTA_LEAF_ID_LEN];
	int64_t time;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		time = -1;
		if (zta_replay__front(zta_str_of(cases[i].line), id, &time) !=
		    (cases[i].time >= 0)) {
			fail_msg("%s", cases[i].line);
		}
		if (cases[i].time >= 0) {
			assert_int_equal(time, cases[i].time);
			assert_memory_equal(id, expected, sizeof(id));
		}
	}
#undef ID
}

static void
test_replay__groups_what_flips(void **state)
{
	static const char expected[] =
	    "300 Role::\"customer\" 1 0"
	    " 0 User::\"alice\" buy Product::\"teapot\""
	    " 1 User::\"alice\" buy Product::\"teapot\""
	    " 4 User::\"alice\" buy Product::\"teapot\"\n"
	    "300 workloads::\"order-services\" 1 0 ";
	zta_replay_counts n;
	made m;
	told t;
	unsigned i;

	(void)state;
	made_begin(&m);
	/* Two of four are allowed, and one is denied for another reason. */
	made_put(m.other, "shop.cedar",
	    "@id(\"few\") forbid (principal, action, resource)\n"
	    "when { context has quantity && context.quantity < 9 };\n",
	    "a");
	for (i = 0; i < 600; i++) {
		made_decide(&m, i % 4 < 2 ? i % 4 : 8 + i % 4, MADE_WHOLE);
	}
	made_settle(&m);
	n = agree(&m, m.other, ZTA_OK, &t);
	assert_int_equal(n.to_deny, 300);
	assert_int_equal(n.agree, 300);
	assert_int_equal(t.count, 0);
	if (strstr(t.text.ptr, expected) == NULL) {
		fail_msg("%.*s", (int)t.text.len, t.text.ptr);
	}
	zta_buf__release(&t.text);
	made_end(&m);
}

static void
test_replay__other_reasons_are_no_flip(void **state)
{
	zta_replay_counts n;
	made m;
	told t;

	(void)state;
	made_begin(&m);
	made_put(m.other, "shop.cedar",
	    "@id(\"too\") permit (principal, action, resource);\n", "a");
	made_decide(&m, 1, MADE_WHOLE);
	made_settle(&m);
	n = agree(&m, m.other, ZTA_OK, &t);
	assert_int_equal(n.otherwise, 1);
	assert_int_equal(t.text.len, 0);
	zta_buf__release(&t.text);
	made_end(&m);
}

static void
test_replay__counts_what_has_no_other_half(void **state)
{
	zta_replay_counts n;
	made m;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 10; i++) {
		made_decide(&m, 1, MADE_WHOLE);
		made_decide(&m, 1, MADE_KEPT);
		made_decide(&m, 1, MADE_RECORDED);
		made_decide(&m, 1, MADE_WHOLE | MADE_ERASED);
		made_decide(&m, 1, MADE_WHOLE | MADE_STRANGE);
	}
	assert_int_equal(
	    zta_journal__append(m.journal, BEGUN, ZTA_STR("{"), NULL), ZTA_OK);
	assert_int_equal(zta_journal__append(m.journal, BEGUN,
			     ZTA_STR("{\"id\":\"0\",\"time\":1,"), NULL),
	    ZTA_OK);
	made_decide(&m, 1, MADE_WHOLE);
	made_settle(&m);
	n = count(&m);
	assert_int_equal(n.recorded, 41);
	assert_int_equal(n.agree, 11);
	assert_int_equal(n.unrecorded, 10);
	assert_int_equal(n.unkept, 10);
	assert_int_equal(n.erased, 10);
	assert_int_equal(n.strange, 10);
	made_end(&m);
}

/*
 * A long row of one half does not lose the other halves that come later; nor does
 * a half without another, which is not looked for in all that comes.
 */
static void
test_replay__finds_what_comes_late(void **state)
{
	zta_replay_counts n;
	made m;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 40000; i++) {
		made_decide(&m, 1, MADE_RECORDED);
	}
	for (i = 0; i < 5000; i++) {
		made_decide(&m, 1, MADE_KEPT);
	}
	for (i = 0; i < 40000; i++) {
		made_decide(&m, 1, MADE_WHOLE);
	}
	made_settle(&m);
	n = count(&m);
	assert_int_equal(n.unkept, 40000);
	assert_int_equal(n.unrecorded, 5000);
	assert_int_equal(n.agree, 40000);
	made_end(&m);
}

/* A clock that was set back: times of later records are before the first. */
static void
test_replay__clock_that_went_back(void **state)
{
	zta_replay_counts n;
	made m;
	unsigned i;

	(void)state;
	made_begin(&m);
	m.decided = 3600000;
	for (i = 0; i < 50; i++) {
		made_decide(&m, 1, MADE_WHOLE);
	}
	m.decided = 0;
	for (i = 0; i < 50; i++) {
		made_decide(&m, 1, MADE_WHOLE);
	}
	made_settle(&m);
	n = count(&m);
	assert_int_equal(n.agree, 100);
	made_end(&m);
}

/* What came before the damage counts, and it is told where it is. */
static void
test_replay__damage_in_the_middle(void **state)
{
	zta_replay_counts n;
	char path[ZTA_SEGMENT_PATH_MAX];
	unsigned char byte;
	made m;
	told t;
	unsigned i;
	int fd;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 10; i++) {
		made_decide(&m, 1, MADE_WHOLE);
		made_settle(&m);
	}
	assert_int_equal(zta_segment__path(path, m.log, 0, NULL), ZTA_OK);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, lseek(fd, 0, SEEK_END) / 2), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, lseek(fd, 0, SEEK_END) / 2), 1);
	(void)close(fd);
	n = agree(&m, NULL, ZTA_EINVALID, &t);
	assert_in_range(n.agree, 1, 9);
	assert_int_equal(n.agree, n.recorded);
	zta_buf__release(&t.text);
	made_end(&m);
}

/* More versions than are loaded at a time, one after another and in turns. */
static void
test_replay__many_versions(void **state)
{
	zta_replay_counts n;
	char policy[128];
	made m;
	told t;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 2 * ZTA_VERSIONS_MAX; i++) {
		(void)snprintf(policy, sizeof(policy),
		    "@id(\"p%u\") permit (principal, action, resource);\n", i);
		made_put(
		    zta_workspace_dir(m.workspace), "shop.cedar", policy, "a");
		made_commit(&m);
		made_decide(&m, 1, MADE_WHOLE);
		made_decide(&m, 100, MADE_WHOLE);
	}
	m.commit =
	    ZTA_STR("0000000000000000000000000000000000000000000000000000"
		    "000000000000");
	made_decide(&m, 1, MADE_WHOLE);
	made_decide(&m, 1, MADE_WHOLE);
	made_settle(&m);
	n = agree(&m, NULL, ZTA_OK, &t);
	assert_int_equal(n.agree, 4 * ZTA_VERSIONS_MAX);
	assert_int_equal(n.unloaded, 2);
	assert_int_equal(t.count, 1);
	zta_buf__release(&t.text);
	made_end(&m);
}

static void
test_replay__can_be_ended(void **state)
{
	zta_replay_counts n;
	made m;
	told t;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 5000; i++) {
		made_decide(&m, 1, MADE_WHOLE);
	}
	made_settle(&m);
	begin(&t);
	t.stop_at = 64;
	n = replay(&m, NULL, 2, &t, ZTA_EUNAVAILABLE);
	assert_in_range(n.agree, 64, 4999);
	zta_buf__release(&t.text);
	made_end(&m);
}

/*
 * An allocation that fails on the thread that reads: no result, or the right one
 * where it was for something that is remembered.
 */
static void
test_replay__nomem(void **state)
{
	zta_replay_question question = { .threads = 2 };
	zta_replay_result result;
	zta_error err = { 0 };
	zta_status status;
	unsigned failed = 0;
	made m;
	long n;

	(void)state;
	made_begin(&m);
	made_decide(&m, 1, MADE_WHOLE);
	made_decide(&m, 2, MADE_WHOLE);
	made_settle(&m);
	made_put(m.other, "shop.cedar",
	    "forbid (principal, action, resource);\n", "a");
	question.log = m.log;
	question.with = m.other;
	for (n = 0; n < 300; n++) {
		countdown = n;
		status = zta_replay_log(&question, &result, &err);
		countdown = -1;
		failed += status == ZTA_ENOMEM;
		if (status == ZTA_OK) {
			assert_int_equal(result.counts.to_deny, 2);
			assert_int_equal(result.groups.by_policy_count, 1);
		} else {
			assert_int_equal(status, ZTA_ENOMEM);
		}
		zta_replay_release(&result);
	}
	assert_in_range(failed, 50, 250);
	made_end(&m);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* Kilobytes that a process has at its height which replays the log. */
static long
height(const made *m)
{
	struct rusage used;
	told t;
	int state;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		begin(&t);
		(void)replay(m, m->other, 2, &t, ZTA_OK);
		_exit(0);
	}
	assert_int_equal(wait4(child, &state, 0, &used), child);
	assert_int_equal(state, 0);
	return used.ru_maxrss;
}

/* The memory is that of what is held, which is full after two generations. */
static void
test_replay__memory_does_not_grow(void **state)
{
	long half, whole;
	made m;
	unsigned i;

	(void)state;
	made_begin(&m);
	for (i = 0; i < 45000; i++) {
		made_decide(&m, i % 13, MADE_WHOLE);
	}
	made_settle(&m);
	half = height(&m);
	for (i = 0; i < 45000; i++) {
		made_decide(&m, i % 13, MADE_WHOLE);
	}
	made_settle(&m);
	whole = height(&m);
	if (whole > half + 4096) {
		fail_msg("%ld kB of 45000, %ld kB of 90000", half, whole);
	}
	made_end(&m);
}

#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay__agrees_with_itself),
		cmocka_unit_test(test_replay__notices_a_wrong_evaluator),
		cmocka_unit_test(test_replay__ends_where_nothing_is_decided),
		cmocka_unit_test(test_replay__front_of_a_line),
		cmocka_unit_test(test_replay__groups_what_flips),
		cmocka_unit_test(test_replay__other_reasons_are_no_flip),
		cmocka_unit_test(test_replay__counts_what_has_no_other_half),
		cmocka_unit_test(test_replay__finds_what_comes_late),
		cmocka_unit_test(test_replay__clock_that_went_back),
		cmocka_unit_test(test_replay__damage_in_the_middle),
		cmocka_unit_test(test_replay__many_versions),
		cmocka_unit_test(test_replay__can_be_ended),
		cmocka_unit_test(test_replay__nomem),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(test_replay__memory_does_not_grow),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
