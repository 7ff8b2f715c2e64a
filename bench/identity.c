/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.c - what it costs to believe a token.
 *
 *     identity tokens           verification beside that of OpenSSL alone
 *     identity issue LEDGER KEYFILE   a transaction token beside two verifications
 *                               and a signature of OpenSSL alone; the keeper's
 *                               key is written into a new file
 *     identity memory COUNT     so many different tokens, and what they leave
 *     identity first|known ALG ROUNDSx   only so many rounds of 100, to count
 *                               instructions
 *
 * OpenSSL alone is as raw.h says. Times are medians, as turns.h has them.
 */
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/keeper.h"
#include "pdp/issue.h"
#include "raw.h"
#include "turns.h"
#include "workload.h"

#define NOW INT64_C(1767225600000)

static const char claims[] =
    "{\"iss\":\"https://corp.example\",\"sub\":\"alice\",\"aud\":"
    "\"shop.example\",\"iat\":1767225500,\"nbf\":1767225500,\"exp\":"
    "1767229100,\"jti\":\"%08zx-7c4e-4f7a-9d0e-0a5d1f3f6c11\",\"scope\":"
    "\"shop.buy shop.read\",\"client_id\":\"shop-web\",\"email\":"
    "\"alice@corp.example\"}";

static const char svid[] =
    "{\"sub\":\"spiffe://shop.example/order-api\",\"aud\":\"shop.example\","
    "\"iat\":1767225500,\"exp\":1767225900}";

/* A token, whoever verifies it, and the same bytes for OpenSSL alone. */
typedef struct subject {
	zta_alg alg;
	zta_key *key;
	zta_sources sources;
	zta_str token;
	raw raw;
} subject;

static zta_arena keep, arena;
static zta_live live;

/* --- ours */

static zta_str
mint(zta_arena *to, const zta_key *key, zta_alg alg, const char *payload)
{
	zta_error err = { 0 };
	zta_buf buf;
	zta_str token;

	zta_buf__init(&buf, SIZE_MAX);
	must(zta_jws__sign(&buf, key, alg, ZTA_STR("JWT"), ZTA_STR("k"),
		 zta_str_of(payload), &err),
	    &err);
	token = zta_arena__copy(to, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return token;
}

static void
read_sources(
    zta_sources *out, const zta_key *key, zta_alg alg, const zta_key *spire)
{
	char a[ZTA_KEY_JWK_MAX], b[ZTA_KEY_JWK_MAX], text[8192], *use;
	zta_error err = { 0 };

	must(zta_key_public_jwk(key, alg, ZTA_STR("k"), a, &err), &err);
	must(zta_key_public_jwk(spire, ZTA_ALG_NONE, ZTA_STR("k"), b, &err),
	    &err);
	use = strstr(b, "\"sig\"");
	check(use != NULL, "a JWK without `use`");
	(void)snprintf(text, sizeof(text),
	    "{\"sources\":{\"corp\":{\"kind\":\"jwt\",\"issuer\":"
	    "\"https://corp.example\",\"audience\":[\"shop.example\"],"
	    "\"algorithms\":[\"%s\"],\"jwks\":{\"keys\":[%s]},\"principal\":{"
	    "\"kind\":\"human\",\"type\":\"User\"}},\"spire\":{\"kind\":"
	    "\"spiffe\",\"trust_domain\":\"shop.example\",\"audience\":"
	    "[\"shop.example\"],\"algorithms\":[\"%s\"],\"jwks\":{\"keys\":"
	    "[%.*s\"jwt-svid\"%s]}}}}",
	    zta_alg_name(alg), a, zta_alg_name(zta_key_alg(spire)),
	    (int)(use - b), b, use + strlen("\"sig\""));
	must(zta_sources__read(out, &keep,
		 zta_arena__copy(&keep, zta_str_of(text)), NULL, &err),
	    &err);
}

/* RSA of the usual size: zta_key_generate() makes longer ones. */
static zta_key *
make_key(zta_alg alg)
{
	zta_error err = { 0 };
	EVP_PKEY *pkey;
	zta_key *key;
	char *text;
	BIO *bio;
	long len;

	if (alg == ZTA_ALG_ES256 || alg == ZTA_ALG_EDDSA) {
		must(zta_key_generate(&key, alg, &err), &err);
		return key;
	}
	pkey = EVP_RSA_gen(2048);
	bio = BIO_new(BIO_s_mem());
	check(
	    PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1,
	    "OpenSSL");
	len = BIO_get_mem_data(bio, &text);
	must(
	    zta_key_read_pem(&key, (zta_str){ text, (size_t)len }, &err), &err);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return key;
}

static void
subject_open(subject *s, zta_alg alg, const char *payload)
{
	zta_error err = { 0 };
	zta_refusal refusal;
	zta_jws jws;

	*s = (subject){ .alg = alg, .key = make_key(alg) };
	read_sources(&s->sources, s->key, alg, s->key);
	s->token = mint(&keep, s->key, alg, payload);
	must(zta_jws__parse(&keep, s->token, &jws, &refusal, &err), &err);
	raw_open(&s->raw, alg, s->key, jws.input);
}

static void
subject_close(subject *s)
{
	raw_close(&s->raw);
	zta_sources__release(&s->sources);
	zta_key_close(s->key);
}

static void
verify(const subject *s, zta_str token, zta_live *with_live)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { token, ZTA_AS_JWT, &around };
	const zta_verifier with = { .sources = &s->sources,
		.live = with_live,
		.arena = &arena,
		.now = NOW };
	zta_principal principal;
	zta_why_not why_not;
	zta_error err = { 0 };

	zta_arena__reset(&arena);
	must(
	    zta_identity__verify(&with, &presented, &principal, &why_not, &err),
	    &err);
}

