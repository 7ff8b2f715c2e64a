/* SPDX-License-Identifier: Apache-2.0 */
/* pep_case.h - answers of a server, a question, and a handle that asks it. */
#ifndef ZTA_TESTS_PEP_CASE_H
#define ZTA_TESTS_PEP_CASE_H

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "peer.h"
#include "ztauth/pep.h"

#define ID "00112233445566778899aabbccddeeff"
#define TOLD                                                                 \
	"{\"id\":\"" ID "\",\"ztauth\":{\"leg\":\"policy\",\"code\":\"%s\"," \
	"\"commit\":\"abcdef\",\"log_index\":7}}"
#define JSON "Content-Type: application/json\r\n"

/* Of which no 16 characters may come back in a message. */
#define SECRET "eyJhbGciOiJFUzI1NiJ9.c3ViamVjdA.c2lnbmF0dXJlLW9mLWFsaWNl"
#define SVID "eyJhbGciOiJFUzI1NiJ9.d29ya2xvYWQ.c2lnbmF0dXJlLW9mLXdvcmtsb2Fk"

/* The slice of a literal, where there may be no compound one. */
#define TEXT(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static char allow[512], deny[512], token_text[512];
static char allow_answer[1024], deny_answer[1024], token_answer[1024];
static char credential_path[] = "/tmp/test_pep.XXXXXX";

static inline void
make_answer(char out[1024], const char *body)
{
	(void)snprintf(out, 1024,
	    "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n\r\n%s",
	    strlen(body), body);
}

static inline int
set_up(void **state)
{
	(void)state;
	(void)snprintf(allow, sizeof(allow),
	    "{\"decision\":true,\"context\":" TOLD "}", "permitted");
	(void)snprintf(deny, sizeof(deny),
	    "{\"decision\":false,\"context\":" TOLD "}", "denied_by_policy");
	(void)snprintf(token_text, sizeof(token_text),
	    "{\"access_token\":\"h.p.s\",\"issued_token_type\":"
	    "\"urn:ietf:params:oauth:token-type:txn_token\","
	    "\"token_type\":\"N_A\",\"expires_in\":300}");
	make_answer(allow_answer, allow);
	make_answer(deny_answer, deny);
	make_answer(token_answer, token_text);
	assert_int_not_equal(close(mkstemp(credential_path)), -1);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	return unlink(credential_path);
}

static inline void
write_credential(const char *text)
{
	assert_int_equal(
	    zta_file__replace(credential_path, 0600, zta_str_of(text), NULL),
	    ZTA_OK);
}

static inline zta_pep *
open_pep(const peer *p, int64_t timeout_ms)
{
	const zta_pep_options options = { .url = p->url,
		.credential_file = credential_path,
		.timeout_ms = timeout_ms };
	zta_pep *pep;

	write_credential(SVID "\n");
	assert_int_equal(zta_pep_open(&pep, &options, NULL), ZTA_OK);
	return pep;
}

static const zta_pep_question question = {
	.token = TEXT(SECRET),
	.subject = { TEXT("User"), TEXT("alice"), TEXT("") },
	.action = TEXT("buy"),
	.resource = { TEXT("Product"), TEXT("teapot"), TEXT("") },
};
static const zta_pep_message message = { .channel = TEXT("orders"),
	.payload = TEXT("one teapot") };

/* Whatever was said: nothing is allowed, and no secret is told. */
static inline void
check_failure(zta_status status, const zta_pep_decision *decision,
    const zta_error *err, const char *why)
{
	static const zta_pep_decision zero;
	const char *secrets[] = { SECRET, SVID };
	char run[17] = "";
	size_t i, j;

	if (status == ZTA_OK || memcmp(decision, &zero, sizeof(zero)) != 0) {
		fail_msg("%s: %s", why, zta_status_name(status));
	}
	assert_string_not_equal(err->message, "");
	for (i = 0; i < 2; i++) {
		for (j = 0; j + 16 <= strlen(secrets[i]); j++) {
			memcpy(run, secrets[i] + j, 16);
			assert_null(strstr(err->message, run));
			assert_null(strstr(err->place, run));
		}
	}
}

#endif
