/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature.c - see signature.h.
 *
 * 1. One key, one signature method: xmlsec is given both and never looks for
 *    keys. KeyInfo is not read.
 * 2. References are into the document; transforms are enveloped-signature and
 *    exclusive C14N; nothing else is enabled.
 * 3. The only ID that the document has is that of the element.
 */
#include "xml/signature.h"

#include <libxml/parser.h>
#include <libxml/threads.h>
#include <libxml/xmlerror.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

#include "base/error.h"
#include "base/str.h"
#include "xml/native.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

static const struct {
	const char *name, *uri;
} algs[ZTA_XML_ALG_COUNT] = {
	[ZTA_XML_ALG_NONE] = { "none", "" },
	[ZTA_XML_ALG_RS256] = { "RS256", MORE "rsa-sha256" },
	[ZTA_XML_ALG_RS384] = { "RS384", MORE "rsa-sha384" },
	[ZTA_XML_ALG_RS512] = { "RS512", MORE "rsa-sha512" },
	[ZTA_XML_ALG_ES256] = { "ES256", MORE "ecdsa-sha256" },
};

zta_xml_alg
zta_xml_alg__of(zta_str name)
{
	unsigned i = ZTA_XML_ALG_COUNT;

	while (--i > 0 && !zta_str__is(name, algs[i].name)) {
	}
	return (zta_xml_alg)i;
}

zta_xml_alg
zta_xml_alg__of_uri(zta_str uri)
{
	unsigned i = ZTA_XML_ALG_COUNT;

	while (--i > 0 && !zta_str__is(uri, algs[i].uri)) {
	}
	return (zta_xml_alg)i;
}

const char *
zta_xml_alg__name(zta_xml_alg alg)
{
	return algs[alg].name;
}

static xmlSecTransformId
transform_of(zta_xml_alg alg)
{
	switch (alg) {
	case ZTA_XML_ALG_RS256:
		return xmlSecTransformRsaSha256Id;
	case ZTA_XML_ALG_RS384:
		return xmlSecTransformRsaSha384Id;
	case ZTA_XML_ALG_RS512:
		return xmlSecTransformRsaSha512Id;
	case ZTA_XML_ALG_ES256:
		return xmlSecTransformEcdsaSha256Id;
	case ZTA_XML_ALG_NONE:
	case ZTA_XML_ALG_COUNT:
		break;
	}
	return xmlSecTransformIdUnknown;
}

/* --- what xmlsec has for the whole process */

/* Its transforms are listed once it was set up, by us or by our host. */
static bool
set_up(void)
{
	bool done = true;

	xmlInitParser();
	xmlLockLibrary();
	if (!xmlSecPtrListIsValid(xmlSecTransformIdsGet())) {
		done = xmlSecInit() == 0;
		xmlSecErrorsSetCallback(NULL);
		/* No scheme of a URI is ours to follow. */
		xmlSecIOCleanupCallbacks();
	}
	if (done &&
	    xmlSecTransformIdListFind(
		xmlSecTransformIdsGet(), xmlSecTransformRsaSha256Id) != 1) {
		done = xmlSecCryptoInit() == 0;
		xmlSecErrorsSetCallback(NULL);
	}
	xmlUnlockLibrary();
	return done;
}

/* --- one signature */

typedef struct check {
	xmlDoc *doc;
	xmlNode *element, *signature;
	xmlSecDSigCtx ctx;
} check;

static bool
allow(xmlSecDSigCtx *ctx, zta_xml_alg alg)
{
	const xmlSecTransformId of_reference[] = {
		xmlSecTransformEnvelopedId,
		xmlSecTransformExclC14NId,
		xmlSecTransformSha256Id,
		xmlSecTransformSha384Id,
		xmlSecTransformSha512Id,
	};
	size_t i;

	ctx->flags = XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
	ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	for (i = 0; i < sizeof(of_reference) / sizeof(of_reference[0]); i++) {
		if (xmlSecDSigCtxEnableReferenceTransform(
			ctx, of_reference[i]) < 0) {
			return false;
		}
	}
	return xmlSecDSigCtxEnableSignatureTransform(
		   ctx, xmlSecTransformExclC14NId) == 0 &&
	    xmlSecDSigCtxEnableSignatureTransform(ctx, transform_of(alg)) == 0;
}

