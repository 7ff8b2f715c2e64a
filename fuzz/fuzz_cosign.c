/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_cosign.c - what witnesses read: calls, policies, answers with
 * cosignatures, texts of other logs. What is not signed is never cosigned.
 */
#include "fuzz.h"

#include "base/str.h"
#include "log/cosignature.h"
#include "log/cosigning.h"

#define PETER \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define W1                                                         \
	"witness.example/w1+a6f0ca99+BHvDB5UY7RHaAzYIW/aWKSD/h/s8" \
	"TWMKm1jLYVNnT13W"
#define NOTE                                               \
	"example.com/log\n20852163\n"                      \
	"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" \
	"\xE2\x80\x94 other AAAAAAAA\n"

static zta_note_key witness;
static zta_policy_log log_known;
static zta_log_policy logs;

static void
set_up(void)
{
	if (zta_note_key__read(&log_known.key, ZTA_STR(PETER), NULL) !=
		ZTA_OK ||
	    zta_cosigner__read(&witness, ZTA_STR(W1), NULL) != ZTA_OK) {
		abort();
	}
	logs = zta_log_policy__of(&log_known);
}

static void
read_call(zta_str bytes)
{
	zta_cosigned known = { .logs = &logs };
	zta_cosign_call call;
	zta_cosign_case what;
	zta_buf again;

	if (zta_cosign_call__read(bytes, &call, NULL) != ZTA_OK) {
		return;
	}
	zta_buf__init(&again, SIZE_MAX);
	zta_cosign_call__put(&again, &call);
	if (!zta_str__eq(zta_buf__str(&again), bytes)) {
		abort();
	}
	/* Peter has signed no checkpoint. */
	if (zta_cosigned__judge(&known, &call, &what) == ZTA_COSIGN_GOOD) {
		abort();
	}
	zta_buf__clear(&again);
	(void)!zta_cosigned__strip(&known, call.note, &again, NULL);
	zta_buf__release(&again);
}

static void
read_policy(zta_str bytes)
{
	zta_log_policy policy;
	zta_arena arena;
	zta_error err = { 0 };
	uint32_t count, i;

	zta_arena__init(&arena, (size_t)1 << 24);
	if (zta_log_policy__read(&arena, bytes, &policy, &err) != ZTA_OK) {
		if (err.line == 0 && err.status == ZTA_EINVALID) {
			abort();
		}
	} else {
		/* Nobody whom it names has cosigned. */
		if ((zta_log_policy__quorum(&policy, ZTA_STR(NOTE), &count,
			 NULL) == ZTA_OK) != (policy.quorum < 0) ||
		    count != 0) {
			abort();
		}
		for (i = 0; i < policy.voter_count; i++) {
			if (policy.voters[i].group >= 0 &&
			    policy.voters[i].group <= (int32_t)i) {
				abort();
			}
		}
	}
	zta_arena__release(&arena);
}

static void
read_answer(zta_str bytes)
{
	zta_buf note;
	int64_t at;

	zta_buf__init(&note, SIZE_MAX);
	zta_buf__text(&note, NOTE);
	if (zta_cosignature__take(&note, bytes, &witness, NULL) == ZTA_OK &&
	    zta_cosignature__find(zta_buf__str(&note), &witness, &at, NULL) !=
		ZTA_OK) {
		abort();
	}
	zta_buf__release(&note);
	(void)!zta_cosignature__find(bytes, &witness, &at, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str bytes = { (const char *)data, size }, origin;
	zta_log_head head;

	if (logs.logs == NULL) {
		set_up();
	}
	read_call(bytes);
	read_policy(bytes);
	read_answer(bytes);
	if (zta_checkpoint__read_any(bytes, &origin, &head, NULL) == ZTA_OK &&
	    (origin.len == 0 || bytes.ptr[bytes.len - 1] != '\n')) {
		abort();
	}
	return 0;
}
