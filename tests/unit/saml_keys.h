/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml_keys.h - keys and certificates of an issuer that does not exist, and of
 * somebody who would be it.
 */
#ifndef ZTA_TESTS_SAML_KEYS_H
#define ZTA_TESTS_SAML_KEYS_H

static const char rsa_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCLK9sxqwxz6LCq\n"
    "yQN+E+ZsjyquG3hHOhVpAMJravrQW2cws3Da13j4g5WHoxzc81s4W2mGmgG6YGw+\n"
    "F0K68oQ0GRN9nIv15Wpeash4oZ+rVqHa2pUgug6cfoCi9i8MFICzSTFnmPSNMKGv\n"
    "apFuQJdrd6pb4jG931Jfk2CERI3Au57bDuHNgsnRUo7XFISEl0DsjLaO9fmi7j4L\n"
    "Nvgob1n/PD/n7XLkSToHJWWTJK6RSnLBuisXr9/kUS6FmhqeKoF5ZfCTJM9sNum1\n"
    "AOtBdguqyTWrNHeIxeNXGpU1EIZAewLaCz2Fvq8ptDRwvNHQljFf0PwwK3TtTafe\n"
    "ZcNnOH09AgMBAAECggEAD4+VB+Hr98bQAByPNSjk9gTw/Pwpz+7851t0IZ4Z0rOx\n"
    "n0alCvcWOdU+oiaZCtR0AeJos2njYRM4bx3bMnt80DVwkjYviQxAfzOZ3DEYIQiD\n"
    "+uw/SeQ7z4Augmob2xIszL8VlNOLnoDOR0aXYbg7pgLAi9sH/Eas125rV4axwdee\n"
    "Zisw6S1KI6NKJVMD2qiqgsN7ntisFwM5I1rPYpIyJSNgUZd6rLb/Wg2k8I3Y97IK\n"
    "C+rPuWiOnAaQV9hqhqQvrnkWlvCokLP99pI5BQlapOSX0cycet+CdW6wgns8cGP3\n"
    "FY6zREIt1N1a46/ZygSKj4R9pOJPoyFUs1ogra+12QKBgQC/C3ftjNiSOTXTmdxb\n"
    "qdadGjQPA2B1l+XfQ2Tffq5popQJPnpSAmOhvy9gRIoMBZAswQTBOHL0PuP+K7H3\n"
    "8c5A1Bctnu4O1rSOUP9ObGAttOdmJ/yW7m7UZd4+h9wY7OTja6vCQGf49pcPF/nu\n"
    "irNbkIH3wsippdQGuiNv4+pXCQKBgQC6fVJa6DEnaarvmo/ZxYCNn1uei+oY6kLE\n"
    "ykAiqKr3LiF306r2vkGl53x6zmo7FQ9BOhG8I0zirqtwq8T+oFo/+fTGFGg9DlUQ\n"
    "2Ctx56HHNW436/C/TQ3QFhiuFGer+HOHUgNB6GugVk4XNH1ZYLALcVjqeXUv3HEn\n"
    "nIf8pt1tlQKBgGyvdZbrXfoyGfE7wyVSxgmycpNn9GRx+hC+IpETXN4z48wugyBM\n"
    "w6mtPqKh23djYtZTKQVTu/JAJSzgZusL4a73+ge2NvCyLR4Z7mULOtxF4q83aHfl\n"
    "RaAIJBum5ww3GTBYfOqSAZSdlOq9VS7kMY2R9J6jbc01zh3Vn3t0SkkhAoGBAIJO\n"
    "iRoOPjJc6lzrsfInx9CtdhZNi3CHV8orzC6rjnKS4D3bQA2TGUn0ew1QZ/gKmhMo\n"
    "oTXFsLZ/+DkNPOPyZb1oSXmSztdCyXuwoILBqFAK7I3Upe71x14L4ojYpywJuafn\n"
    "TXFjFrj9NSmPurqWDcyhEdEctx6PON3FyVtnuTcVAoGAcTQ0cdPID7oX0IDB9fXW\n"
    "RPsluaLopgZUiCg5Ss+/dTt1Z0yxcnDWYPDeN61Dpiwv5+Sd6sRmt2C+/kBAsLcn\n"
    "niArK7wVvrwnYEJfT2ARP28mUG3y7DGyMhIC/1MB8L3oV+JRgk8KQZKekJXyCw4K\n"
    "INkJpfmbIaHtIbfl1fvzc3g=\n"
    "-----END PRIVATE KEY-----\n";