static void
alone(void *context)
{
	subject *s = context;

	raw_verify(&s->raw);
}

static void
first(void *context)
{
	const subject *s = context;

	verify(s, s->token, NULL);
}

static void
known(void *context)
{
	const subject *s = context;

	verify(s, s->token, &live);
}

/* --- all of them */

static const zta_alg algs[] = { ZTA_ALG_RS256, ZTA_ALG_PS256, ZTA_ALG_ES256,
	ZTA_ALG_EDDSA };

static void
make_payload(char *out, size_t room, size_t number)
{
	(void)snprintf(out, room, claims, number);
}

static void
run_tokens(void)
{
	char payload[512];
	subject s;
	size_t i;

	make_payload(payload, sizeof(payload), 0);
	printf("| token | bytes | OpenSSL | first time | of OpenSSL's rate | "
	       "known |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		contender list[] = { { .run = alone, .context = &s },
			{ .run = first, .context = &s },
			{ .run = known, .context = &s } };

		subject_open(&s, algs[i], payload);
		contend(list, 3);
		printf("| %s | %zu | %.1f µs | %.1f µs | %.0f%% | %.0f ns |\n",
		    zta_alg_name(algs[i]), s.token.len, list[0].ns / 1e3,
		    list[1].ns / 1e3, 100 * list[0].ns / list[1].ns,
		    list[2].ns);
		subject_close(&s);
	}
}

/* --- issuing */

/* Who asks for a transaction token, and who answers. */
typedef struct issuing {
	subject corp, spire;
	zta_zone zone;
	zta_snapshot *snapshot;
	zta_live *live; /* NULL: each token is one of the first time */
	zta_keeper keeper;
	zta_str payload;
} issuing;

static void
raw_issue(void *context)
{
	issuing *s = context;

	raw_verify(&s->corp.raw);
	raw_verify(&s->spire.raw);
	raw_sign(&s->corp.raw);
}

static void
sign_here(void *context)
{
	issuing *s = context;
	zta_error err = { 0 };
	zta_buf token;

	zta_buf__init(&token, SIZE_MAX);
	must(zta_jws__sign(&token, s->corp.key, ZTA_ALG_ES256,
		 ZTA_STR(ZTA_TXN_TYP), ZTA_STR("k"), s->payload, &err),
	    &err);
	zta_buf__release(&token);
}

static void
issue(void *context)
{
	issuing *s = context;
	const zta_circumstances around = { 0 };
	const zta_issue_request request = { .subject = { s->corp.token,
						ZTA_AS_JWT, &around },
		.actor = { s->spire.token, ZTA_AS_JWT, &around },
		.live = s->live };
	zta_issue_answer answer;
	zta_error err = { 0 };
	zta_buf payload;

	zta_arena__reset(&arena);
	must(zta_pdp__issue(
		 &s->zone, s->snapshot, &arena, &request, NOW, &answer, &err),
	    &err);
	if (!answer.issued) {
		fprintf(stderr, "%.*s\n", (int)answer.reason.len,
		    answer.reason.ptr);
	}
	check(answer.issued, "not issued");
	zta_buf__init(&payload, SIZE_MAX);
	zta_txn_token__put(&payload, &answer.txn);
	if (s->payload.len == 0) {
		s->payload = zta_arena__copy(&keep, zta_buf__str(&payload));
	}
	zta_buf__release(&payload);
	sign_here(s);
}

/* Microseconds of one, by the clock on the wall: another process does it. */
static double
ask_keeper(issuing *s)
{
	double blocks[TURNS_BLOCKS];
	zta_error err = { 0 };
	zta_buf token;
	size_t block, n;
	uint64_t start;

	for (block = 0; block < TURNS_BLOCKS; block++) {
		start = now_ns();
		for (n = 0; n < TURNS_BLOCK; n++) {
			zta_buf__init(&token, SIZE_MAX);
			must(zta_keeper__sign(&s->keeper.workers[0], s->payload,
				 &token, &err),
			    &err);
			zta_buf__release(&token);
		}
		blocks[block] = (double)(now_ns() - start) / TURNS_BLOCK;
	}
	return median(blocks) / 1e3;
}

