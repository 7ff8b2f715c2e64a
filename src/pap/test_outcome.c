/* SPDX-License-Identifier: Apache-2.0 */
/* test_outcome.c - see test_outcome.h. */
#include "pap/test_outcome.h"

#include "base/buf.h"
#include "base/sort.h"
#include "base/str.h"

/* What a test that fails has to say, at most. */
#define MESSAGE_MAX 4096

static int
by_text(const void *a, const void *b)
{
	const zta_str *x = a, *y = b;

	return zta_str__cmp(*x, *y);
}

static zta_str *
sorted(zta_arena *arena, const zta_str *list, uint32_t count)
{
	zta_str *out =
	    zta_arena__alloc(arena, ((size_t)count + 1) * sizeof(*out));

	if (out != NULL && count > 0) {
		memcpy(out, list, count * sizeof(*out));
		zta_sort__run(out, count, sizeof(*out), by_text);
	}
	return out;
}

/* Are these the policies that were expected, in whatever order? */
static zta_status
same_policies(const zta_decision_test *t, const zta_test_outcome *o,
    zta_arena *arena, bool *same, zta_error *err)
{
	zta_str *wanted, *came;
	uint32_t i;

	*same = !t->has_policies || t->policy_count == o->policy_count;
	if (!t->has_policies || !*same) {
		return ZTA_OK;
	}
	wanted = sorted(arena, t->policies, t->policy_count);
	came = sorted(arena, o->policies, o->policy_count);
	if (wanted == NULL || came == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; *same && i < t->policy_count; i++) {
		*same = zta_str__eq(wanted[i], came[i]);
	}
	return ZTA_OK;
}

static void
put_answer(zta_buf *buf, bool permitted, const char *code)
{
	zta_buf__text(buf, permitted ? "allow" : "deny");
	if (code != NULL) {
		zta_buf__printf(buf, " (%s)", code);
	}
}

static void
put_policies(zta_buf *buf, const zta_str *list, uint32_t count)
{
	uint32_t i;

	zta_buf__text(buf, count == 0 ? " by no policy" : " by ");
	for (i = 0; i < count && buf->len <= MESSAGE_MAX; i++) {
		zta_buf__printf(
		    buf, "%s`%.*s`", i > 0 ? ", " : "", ZTA_STR_ARG(list[i]));
	}
}

/* "expected allow by `a`, came deny (no_policy_permits) by no policy" */
static void
put_message(zta_buf *buf, const zta_decision_test *t, const zta_test_outcome *o)
{
	zta_buf__text(buf, "expected ");
	put_answer(buf, t->permitted, t->code);
	if (t->has_policies) {
		put_policies(buf, t->policies, t->policy_count);
	}
	if (o->refused != NULL) {
		zta_buf__printf(
		    buf, ", but there is no such question: %s", o->refused);
		return;
	}
	zta_buf__text(buf, ", came ");
	put_answer(buf, o->permitted, o->code);
	put_policies(buf, o->policies, o->policy_count);
	if (o->error_count > 0) {
		zta_buf__printf(buf,
		    "; policies that could not be evaluated: %u",
		    o->error_count);
	}
}

const char *
zta_test_outcome__message(
    const zta_test_outcome *o, const zta_decision_test *t, zta_arena *arena)
{
	zta_buf buf;
	char *message;

	zta_buf__init(&buf, SIZE_MAX);
	put_message(&buf, t, o);
	/* Cut where it gets too long, at a whole character. */
	if (buf.len > MESSAGE_MAX) {
		buf.len = MESSAGE_MAX;
		while (((unsigned char)buf.ptr[buf.len] & 0xC0) == 0x80) {
			buf.len--;
		}
		zta_buf__text(&buf, " ...");
	}
	message = buf.status != ZTA_OK ?
	    NULL :
	    zta_arena__cstr(arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return message;
}

zta_status
zta_test_outcome__judge(const zta_test_outcome *o, const zta_decision_test *t,
    zta_arena *arena, bool *passed, zta_error *err)
{
	*passed = o->refused == NULL && o->permitted == t->permitted &&
	    (t->code == NULL || strcmp(t->code, o->code) == 0);
	return *passed ? same_policies(t, o, arena, passed, err) : ZTA_OK;
}
