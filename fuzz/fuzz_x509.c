/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_x509.c - certificates, each behind its length in two bytes. The last is
 * made a root, the others are a chain. Who is accepted is a workload of a trust
 * domain at a time that the certificate allows.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "identity/spiffe_id.h"
#include "identity/x509_svid.h"

/* 2026-01-01T00:00:00Z */
#define NOW INT64_C(1767225600000)

static uint32_t
split(const uint8_t *data, size_t size, zta_str *out)
{
	uint32_t count = 0;
	size_t len;

	while (size >= 2 && count <= ZTA_X509_CHAIN_MAX + 1) {
		len = (size_t)data[0] << 8 | data[1];
		len = len < size - 2 ? len : size - 2;
		out[count++] = (zta_str){ (const char *)data + 2, len };
		data += 2 + len;
		size -= 2 + len;
	}
	return count;
}

static void
judge(
    zta_arena *arena, const zta_x509_roots *roots, const zta_x509_chain *chain)
{
	zta_principal out = { 0 };
	zta_refusal refusal = ZTA_REFUSAL_NONE;
	zta_str domain;
	zta_status status = zta_x509_svid__verify(
	    roots, arena, chain, ZTA_X509_CLIENT, NOW, &out, &refusal, NULL);

	if ((status == ZTA_OK) != (refusal == ZTA_REFUSAL_NONE) ||
	    (status == ZTA_OK &&
		(!zta_spiffe_id__read(out.id, &domain) || out.issued_at > NOW ||
		    out.expires_at < NOW))) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str certificates[ZTA_X509_CHAIN_MAX + 2];
	zta_x509_chain chain = { certificates,
		split(data, size, certificates) };
	zta_x509_facts facts;
	zta_x509_flaw flaw;
	zta_x509_roots *roots;
	zta_arena arena;

	if (chain.count == 0 || zta_x509_roots__open(&roots, NULL) != ZTA_OK) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 24);
	(void)!zta_x509__read(&arena, certificates[0], &facts, &flaw, NULL);
	if (zta_x509_roots__add(roots, certificates[chain.count - 1], NULL) ==
	    ZTA_OK) {
		chain.count--;
	}
	judge(&arena, roots, &chain);
	zta_x509_roots__drop(roots);
	zta_arena__release(&arena);
	return 0;
}