/* The same key as xmlsec holds one; NULL: no memory. */
static xmlSecKey *
make_key(const zta_key *key)
{
	struct evp_pkey_st *pkey = zta_key__share(key);
	xmlSecKeyData *data =
	    pkey == NULL ? NULL : xmlSecOpenSSLEvpKeyAdopt(pkey);
	xmlSecKey *out = data == NULL ? NULL : xmlSecKeyCreate();

	if (out == NULL || xmlSecKeySetValue(out, data) < 0) {
		if (data != NULL) {
			xmlSecKeyDataDestroy(data);
		}
		if (out != NULL) {
			xmlSecKeyDestroy(out);
		}
		return NULL;
	}
	return out;
}

/* The bytes of the one reference; NULL: the signature does not hold. */
static xmlSecBuffer *
verify(check *c, zta_xml_alg alg, const zta_key *key)
{
	xmlSecDSigReferenceCtx *reference;

	c->ctx.signKey = make_key(key);
	if (c->ctx.signKey == NULL || !allow(&c->ctx, alg) ||
	    xmlSecDSigCtxVerify(&c->ctx, c->signature) != 0 ||
	    c->ctx.status != xmlSecDSigStatusSucceeded ||
	    xmlSecPtrListGetSize(&c->ctx.signedInfoReferences) != 1) {
		return NULL;
	}
	reference = xmlSecPtrListGetItem(&c->ctx.signedInfoReferences, 0);
	return reference != NULL &&
		reference->status == xmlSecDSigStatusSucceeded ?
	    xmlSecDSigReferenceCtxGetPreDigestBuffer(reference) :
	    NULL;
}

/* The element before which there are `at` others. */
static xmlNode *
element_at(xmlNode *root, uint32_t at)
{
	xmlNode *node = root;

	while (node != NULL && at > 0) {
		if (xmlFirstElementChild(node) != NULL) {
			node = xmlFirstElementChild(node);
		} else {
			while (node != root &&
			    xmlNextElementSibling(node) == NULL) {
				node = node->parent;
			}
			node =
			    node == root ? NULL : xmlNextElementSibling(node);
		}
		at--;
	}
	return node;
}

static bool
name_element(check *c)
{
	xmlAttr *id = xmlHasNsProp(c->element, (const xmlChar *)"ID", NULL);

	return id != NULL && id->children != NULL && c->doc->ids == NULL &&
	    xmlAddID(NULL, c->doc, id->children->content, id) != NULL;
}

static void
quiet(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* Canonicalisation reports to the thread's handler. */
static xmlSecBuffer *
verify_quietly(check *c, zta_xml_alg alg, const zta_key *key)
{
	xmlGenericErrorFunc handler = xmlGenericError;
	void *context = xmlGenericErrorContext;
	xmlSecBuffer *bytes;

	xmlSetGenericErrorFunc(NULL, quiet);
	bytes = verify(c, alg, key);
	xmlSetGenericErrorFunc(context, handler);
	zta_key__forget_errors();
	return bytes;
}

zta_status
zta_xml__verify(zta_arena *arena, zta_str text, const zta_xml *signed_element,
    const zta_xml *signature, zta_xml_alg alg, const zta_key *key,
    zta_str *covered, zta_error *err)
{
	check c = { 0 };
	xmlSecBuffer *bytes = NULL;
	zta_status status;

	*covered = (zta_str){ NULL, 0 };
	if (!set_up()) {
		return zta_error__nomem(err);
	}
	status = zta_xml__parse(text, &c.doc, err);
	if (status != ZTA_OK) {
		return status;
	}
	c.element = element_at(xmlDocGetRootElement(c.doc), signed_element->at);
	c.signature = element_at(xmlDocGetRootElement(c.doc), signature->at);
	if (xmlSecDSigCtxInitialize(&c.ctx, NULL) < 0) {
		xmlFreeDoc(c.doc);
		return zta_error__nomem(err);
	}
	if (c.element != NULL && c.signature != NULL && name_element(&c)) {
		bytes = verify_quietly(&c, alg, key);
	}
	if (bytes == NULL) {
		status = zta_error__set(
		    err, ZTA_EUNTRUSTED, "the signature is wrong");
	} else {
		*covered = zta_arena__copy(arena,
		    (zta_str){ (const char *)xmlSecBufferGetData(bytes),
			xmlSecBufferGetSize(bytes) });
		status = covered->ptr == NULL ? zta_arena__failed(arena, err) :
						ZTA_OK;
	}
	xmlSecDSigCtxFinalize(&c.ctx);
	xmlFreeDoc(c.doc);
	return status;
}