static const char rsa_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDDzCCAfegAwIBAgIUJcdbecAtPTIbUbKxhmJ5VnLl7bQwDQYJKoZIhvcNAQEL\n"
    "BQAwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwIBcNMjYxMTI1MDMwNjIyWhgPMjEy\n"
    "NjExMDEwMzA2MjJaMBYxFDASBgNVBAMMC2lkcC5leGFtcGxlMIIBIjANBgkqhkiG\n"
    "9w0BAQEFAAOCAQ8AMIIBCgKCAQEAiyvbMasMc+iwqskDfhPmbI8qrht4RzoVaQDC\n"
    "a2r60FtnMLNw2td4+IOVh6Mc3PNbOFtphpoBumBsPhdCuvKENBkTfZyL9eVqXmrI\n"
    "eKGfq1ah2tqVILoOnH6AovYvDBSAs0kxZ5j0jTChr2qRbkCXa3eqW+Ixvd9SX5Ng\n"
    "hESNwLue2w7hzYLJ0VKO1xSEhJdA7Iy2jvX5ou4+Czb4KG9Z/zw/5+1y5Ek6ByVl\n"
    "kySukUpywborF6/f5FEuhZoaniqBeWXwkyTPbDbptQDrQXYLqsk1qzR3iMXjVxqV\n"
    "NRCGQHsC2gs9hb6vKbQ0cLzR0JYxX9D8MCt07U2n3mXDZzh9PQIDAQABo1MwUTAd\n"
    "BgNVHQ4EFgQUqVk7J3D0KMMMKRtK2i2ltLbx99QwHwYDVR0jBBgwFoAUqVk7J3D0\n"
    "KMMMKRtK2i2ltLbx99QwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOC\n"
    "AQEAY+yYhsG0OaIPga8AACQSMQH2dkaLkxKTl3hQrRp+J+BkmdSreTfsasQrUr9a\n"
    "e5zZqCE5ASRl9N737C99+QAhJkKMn7LSw2jB4FQa5obJRFMxRRy51Djy23HCrQwC\n"
    "aNVHtx2AJEtsKD2bSe0uqKXrZHXWnu1gyUf1/9HuyJ2Rb2tSep2xi//1Pf+SYuEo\n"
    "zutWsvVZ65zWpzvG4l7dxwr2gfnQvB6RjYYbXBscnAY198Yg5VQfRjt6X7730rwY\n"
    "3zwFclU8SjI9nWL+KLwo8ls9jfDZsSJ6Xt4oLADmNBagSO45xpYVWOqwYdB9Fi+W\n"
    "pvRACZUjNQOMaO8xhHFLEIYqIQ==\n"
    "-----END CERTIFICATE-----\n";

static const char ec_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpvLhu72Cc72j9Erh\n"
    "4n9HyEUdsI0N+FU2shx3iPekq22hRANCAASYtCOe1q7kZCgGbocVBgdN6N7eYr3o\n"
    "+pEW/5cpT+N66o8s7P2TIyT2rnGZTL/kddRIfw+PieqSBxViCsf/4Com\n"
    "-----END PRIVATE KEY-----\n";

static const char ec_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBgzCCASmgAwIBAgIUL0nGd8pvX9EidIEJO7twqRg2kDowCgYIKoZIzj0EAwIw\n"
    "FjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwIBcNMjYxMTI1MDMwNjIyWhgPMjEyNjEx\n"
    "MDEwMzA2MjJaMBYxFDASBgNVBAMMC2lkcC5leGFtcGxlMFkwEwYHKoZIzj0CAQYI\n"
    "KoZIzj0DAQcDQgAEmLQjntau5GQoBm6HFQYHTeje3mK96PqRFv+XKU/jeuqPLOz9\n"
    "kyMk9q5xmUy/5HXUSH8Pj4nqkgcVYgrH/+AqJqNTMFEwHQYDVR0OBBYEFFIjFeuy\n"
    "oXxWD/UXXSw07WgTkym3MB8GA1UdIwQYMBaAFFIjFeuyoXxWD/UXXSw07WgTkym3\n"
    "MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgQcAZS1NFk/7kG7mp\n"
    "p7qk+MuTIuLSX+O23mi8oSW+V0MCIQD9JcJal1oSmaRa6McO7X2egJ+zRpxerAmo\n"
    "RyVIvOqDGA==\n"
    "-----END CERTIFICATE-----\n";

