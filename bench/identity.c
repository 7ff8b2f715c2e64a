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
 * OpenSSL alone is a digest, and EVP_PKEY_verify() or EVP_PKEY_sign() in a context
 * that was made once; for Ed25519, EVP_DigestVerify(). Times are of CPU, of this
 * thread, in blocks that take turns; the median of them.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/keeper.h"
#include "pdp/issue.h"
#include "workload.h"

#define BLOCKS 61
#define BLOCK 50
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
	zta_str token, input;
	unsigned char sig[ZTA_SIGNATURE_MAX];
	size_t sig_len;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *verifying, *signing;
	EVP_MD_CTX *once; /* of Ed25519 */
} subject;

static zta_arena keep, arena;
static zta_live live;

static void
check(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "identity: %s\n", what);
		exit(1);
	}
}

static double
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
compare(const void *a, const void *b, void *context)
{
	double x = *(const double *)a, y = *(const double *)b;

	(void)context;
	return (x > y) - (x < y);
}

static double
median(double *list)
{
	qsort_r(list, BLOCKS, sizeof(*list), compare, NULL);
	return list[BLOCKS / 2];
}

/* --- OpenSSL alone */

static void
sha256(zta_str bytes, unsigned char *out)
{
	check(EVP_Digest(bytes.ptr, bytes.len, out, NULL, EVP_sha256(), NULL) ==
		1,
	    "digest");
}

static EVP_PKEY_CTX *
ready(const subject *s, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(s->pkey, NULL);

	check(ctx != NULL && init(ctx) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1,
	    "OpenSSL");
	if (s->alg == ZTA_ALG_PS256) {
		check(EVP_PKEY_CTX_set_rsa_padding(
			  ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(
			    ctx, RSA_PSS_SALTLEN_DIGEST) == 1,
		    "OpenSSL");
	}
	return ctx;
}

static void
raw_sign(void *context)
{
	subject *s = context;
	const unsigned char *in = (const unsigned char *)s->input.ptr;
	unsigned char digest[ZTA_SHA256_LEN];
	bool done;

	s->sig_len = sizeof(s->sig);
	if (s->alg == ZTA_ALG_EDDSA) {
		done = EVP_DigestSignInit(s->once, NULL, NULL, NULL, s->pkey) ==
			1 &&
		    EVP_DigestSign(
			s->once, s->sig, &s->sig_len, in, s->input.len) == 1;
	} else {
		sha256(s->input, digest);
		done = EVP_PKEY_sign(s->signing, s->sig, &s->sig_len, digest,
			   sizeof(digest)) == 1;
	}
	check(done, "OpenSSL does not sign");
}

static void
raw_verify(void *context)
{
	subject *s = context;
	const unsigned char *in = (const unsigned char *)s->input.ptr;
	unsigned char digest[ZTA_SHA256_LEN];
	bool good;

	if (s->alg == ZTA_ALG_EDDSA) {
		good = EVP_DigestVerifyInit(
			   s->once, NULL, NULL, NULL, s->pkey) == 1 &&
		    EVP_DigestVerify(
			s->once, s->sig, s->sig_len, in, s->input.len) == 1;
	} else {
		sha256(s->input, digest);
		good = EVP_PKEY_verify(s->verifying, s->sig, s->sig_len, digest,
			   sizeof(digest)) == 1;
	}
	check(good, "OpenSSL does not verify");
}

static void
raw_open(subject *s)
{
	s->pkey = zta_key__share(s->key);
	s->once = EVP_MD_CTX_new();
	if (s->alg != ZTA_ALG_EDDSA) {
		s->verifying = ready(s, EVP_PKEY_verify_init);
		s->signing = ready(s, EVP_PKEY_sign_init);
	}
	raw_sign(s);
}

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
	s->input = jws.input;
	raw_open(s);
}

static void
subject_close(subject *s)
{
	EVP_MD_CTX_free(s->once);
	EVP_PKEY_CTX_free(s->verifying);
	EVP_PKEY_CTX_free(s->signing);
	EVP_PKEY_free(s->pkey);
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

/* --- in turns */

typedef struct contender {
	void (*run)(void *context);
	void *context;
	double ns; /* of one; the median */
	double blocks[BLOCKS];
} contender;

static void
contend(contender *list, size_t count)
{
	size_t block, i, n;
	double start;

	for (block = 0; block < BLOCKS; block++) {
		for (i = 0; i < count; i++) {
			start = cpu_ns();
			for (n = 0; n < BLOCK; n++) {
				list[i].run(list[i].context);
			}
			list[i].blocks[block] = (cpu_ns() - start) / BLOCK;
		}
	}
	for (i = 0; i < count; i++) {
		list[i].ns = median(list[i].blocks);
	}
}

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
		contender list[] = { { .run = raw_verify, .context = &s },
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

	raw_verify(&s->corp);
	raw_verify(&s->spire);
	raw_sign(&s->corp);
}

static void
sign_here(void *context)
{
	issuing *s = context;
	zta_error err = { 0 };
	zta_buf token;

	zta_buf__init(&token, SIZE_MAX);
	must(zta_jws__sign(&token, s->zone.key, ZTA_ALG_ES256,
		 ZTA_STR(ZTA_TXN_TYP), s->zone.kid, s->payload, &err),
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
	double blocks[BLOCKS];
	zta_error err = { 0 };
	zta_buf token;
	size_t block, n;
	uint64_t start;

	for (block = 0; block < BLOCKS; block++) {
		start = now_ns();
		for (n = 0; n < BLOCK; n++) {
			zta_buf__init(&token, SIZE_MAX);
			must(zta_keeper__sign(&s->keeper.channels[0],
				 s->payload, &token, &err),
			    &err);
			zta_buf__release(&token);
		}
		blocks[block] = (double)(now_ns() - start) / BLOCK;
	}
	return median(blocks) / 1e3;
}

static void
run_issue(const char *ledger, const char *key_file)
{
	issuing s = { .zone = { .id = ZTA_STR("100000000001"),
			  .trust_domain = ZTA_STR("shop.example"),
			  .ledger = ZTA_STR("main"),
			  .issuer = ZTA_STR("https://zone.example"),
			  .kid = ZTA_STR("k") } };
	issuing again;
	const zta_keeper_keys keys = { key_file, NULL };
	const zta_log_signer_files no_log = { NULL, NULL, NULL };
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
	s.zone.key = s.corp.key;
	must(zta_key_write_private(s.corp.key, key_file, &err), &err);
	must(zta_keeper__start(&s.keeper, &keys, &no_log, 1, &err), &err);
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
