# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests: an authority, what it signs, its SPIFFE bundle."""

import base64
import datetime
import ipaddress
import json
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER


def replace(path, data):
    """Put `data` into place, as whoever renews certificates should."""
    with open(path + ".new", "wb") as f:
        f.write(data)
    os.rename(path + ".new", path)


class Authority:
    def __init__(self, name="authority", signer=None, uri="spiffe://shop.example"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = name
        self.signer = signer
        self.certificate = (signer or self).sign(
            self.key, name, [x509.UniformResourceIdentifier(uri)] if uri else [], authority=True)
        self.sequence = 1

    def sign(self, key, name, names, authority=False, days=(-1, 1)):
        now = datetime.datetime.utcnow()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(not authority, False, False, False, False, authority,
                                         authority, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                self.key.public_key()), False))
        if not authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        return builder.sign(self.key, hashes.SHA256())

    def pem(self):
        return self.certificate.public_bytes(PEM)

    def issue(self, name, names, **kw):
        """PEM of a chain and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain = self.sign(key, name, names, **kw).public_bytes(PEM)
        if self.signer:
            chain += self.pem()
        return chain, key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def server(self, **kw):
        return self.issue("server", [x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                                     x509.DNSName("localhost")], **kw)

    def svid(self, uri, **kw):
        return self.issue("workload", [x509.UniformResourceIdentifier(uri)], **kw)

    def bundle(self, others=(), keys=()):
        """The SPIFFE bundle with this authority, `others`, and keys of JWT-SVIDs."""
        self.sequence += 1
        roots = [{"kty": "EC", "use": "x509-svid",
                  "x5c": [base64.b64encode(a.certificate.public_bytes(DER)).decode()]}
                 for a in (self, *others)]
        return json.dumps({"spiffe_sequence": self.sequence, "spiffe_refresh_hint": 300,
                           "keys": roots + list(keys)}).encode()