static const char evil_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCv9mzlwER/fgDO\n"
    "Unfm6T4SOFjjflCql0fegAkNhR8Qxq+7jvuX8RnJx11duPjojpwAGmPiA5P1ZsHI\n"
    "7iQGYHR51M2HQDlYB5eNprPZzCzTohaywR+ZtWD0ZlS+Klt/y7OccDivhPRTkMjm\n"
    "eprwctx89u6AEtEhvKgN5atYwyYoaEiCZe+q6u5+JWexjXqzqUQ350W1tQZAoFZ+\n"
    "1Pj4gzOcofs8vOHMFPLUdzEa4V5NLHwNIy1T3LZjKu1H5eNZyzjUXPGycfjrRCgK\n"
    "/gfaz+JG3gi7MvX2ygeFdL9bRG+hkeQbjuZtVSWYN3csC/S2Nqu4qAburivViy6g\n"
    "RaKdXQVBAgMBAAECggEAPIMAkQQNKlDhIxLeM/ULCQYCn309bWTn7L7YHiOk+sZx\n"
    "AY2avPZHWYordAMb6hG82RY6Oivj0nUbeCdZES5Tb+A8K+JstfaqaialW+VolwD7\n"
    "UE60uM3UwUd9pgX4AFtDca1v+QA+a4xzYjtQlBbT90+N1lJiQ/lWS60rPzOhKCye\n"
    "gBEgDSPT4QV749r6YrGHGYLqEaj6PdSXhYv7+y6ygJ30wPwoxj3dPIgQRyIb7MNG\n"
    "lV7RfX2FAKYPOxWLahc5KaiiICuwNEifHJMdgluev44MjBkNcU1UBo0zj9enYAkc\n"
    "qYzihZUt2PCl2nLfxADpOyJjlUymmzKBs2Yjwos73wKBgQDd18xQ3MO9PpslFX54\n"
    "AKrRimIGUMckOCJW/iVu4jAcbk8Ol0CHpTs3lY68YnVrICEdb6tfU2qlDP/7i6aV\n"
    "+Va7yNjDKKq9EQINZad3vxxi1uJSw3x1fNP9Y4YYPle0zRKCTnGCZcjuOV0hc1iL\n"
    "HfqL6L6P6KmF6XqM94pfCSYYawKBgQDLDjLd6u6ekrjzpQz4CXbR69odRXzHQcJ7\n"
    "cubUCX4jc1uXuQHFLQodW+R0QKB74ZF6xC+MBquMm0eqnySNXBAyxVUUQBh05xcL\n"
    "PD/LDLBg6373gDYFgGMafw+TOpSJiUShv+vE0BpYOvV/Bt6tByEX3bqIjE4ynsW8\n"
    "8yaacB80AwKBgERNdvjGn/WaWwY18fRcsDtH0hqDsGy0Y85I/ZmARrPaOrkRVKru\n"
    "8qaQg5v47JIJGGkJwsfc1Q7wS7hVLPssA8pZcnPUB42iuPELBV7XFpRP+OrmiWFb\n"
    "B6ISjGzWdQaTxUkdgdFWKWE/hC8SZoaeuk9tX47LYbZ7RmI0rQPJu1L1AoGBALZL\n"
    "8ATlxwacKOmsc0E3lfIOsUn4OXbWJdkYpf0U7Ka9CSzkjp9LuTn0ZtyrrKirMSWr\n"
    "fhhTYK4iNiwLJhC251/9Y02D4bEKStjuZUNRCARrSBjBhT5ZLh/6lKwUOohjsTca\n"
    "C3wtbIlrnT1GmKF0thQsHyw58nZlrpbdIPoj0Q+rAoGAMfIAcn4+YVmtvUIrm8IF\n"
    "LFi78XRgp+i4vagTAlNkip9KMwPMkTpovY1qLe1gT+GsfzZOt6ayhE2QMPJ2yHq0\n"
    "G9aqXw6JaaNzzhDFC0BXL69NdeIZ/jOi7aXqFxaEn2z2/dIRJXI+AM9SJiAplEfB\n"
    "N1WO89KSz1kU90qt3oA9yxw=\n"
    "-----END PRIVATE KEY-----\n";