static void
run_issue(const char *ledger, const char *key_file)
{
	issuing s = { .zone = { .id = ZTA_STR("100000000001"),
			  .trust_domain = ZTA_STR("shop.example"),
			  .ledger = ZTA_STR("main"),
			  .issuer = ZTA_STR("https://zone.example") } };
	issuing again;
	const zta_keeper_keys keys = { .zone = key_file };
	const zta_keeper_threads threads = { .workers = 1 };
	const zta_log_signer_files no_log = { NULL, NULL, NULL };
	const zta_witness_files no_witness = { 0 };
	char payload[512];
	contender list[] = { { .run = raw_issue, .context = &s },
		{ .run = issue, .context = &s },
		{ .run = issue, .context = &again },
		{ .run = sign_here, .context = &s } };
	zta_error err = { 0 };

	make_payload(payload, sizeof(payload), 0);
	subject_open(&s.corp, ZTA_ALG_ES256, payload);
	subject_open(&s.spire, ZTA_ALG_ES256, svid);
	must(zta_snapshot__load(&s.snapshot, ledger, NULL, &err), &err);
	read_sources(
	    &s.snapshot->sources, s.corp.key, ZTA_ALG_ES256, s.spire.key);
	must(zta_key_write_private(s.corp.key, key_file, &err), &err);
	must(zta_keeper__start(
		 &s.keeper, &keys, &no_log, &no_witness, &threads, &err),
	    &err);
	issue(&s);
	again = s;
	again.live = &live;
	contend(list, 4);
	printf("| issuing | time | of OpenSSL's rate |\n"
	       "| --- | ---: | ---: |\n");
	printf("| OpenSSL: two verifications, one signature | %.1f µs | |\n",
	    list[0].ns / 1e3);
	printf("| proofs seen the first time | %.1f µs | %.0f%% |\n",
	    list[1].ns / 1e3, 100 * list[0].ns / list[1].ns);
	printf("| proofs that are known | %.1f µs | %.0f%% |\n",
	    list[2].ns / 1e3, 100 * list[0].ns / list[2].ns);
	printf("| of these, signing | %.1f µs | |\n", list[3].ns / 1e3);
	printf("| signing by the keeper, by the clock | %.1f µs | |\n",
	    ask_keeper(&s));
	zta_keeper__stop(&s.keeper);
	zta_snapshot__drop(s.snapshot);
	subject_close(&s.spire);
	subject_close(&s.corp);
}

/* --- memory */

static size_t
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size = 0, resident = 0;

	check(f != NULL && fscanf(f, "%lu %lu", &size, &resident) == 2,
	    "/proc/self/statm");
	(void)fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void
run_memory(size_t count)
{
	char payload[512];
	zta_arena minted;
	size_t before, i;
	subject s;

	zta_arena__init(&minted, SIZE_MAX);
	make_payload(payload, sizeof(payload), 0);
	subject_open(&s, ZTA_ALG_ES256, payload);
	known(&s);
	before = resident_kib();
	for (i = 1; i <= count; i++) {
		make_payload(payload, sizeof(payload), i);
		zta_arena__reset(&minted);
		verify(&s, mint(&minted, s.key, s.alg, payload), &live);
		if (i % (count / 10 + 1) == 0 || i == count) {
			printf("%zu tokens: %zu KiB more\n", i,
			    resident_kib() - before);
		}
	}
	zta_arena__release(&minted);
	subject_close(&s);
}

/* Only so many, to count instructions. */
static void
run_counted(void (*run)(void *context), const char *name, size_t count)
{
	char payload[512];
	subject s;
	size_t i;

	make_payload(payload, sizeof(payload), 0);
	subject_open(&s, zta_alg_of(zta_str_of(name)), payload);
	for (i = 0; i < count; i++) {
		run(&s);
	}
	subject_close(&s);
}

int
main(int argc, char **argv)
{
	const zta_live_files files = { NULL, NULL, NULL };
	zta_error err = { 0 };

	zta_arena__init(&keep, SIZE_MAX);
	zta_arena__init(&arena, SIZE_MAX);
	must(zta_live__open(&live, &files, &err), &err);
	if (argc == 2 && strcmp(argv[1], "tokens") == 0) {
		run_tokens();
	} else if (argc == 4 && strcmp(argv[1], "issue") == 0) {
		run_issue(argv[2], argv[3]);
	} else if (argc == 3 && strcmp(argv[1], "memory") == 0) {
		run_memory(strtoul(argv[2], NULL, 10));
	} else if (argc == 4 && strcmp(argv[1], "first") == 0) {
		run_counted(first, argv[2], 100 * strtoul(argv[3], NULL, 10));
	} else if (argc == 4 && strcmp(argv[1], "known") == 0) {
		run_counted(known, argv[2], 100 * strtoul(argv[3], NULL, 10));
	} else {
		fprintf(stderr,
		    "usage: identity tokens | memory COUNT | "
		    "first|known ALG ROUNDSx\n");
		return 64;
	}
	zta_live__close(&live);
	zta_arena__release(&arena);
	zta_arena__release(&keep);
	return 0;
}
