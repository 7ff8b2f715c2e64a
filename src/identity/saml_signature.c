/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml_signature.c - the one form that a signature may have, looked at before
 * any of it is computed. SPEC: saml-core 5.4, xmldsig 4
 *
 *     Signature
 *       SignedInfo
 *         CanonicalizationMethod   exclusive
 *         SignatureMethod          one of the source
 *         Reference URI="#ID of the assertion"
 *           Transforms             enveloped-signature, exclusive C14N
 *           DigestMethod           SHA-256, SHA-384, SHA-512
 *           DigestValue
 *       SignatureValue
 *       KeyInfo                    may stand, is not read
 */
#include "base/error.h"
#include "base/str.h"
#include "identity/saml_check.h"

#define EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENVELOPED ZTA_XMLDSIG_NS "enveloped-signature"

static zta_status
bad_form(zta_saml_check *c, const zta_xml *node)
{
	return ZTA_SAML_REFUSE(c, node, SIGNATURE_FORM,
	    "a signature holds SignedInfo and SignatureValue, SignedInfo one "
	    "Reference, and nothing else");
}

/*
 * The children of `node` are the elements `names`, in this order; those that
 * begin with '?' may be absent.
 */
static zta_status
need_children(zta_saml_check *c, const zta_xml *node, const char *const *names,
    const zta_xml **out)
{
	const zta_xml *child = node->first;
	bool may;
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		may = names[i][0] == '?';
		out[i] = child != NULL &&
			zta_xml__is(child, ZTA_XMLDSIG_NS, names[i] + may) ?
		    child :
		    NULL;
		if (out[i] != NULL) {
			child = child->next;
		} else if (!may) {
			return bad_form(c, child == NULL ? node : child);
		}
	}
	return child == NULL ? ZTA_OK : bad_form(c, child);
}

/* Its `Algorithm`, or the empty text. */
static zta_str
algorithm_of(const zta_xml *node)
{
	const zta_str *value = zta_xml__attr(node, "Algorithm");

	return value == NULL ? ZTA_STR("") : *value;
}

/* It may say which namespaces count beside those that are seen to. */
static zta_status
need_exclusive(zta_saml_check *c, const zta_xml *node)
{
	const zta_xml *inside = node->first;

	if (zta_str__is(algorithm_of(node), EXCLUSIVE) &&
	    (inside == NULL ||
		(zta_xml__is(inside, EXCLUSIVE, "InclusiveNamespaces") &&
		    inside->next == NULL && inside->first == NULL))) {
		return ZTA_OK;
	}
	return ZTA_SAML_REFUSE(c, node, BAD_TRANSFORM,
	    "only exclusive canonicalization, without comments");
}

/* SPEC: saml-core 5.4.4 */
static zta_status
check_transforms(zta_saml_check *c, const zta_xml *transforms)
{
	static const char *const names[] = { "Transform", "Transform", NULL };
	const zta_xml *two[2];
	zta_status status = need_children(c, transforms, names, two);

	if (status != ZTA_OK) {
		*c->refusal = ZTA_REFUSAL_BAD_TRANSFORM;
		return status;
	}
	if (!zta_str__is(algorithm_of(two[0]), ENVELOPED) ||
	    two[0]->first != NULL) {
		return ZTA_SAML_REFUSE(c, two[0], BAD_TRANSFORM,
		    "the first transform must be enveloped-signature");
	}
	return need_exclusive(c, two[1]);
}

static zta_status
check_digest(zta_saml_check *c, const zta_xml *method)
{
	static const char *const uris[] = {
		"http://www.w3.org/2001/04/xmlenc#sha256",
		"http://www.w3.org/2001/04/xmldsig-more#sha384",
		"http://www.w3.org/2001/04/xmlenc#sha512",
	};
	size_t i;

	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		if (zta_str__is(algorithm_of(method), uris[i]) &&
		    method->first == NULL) {
			return ZTA_OK;
		}
	}
	return ZTA_SAML_REFUSE(c, method, UNSUPPORTED_ALG,
	    "only SHA-256, SHA-384 and SHA-512 are accepted");
}

/* SPEC: saml-core 5.4.2: "#" and the ID of the assertion. */
static zta_status
check_reference(
    zta_saml_check *c, const zta_saml *saml, const zta_xml *reference)
{
	static const char *const names[] = { "Transforms", "DigestMethod",
		"DigestValue", NULL };
	const zta_str *id = zta_xml__attr(saml->assertion, "ID");
	const zta_str *uri = zta_xml__attr(reference, "URI");
	const zta_xml *parts[3];
	zta_status status;

	if (uri == NULL || uri->len == 0 || uri->ptr[0] != '#' ||
	    !zta_str__eq((zta_str){ uri->ptr + 1, uri->len - 1 }, *id)) {
		return ZTA_SAML_REFUSE(c, reference, BAD_REFERENCE,
		    "the signature does not refer to the assertion that it "
		    "stands in");
	}
	status = need_children(c, reference, names, parts);
	if (status == ZTA_OK) {
		status = check_transforms(c, parts[0]);
	}
	return status != ZTA_OK ? status : check_digest(c, parts[1]);
}

/* SPEC: xmldsig 6.4: nothing keyed by a secret, nothing with SHA-1. */
static zta_status
check_method(zta_saml_check *c, const zta_xml *method, zta_xml_alg *alg)
{
	*alg = zta_xml_alg__of_uri(algorithm_of(method));
	if (*alg == ZTA_XML_ALG_NONE || method->first != NULL) {
		return ZTA_SAML_REFUSE(c, method, UNSUPPORTED_ALG,
		    "only RSA and ECDSA with SHA-2 are accepted");
	}
	return (c->rules->algs & 1u << *alg) != 0 ?
	    ZTA_OK :
	    ZTA_SAML_REFUSE(c, method, ALG_NOT_ALLOWED,
		"the source does not use %s", zta_xml_alg__name(*alg));
}

zta_status
zta_saml__signature_form(
    zta_saml_check *c, const zta_saml *saml, zta_xml_alg *alg)
{
	static const char *const names[] = { "SignedInfo", "SignatureValue",
		"?KeyInfo", NULL };
	static const char *const infos[] = { "CanonicalizationMethod",
		"SignatureMethod", "Reference", NULL };
	const zta_xml *parts[3], *info[3];
	zta_status status = need_children(c, saml->signature, names, parts);

	if (status == ZTA_OK) {
		status = need_children(c, parts[0], infos, info);
	}
	if (status == ZTA_OK) {
		status = need_exclusive(c, info[0]);
	}
	if (status == ZTA_OK) {
		status = check_method(c, info[1], alg);
	}
	return status != ZTA_OK ? status : check_reference(c, saml, info[2]);
}
