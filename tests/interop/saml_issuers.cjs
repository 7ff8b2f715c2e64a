// SPDX-License-Identifier: Apache-2.0
// Assertions of two libraries of another language, as JSON on standard output.
//
//   node saml_issuers.cjs MODULES KEY CERT OTHER_KEY
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const crypto = require("node:crypto");

const [modules, keyPath, certPath, otherPath] = process.argv.slice(2);
const load = (name) => require(path.join(modules, name));
const key = fs.readFileSync(keyPath, "utf8");
const cert = fs.readFileSync(certPath, "utf8");
const other = fs.readFileSync(otherPath, "utf8");

// --- saml, which auth0's identity provider is made of

const { Saml20 } = load("saml");

function auth0(change = {}) {
  return Saml20.create({
    key, cert,
    issuer: "https://idp.example", audiences: "https://me.example",
    recipient: "https://me.example/token", lifetimeInSeconds: 300,
    nameIdentifier: "alice",
    nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    sessionIndex: "_s1", signatureAlgorithm: "rsa-sha256", digestAlgorithm: "sha256",
    attributes: { mail: "alice@corp.example", roles: ["dev", "ops"], admin: true, "näme <&>": "é\"'<&>" },
    ...change,
  });
}

// --- samlify, both sides of it

const samlify = load("samlify");
samlify.setSchemaValidator({ validate: async () => "not looked at here" });

const bare = cert.replace(/-----[A-Z ]+-----|\s/g, "");

const POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";

// A response, in base64; `both`: signed itself, beside its assertion.
async function response(both) {
  const idp = samlify.IdentityProvider({
    entityID: "https://idp.example", privateKey: key, signingCert: bare, nameIDFormat: [EMAIL],
    requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    singleSignOnService: [{ Binding: POST, Location: "https://idp.example/sso" }],
    loginResponseTemplate: {
      context: samlify.SamlLib.defaultLoginResponseTemplate.context,
      attributes: [{ name: "mail", valueTag: "mail", nameFormat: BASIC, valueXsiType: "xs:string" }],
    },
  });
  const sp = samlify.ServiceProvider({
    entityID: "https://me.example", wantAssertionsSigned: true, wantMessageSigned: both,
    assertionConsumerService: [{ Binding: POST, Location: "https://me.example/token" }],
  });
  const now = new Date().toISOString();
  const later = new Date(Date.now() + 300e3).toISOString();
  const id = () => "_" + crypto.randomUUID();
  const fill = (template) => {
    const values = {
      ID: id(), AssertionID: id(), Issuer: "https://idp.example", IssueInstant: now, InResponseTo: "_q1",
      Destination: "https://me.example/token", AssertionConsumerServiceURL: "https://me.example/token",
      SubjectRecipient: "https://me.example/token", Audience: "https://me.example", EntityID: "https://me.example",
      NameIDFormat: EMAIL, NameID: "alice@corp.example", ConditionsNotBefore: now, ConditionsNotOnOrAfter: later,
      SubjectConfirmationDataNotOnOrAfter: later, AuthnStatement: "", attrMail: "alice@corp.example",
      StatusCode: "urn:oasis:names:tc:SAML:2.0:status:Success",
    };
    return { id: values.ID, context: samlify.SamlLib.replaceTagsByValue(template, values) };
  };
  const request = { extract: { request: { id: "_q1" } } };
  return (await idp.createLoginResponse(sp, request, "post", {}, fill)).context;
}

(async () => {
  const out = {
    auth0: auth0(),
    auth0_base64: Buffer.from(auth0()).toString("base64"),
    auth0_base64url: Buffer.from(auth0()).toString("base64url"),
    auth0_prefix: auth0({ signatureNamespacePrefix: "dsig" }),
    auth0_sha1: auth0({ signatureAlgorithm: "rsa-sha1", digestAlgorithm: "sha1" }),
    auth0_sha1_digest: auth0({ digestAlgorithm: "sha1" }),
    auth0_other_key: auth0({ key: other }),
    auth0_expired: auth0({ lifetimeInSeconds: -300 }),
    auth0_audience: auth0({ audiences: "https://you.example" }),
    auth0_recipient: auth0({ recipient: "https://you.example/token" }),
    auth0_answer: auth0({ inResponseTo: "_q1" }),
    auth0_unsigned: Saml20.createUnsignedAssertion({ issuer: "https://idp.example", nameIdentifier: "alice" }),
    samlify: await response(false),
    samlify_both: await response(true),
  };
  console.log(JSON.stringify(out));
})().catch((e) => {
  console.error(e);
  process.exit(1);
});