static const char evil_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDDzCCAfegAwIBAgIUO44UPGl+5RvkRIDrM6+RtJe9plIwDQYJKoZIhvcNAQEL\n"
    "BQAwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwIBcNMjYxMTI1MDMwNjIzWhgPMjEy\n"
    "NjExMDEwMzA2MjNaMBYxFDASBgNVBAMMC2lkcC5leGFtcGxlMIIBIjANBgkqhkiG\n"
    "9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr/Zs5cBEf34AzlJ35uk+EjhY435QqpdH3oAJ\n"
    "DYUfEMavu477l/EZycddXbj46I6cABpj4gOT9WbByO4kBmB0edTNh0A5WAeXjaaz\n"
    "2cws06IWssEfmbVg9GZUvipbf8uznHA4r4T0U5DI5nqa8HLcfPbugBLRIbyoDeWr\n"
    "WMMmKGhIgmXvqurufiVnsY16s6lEN+dFtbUGQKBWftT4+IMznKH7PLzhzBTy1Hcx\n"
    "GuFeTSx8DSMtU9y2YyrtR+XjWcs41FzxsnH460QoCv4H2s/iRt4IuzL19soHhXS/\n"
    "W0RvoZHkG47mbVUlmDd3LAv0tjaruKgG7q4r1YsuoEWinV0FQQIDAQABo1MwUTAd\n"
    "BgNVHQ4EFgQUBTtVi7U3MgZN/QhtEnlCk/egfFgwHwYDVR0jBBgwFoAUBTtVi7U3\n"
    "MgZN/QhtEnlCk/egfFgwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOC\n"
    "AQEAdb5cbV5ISui4OiOsFP4/tQkDWHqrPS+2LZwJ8EyIZKVYkIqdq848En79KC4o\n"
    "2dr9aKqKakpMqLdFLvaJIsoOqPu5du4Z8IDXs1RlgCGLCn1hFMDhdKMoGUgWwZjP\n"
    "G6OFX+i830LCV5edyxPFmnVPK/mSNw0cr1vB5BIP8kcawERKVKSv0bgv3LdYesvL\n"
    "Hfn7z8F1VMpW7u4Bdo+DouEGpxfR57UCRWMjCXU45SSL83clgPg4Kxai/IZJq5G4\n"
    "IPsm6KWEXbBTsHPc16fyYoNS8TX6ig94RoZhMiRYmw+q18PdzidBrmPD9Q7Z/hvj\n"
    "zTnP2ERg8aPPwX6t6NpjpebffQ==\n"
    "-----END CERTIFICATE-----\n";

static const char weak_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIICDDCCAXWgAwIBAgIUYqG/CQA82achFNu0XEuIWTkxK/0wDQYJKoZIhvcNAQEL\n"
    "BQAwFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMCAXDTI2MTEyNTAzMDYyM1oYDzIx\n"
    "MjYxMTAxMDMwNjIzWjAXMRUwEwYDVQQDDAx3ZWFrLmV4YW1wbGUwgZ8wDQYJKoZI\n"
    "hvcNAQEBBQADgY0AMIGJAoGBALd0wQnUMgVfuR12rBTV30YvEZ9nRq82irvIL5tT\n"
    "1SPjG0/7imjZ6jI4XY9uwJQAOMhEPPX77kZCCiM9iOJ/KWPt0CDpcNEyYp0F20rI\n"
    "IcJUnyBbdyvIizfM8wN83AaduRp5npwFL+SV7NMq1r5VDZ8O4z2Es9fMBZWWd/EB\n"
    "SVeHAgMBAAGjUzBRMB0GA1UdDgQWBBQxSTOzkUaGICGz4R9PFFbFiyxurDAfBgNV\n"
    "HSMEGDAWgBQxSTOzkUaGICGz4R9PFFbFiyxurDAPBgNVHRMBAf8EBTADAQH/MA0G\n"
    "CSqGSIb3DQEBCwUAA4GBABebkgRtLEklkbTxvRIzP49sofDV0N0Fkk/4kE2OI3hL\n"
    "xLjgpSga+IV7WicqNRqkZxCqxgQTKWFWOEbZDNHVS0VmCC2VdVf6b1KV6CVjdrwH\n"
    "j/rRh37zDDuCeveQe3jxRoaeVKYpUaxkMk5Qb9+T3Up9yWqzhL/mps78dcXhxURc\n"
    "-----END CERTIFICATE-----\n";

#endif
