/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x509_svid.h - a certificate that names a workload. SPEC: x509-svid
 *
 * In steps, as the trust domain must be known before there are roots. Each
 * answers ZTA_EUNTRUSTED with `*refusal`, or ZTA_ENOMEM.
 */
#ifndef ZTA_IDENTITY_X509_SVID_H
#define ZTA_IDENTITY_X509_SVID_H

#include "crypto/x509.h"
#include "identity/principal.h"
#include "identity/refusal.h"

/* The trust domain that the first certificate names; nothing is verified. */
ZTA_MUST_USE zta_status zta_x509_svid__look(zta_arena *arena,
    const zta_x509_chain *chain, zta_str *trust_domain, zta_refusal *refusal,
    zta_error *err);

/*
 * Verify the chain at `now` (ms) against the roots of the trust domain, and
 * those alone. Fills id, trust domain, dates, digest and proof of `out`.
 */
ZTA_MUST_USE zta_status zta_x509_svid__verify(const zta_x509_roots *roots,
    zta_arena *arena, const zta_x509_chain *chain, zta_x509_use use,
    int64_t now, zta_principal *out, zta_refusal *refusal, zta_error *err);

/* May it sign SVIDs? Its own SPIFFE ID, if there is one, has no path. */
ZTA_MUST_USE zta_status zta_x509_svid__check_issuer(zta_arena *arena,
    zta_str certificate, zta_refusal *refusal, zta_error *err);

#endif
