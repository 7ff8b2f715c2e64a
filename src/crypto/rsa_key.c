/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rsa_key.c - see rsa_key.h.
 *
 * Primes of one generator, in smart cards and TPMs until 2017, are powers of
 * 65537 modulo many small primes, and so are their products: keys of 2048 bits
 * can be factored (CVE-2017-15361, "ROCA"). Of two hundred million other keys
 * one is taken for one of these.
 */
#include "crypto/rsa_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "crypto/key.h"

/* Is `residue` a power of 65537 modulo the prime? */
static bool
is_power(unsigned residue, unsigned prime)
{
	unsigned power = 1;

	do {
		if (power == residue) {
			return true;
		}
		power = power * (65537 % prime) % prime;
	} while (power != 1);
	return false;
}

static bool
is_given_away(const BIGNUM *modulus)
{
	/* Those whose residues are not all powers. */
	static const unsigned char primes[] = { 11, 13, 17, 19, 37, 53, 61, 71,
		73, 79, 97, 103, 107, 109, 127, 151, 157 };
	size_t i;

	for (i = 0; i < sizeof(primes); i++) {
		if (!is_power(
			(unsigned)BN_mod_word(modulus, primes[i]), primes[i])) {
			return false;
		}
	}
	return true;
}

bool
zta_rsa_key__is_good(const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);
	BIGNUM *modulus = NULL;
	bool good = bits >= ZTA_RSA_BITS_MIN && bits <= ZTA_RSA_BITS_MAX &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
	    !is_given_away(modulus);

	BN_free(modulus);
	return good;
}
