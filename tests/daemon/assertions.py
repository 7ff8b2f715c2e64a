# SPDX-License-Identifier: Apache-2.0
"""SAML assertions for tests: an identity provider's key, and what it signs."""

import base64
import hashlib
import subprocess
import time

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def make_identity_provider(key, certificate):
    """Write a new key, and its certificate, to these files."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
                    certificate, "-days", "2", "-subj", "/CN=idp.example"], check=True, capture_output=True)


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def make_assertion(key, name, who="alice"):
    """A signed assertion; the texts are in canonical form."""
    begin = (f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{name}" '
             f'IssueInstant="{instant(0)}" Version="2.0"><Issuer>https://idp.example</Issuer>')
    end = (f'<Subject><NameID>{who}</NameID>'
           '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
           f'<SubjectConfirmationData NotOnOrAfter="{instant(60)}" Recipient="https://shop.example/token">'
           '</SubjectConfirmationData></SubjectConfirmation></Subject>'
           '<Conditions><AudienceRestriction><Audience>shop.example</Audience></AudienceRestriction></Conditions>'
           '</Assertion>')
    digest = base64.b64encode(hashlib.sha256((begin + end).encode()).digest()).decode()
    info = (f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{EXCLUSIVE}"></CanonicalizationMethod>'
            '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
            f'<Reference URI="#{name}"><Transforms>'
            f'<Transform Algorithm="{DS}enveloped-signature"></Transform>'
            f'<Transform Algorithm="{EXCLUSIVE}"></Transform></Transforms>'
            '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
            f'<DigestValue>{digest}</DigestValue></Reference></SignedInfo>')
    value = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=info.encode(),
                           check=True, capture_output=True).stdout
    signature = (f'<Signature xmlns="{DS}">{info}'
                 f'<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue></Signature>')
    return base64.urlsafe_b64encode((begin + signature + end).encode()).decode().rstrip("=")
