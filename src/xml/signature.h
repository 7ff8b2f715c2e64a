/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature.h - XML signatures (XMLDSig) over one element of a document.
 *
 * This verifies the arithmetic of one signature and says what was signed. That
 * the signature has a form worth verifying is for the caller to see to first.
 */
#ifndef ZTA_XML_SIGNATURE_H
#define ZTA_XML_SIGNATURE_H

#include "crypto/key.h"
#include "xml/xml.h"

typedef enum zta_xml_alg {
	ZTA_XML_ALG_NONE,
	ZTA_XML_ALG_RS256,
	ZTA_XML_ALG_RS384,
	ZTA_XML_ALG_RS512,
	ZTA_XML_ALG_ES256,
	ZTA_XML_ALG_COUNT
} zta_xml_alg;

/* By its name, as JOSE has it; by the URI of its SignatureMethod. */
zta_xml_alg zta_xml_alg__of(zta_str name);
zta_xml_alg zta_xml_alg__of_uri(zta_str uri);
const char *zta_xml_alg__name(zta_xml_alg alg);

/*
 * Verify the ds:Signature `signature` of the document `text` under `key`;
 * its reference must be to `signed_element`, whose attribute
 * `ID` names it. `*covered` are the bytes that were digested, in `arena`: the
 * element as the signature covers it, in canonical form and without the
 * signature. ZTA_EUNTRUSTED; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_xml__verify(zta_arena *arena, zta_str text,
    const zta_xml *signed_element, const zta_xml *signature, zta_xml_alg alg,
    const zta_key *key, zta_str *covered, zta_error *err);

#endif
