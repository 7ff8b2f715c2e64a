/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ssh.c - SSH keys, signatures, agents, allowed signers. The keys and the
 * signatures are what ssh-keygen of OpenSSH 9.2 made.
 */
#include "tests.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/key.h"
#include "crypto/ssh_allowed.h"
#include "crypto/ssh_wire.h"
#include "ledger/commit_sign.h"

#define KEY_LABEL "OPENSSH PRIVATE KEY"
#define SIG_LABEL "SSH SIGNATURE"
#define FINGERPRINT "SHA256:SQmQ2M66vd6zKvpZ1+wqClCEopkOCt53HYHZNPEK7wA"
#define PUBLIC         \
	"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIF1lkd4jawIIV15f/zWqKjq85mwoqhAPWxcclxP8xUSv"

static const char private[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACBdZZHeI2sCCFdeX/81qio6vOZsKKoQD1sXHJcT/MVErwAAAJgBJFSSASRU\n"
    "kgAAAAtzc2gtZWQyNTUxOQAAACBdZZHeI2sCCFdeX/81qio6vOZsKKoQD1sXHJcT/MVErw\n"
    "AAAED/oKuss/aMl2rROik22ZW4YnRzUhA9KXhRfvIvKm5eTl1lkd4jawIIV15f/zWqKjq8\n"
    "5mwoqhAPWxcclxP8xUSvAAAAEnRlc3RlckBleGFtcGxlLmNvbQECAw==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
static const char encrypted[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDx8xTaZE\n"
    "lrNY/sM8i0/j9kAAAAAQAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIIXkugRvLaO6Ha0j\n"
    "8JovWQejFSj5FRcQJI5Xej8+pM3mAAAAkEOtfSHu0F/1gR1W1l894y66jsPtzn9opN97Aq\n"
    "hb7LinEXLTBKPn7JdD2yoLQsmGp1f2DqeCN8tDfNavrOTycaGAG0Ayi6S+lIt2PjwDW0ag\n"
    "1FUPIL7dSVeqF7H93MubiZ5kcHX0Y3Pqc7ugbtTeNHAvidPvsmiq/IEK6Xv5TqKuky/X7j\n"
    "kualT6ElddFUlTSw==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/* Of "payload\n" in the namespace git. */
static const char sig_sha512[] =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgXWWR3iNrAghXXl//NaoqOrzmbC\n"
    "iqEA9bFxyXE/zFRK8AAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n"
    "AAAAQLH4KVUMTqln8irC3zR32/c5f/YJ4cqbAbd+llAQc1zCQoRgNCJ47RW9afcYHhPZlb\n"
    "8DC+SemFuGV8oe5boTFgg=\n"
    "-----END SSH SIGNATURE-----\n";
static const char sig_sha256[] =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgXWWR3iNrAghXXl//NaoqOrzmbC\n"
    "iqEA9bFxyXE/zFRK8AAAADZ2l0AAAAAAAAAAZzaGEyNTYAAABTAAAAC3NzaC1lZDI1NTE5\n"
    "AAAAQBBwbpq2za/ZoZuMulHmDNzc6GYOTLhLJhfld4dpsc2boaepQSNlmbuDUntRsz71GD\n"
    "WamRyE9bOAzTIKbNSHbgo=\n"
    "-----END SSH SIGNATURE-----\n";
static const char sig_ecdsa[] =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE\n"
    "EE3OPEVdQ9nKmrjqv6MZ6fB91j7A669w15g+VKI8Q4wzaIZ/NDOAxMUilbBDZaxaaR2Xe4\n"
    "OP0cVBW9T9pZuwKOegAAAANnaXQAAAAAAAAABnNoYTUxMgAAAGUAAAATZWNkc2Etc2hhMi\n"
    "1uaXN0cDI1NgAAAEoAAAAhAPueu2De7S0lsWPoaQ9O87CPksnzba3sEU9BabKewtm5AAAA\n"
    "IQCdKXwUV6gCva6Bm5ooo/nks7Ae53YJmVwyWmwRVaW5ug==\n"
    "-----END SSH SIGNATURE-----\n";
#define PAYLOAD ZTA_STR("payload\n")
#define GIT ZTA_STR("git")

static zta_key *
tester(void)
{
	zta_key *key;
	zta_error err = { 0 };

	if (zta_key_read_pem(&key, ZTA_STR(private), &err) != ZTA_OK) {
		fail_msg("%s", err.message);
	}
	return key;
}

/* --- keys */

static void
test_ssh_key__reads_those_of_openssh(void **state)
{
	char line[ZTA_KEY_SSH_MAX], fingerprint[ZTA_KEY_FINGERPRINT_MAX];
	zta_key *key = tester(), *public;

	(void)state;
	assert_true(zta_key_is_private(key));
	assert_int_equal(zta_key_alg(key), ZTA_ALG_EDDSA);
	assert_int_equal(
	    zta_key_public_ssh(key, ZTA_STR(""), line, NULL), ZTA_OK);
	assert_string_equal(line, PUBLIC);
	assert_int_equal(
	    zta_key_public_ssh(key, ZTA_STR("a b"), line, NULL), ZTA_OK);
	assert_string_equal(line, PUBLIC " a b");
	assert_int_equal(zta_key_fingerprint(key, fingerprint, NULL), ZTA_OK);
	assert_string_equal(fingerprint, FINGERPRINT);
	zta_key_close(key);
	assert_int_equal(
	    zta_key_read_ssh(&public, ZTA_STR(PUBLIC " a comment\n"), NULL),
	    ZTA_OK);
	assert_false(zta_key_is_private(public));
	assert_int_equal(
	    zta_key_fingerprint(public, fingerprint, NULL), ZTA_OK);
	assert_string_equal(fingerprint, FINGERPRINT);
	zta_key_close(public);
}

/* A text, and what is wrong with it where. */
typedef struct text_case {
	const char *text, *rule;
	uint32_t line, column;
} text_case;

#define SSH_TYPE "expected a key of the type `ssh-ed25519`"
#define SSH_B64 "expected a public key of `ssh-ed25519` in base64"

static void
test_ssh_key__refuses_public_keys(void **state)
{
	static const text_case cases[] = {
		{ "", SSH_TYPE, 1, 1 },
		{ " " PUBLIC, SSH_TYPE, 1, 1 },
		{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAA", SSH_TYPE, 1, 1 },
		{ "ssh-ed25519\tAAAA", SSH_TYPE, 1, 1 },
		{ "ssh-ed25519 ", SSH_B64, 1, 13 },
		{ "ssh-ed25519  AAAA", SSH_B64, 1, 13 },
		{ PUBLIC "A", SSH_B64, 1, 13 },
		{ PUBLIC "====", SSH_B64, 1, 13 },
		/* Of ssh-ed25518; of 31 bytes of key and a short type. */
		{ "ssh-ed25519 "
		  "AAAAC3NzaC1lZDI1NTE4AAAAIF1lkd4jawIIV15f/"
		  "zWqKjq85mwoqhAPWxcclxP8xUSv",
		    SSH_B64, 1, 13 },
		{ "ssh-ed25519 "
		  "AAAAC3NzaC1lZDI1NTE5AAAAH11lkd4jawIIV15f/"
		  "zWqKjq85mwoqhAPWxcclxP8xUSv",
		    SSH_B64, 1, 13 },
		{ PUBLIC "\n" PUBLIC, "expected one public key", 2, 1 },
		{ PUBLIC "\n\n", "expected one public key", 2, 1 },
	};
	zta_key *key;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_not_equal(
		    zta_key_read_ssh(&key, zta_str_of(cases[i].text), &err),
		    ZTA_OK);
		assert_null(key);
		assert_non_null(strstr(err.message, cases[i].rule));
		assert_int_equal(err.line, cases[i].line);
		assert_int_equal(err.column, cases[i].column);
	}
}

static void
test_ssh_armor__is_strict(void **state)
{
	static const text_case cases[] = {
		{ "", "expected `-----BEGIN", 1, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\r\n", "expected `-----BEGIN",
		    1, 1 },
		{ " -----BEGIN SSH SIGNATURE-----\n", "expected `-----BEGIN", 1,
		    1 },
		{ "-----BEGIN SSH SIGNATURE-----", "expected `-----END", 2, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA\n", "a line has", 3, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA", "expected `-----END",
		    3, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\n\nAAAA\n"
		  "-----END SSH SIGNATURE-----\n",
		    "a line has", 2, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAA AA\n"
		  "-----END SSH SIGNATURE-----\n",
		    "not base64", 2, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA=\n"
		  "-----END SSH SIGNATURE-----\n",
		    "not base64", 2, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA\r\n"
		  "-----END SSH SIGNATURE-----\n",
		    "not base64", 2, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA\n"
		  "-----END SSH SIGNATURE-----\nAAAA\n",
		    "nothing follows", 4, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA\n"
		  "-----END SSH SIGNATURE-----\n\n",
		    "nothing follows", 4, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\nAAAA\n"
		  "-----END OPENSSH PRIVATE KEY-----\n",
		    "a line has", 4, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\n"
		  "-----END SSH SIGNATURE-----\n",
		    "wrong in its magic", 2, 1 },
		{ "-----BEGIN SSH SIGNATURE-----\n"
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAAAAAAAAAAAAAAAAAA\n"
		  "-----END SSH SIGNATURE-----\n",
		    "a line has", 2, 1 },
	};
	zta_ssh_sig sig;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (zta_error){ 0 };
		assert_int_not_equal(
		    zta_ssh_sig__read(zta_str_of(cases[i].text), &sig, &err),
		    ZTA_OK);
		if (strstr(err.message, cases[i].rule) == NULL) {
			fail_msg("%s, not %s", err.message, cases[i].rule);
		}
		assert_int_equal(err.line, cases[i].line);
		assert_int_equal(err.column, cases[i].column);
	}
}

/* `count` bytes at `at` are replaced by `bytes`. */
typedef struct change {
	size_t at, count;
	const char *bytes;
	size_t len;
	const char *rule;
} change;

#define CHANGE(at, count, bytes, rule)                    \
	{                                                 \
		at, count, bytes, sizeof(bytes) - 1, rule \
	}

/* The armored text with the change made in its bytes. */
static zta_str
changed(const char *text, const char *label, const change *c)
{
	char bytes[4096];
	zta_buf blob, armor;
	size_t len;

	assert_int_equal(
	    zta_ssh_armor__decode(zta_str_of(text), label, bytes, &len, NULL),
	    ZTA_OK);
	assert_true(c->at + c->count <= len);
	zta_buf__init(&blob, SIZE_MAX);
	zta_buf__init(&armor, SIZE_MAX);
	zta_buf__put(&blob, (zta_str){ bytes, c->at });
	zta_buf__put(&blob, (zta_str){ c->bytes, c->len });
	zta_buf__put(&blob,
	    (zta_str){ bytes + c->at + c->count, len - c->at - c->count });
	zta_ssh_armor__put(&armor, label, zta_buf__str(&blob));
	zta_buf__release(&blob);
	return zta_buf__str(&armor);
}

static void
test_ssh_key__refuses_private_keys(void **state)
{
	static const change cases[] = {
		CHANGE(0, 1, "O", "first bytes"),
		CHANGE(14, 1, "x", "first bytes"),
		CHANGE(15, 4, "\xff\xff\xff\xff", "cipher"),
		CHANGE(19, 4, "nono", "a passphrase; give it to ssh-agent"),
		CHANGE(27, 4, "nono", "frame"),
		CHANGE(31, 4, "\0\0\0\1x", "frame"),
		CHANGE(38, 1, "\0", "frame"),
		CHANGE(38, 1, "\2", "frame"),
		CHANGE(42, 1, "\xff", "frame"),
		CHANGE(250, 0, "x", "frame"),
		CHANGE(249, 1, "", "frame"),
		CHANGE(57, 1, "8", "only those of Ed25519"),
		CHANGE(62, 1, "x", "public half"),
		CHANGE(97, 1, "\x97", "frame"),
		CHANGE(98, 1, "x", "check"),
		CHANGE(105, 1, "x", "check"),
		CHANGE(116, 1, "x", "public half"),
		CHANGE(125, 1, "x", "public half"),
		CHANGE(160, 1, "\x20", "private half"),
		CHANGE(193, 1, "x", "private half"),
		CHANGE(161, 1, "x", "does not belong to the private one"),
		CHANGE(228, 1, "\x1f", "comment"),
		CHANGE(247, 1, "\0", "padding"),
		CHANGE(249, 1, "\4", "padding"),
		/* The comment takes the padding, or there is too much. */
		CHANGE(228, 1, "\x11", "padding"),
		CHANGE(228, 1, "\x09", "comment"),
	};
	zta_key *key;
	zta_error err;
	zta_str text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = changed(private, KEY_LABEL, &cases[i]);
		err = (zta_error){ 0 };
		assert_int_not_equal(
		    zta_key_read_pem(&key, text, &err), ZTA_OK);
		if (strstr(err.message, cases[i].rule) == NULL) {
			fail_msg("%zu: %s, not %s", cases[i].at, err.message,
			    cases[i].rule);
		}
		assert_null(key);
		zta_str_free(text);
	}
	assert_int_equal(
	    zta_key_read_pem(&key, ZTA_STR(encrypted), &err), ZTA_EINVALID);
	assert_non_null(strstr(err.message, "ssh-agent"));
}

static void
test_ssh_key__writes_what_openssh_reads(void **state)
{
	char dir[] = "/tmp/ztauth-test-ssh-XXXXXX", path[64], beside[64];
	char content[512];
	zta_key *key = tester(), *again, *other;
	struct stat info;
	zta_buf text;
	int fd;

	(void)state;
	zta_buf__init(&text, SIZE_MAX);
	assert_int_equal(
	    zta_ssh_private__put(&text, key, ZTA_STR("c"), NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_read_pem(&again, zta_buf__str(&text), NULL), ZTA_OK);
	zta_key_close(again);
	zta_buf__release(&text);
	assert_int_equal(
	    zta_key_read_ssh(&again, ZTA_STR(PUBLIC), NULL), ZTA_OK);
	assert_int_equal(zta_ssh_private__put(&text, again, ZTA_STR(""), NULL),
	    ZTA_EINVALID);
	zta_key_close(again);

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/k", dir);
	(void)snprintf(beside, sizeof(beside), "%s/k.pub", dir);
	assert_int_equal(
	    zta_key_write_ssh(key, path, ZTA_STR("a\nb"), NULL), ZTA_EINVALID);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(
	    zta_key_write_ssh(key, path, ZTA_STR("me"), NULL), ZTA_OK);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	fd = open(beside, O_RDONLY);
	assert_int_equal(
	    read(fd, content, sizeof(content)), sizeof(PUBLIC " me\n") - 1);
	assert_memory_equal(
	    content, PUBLIC " me\n", sizeof(PUBLIC " me\n") - 1);
	assert_int_equal(close(fd), 0);
	/* Neither of the two is overwritten. */
	assert_int_equal(
	    zta_key_write_ssh(key, path, ZTA_STR("me"), NULL), ZTA_EEXIST);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    zta_key_write_ssh(key, path, ZTA_STR("me"), NULL), ZTA_EEXIST);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(beside), 0);
	/* Keys that are not of Ed25519. */
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_write_ssh(other, path, ZTA_STR(""), NULL), ZTA_EINVALID);
	assert_int_equal(rmdir(dir), 0);
	zta_key_close(other);
	zta_key_close(key);
}

/* --- signatures */

static void
test_ssh_sig__is_the_one_of_ssh_keygen(void **state)
{
	zta_key *key = tester();
	const zta_ssh_signer signer = { .pair = key };
	zta_ssh_sig sig;
	zta_buf out;

	(void)state;
	zta_buf__init(&out, SIZE_MAX);
	assert_int_equal(
	    zta_ssh_sig__make(&signer, GIT, PAYLOAD, &out, NULL), ZTA_OK);
	assert_true(zta_str__is(zta_buf__str(&out), sig_sha512));
	zta_buf__release(&out);
	zta_key_close(key);

	assert_int_equal(
	    zta_ssh_sig__read(ZTA_STR(sig_sha512), &sig, NULL), ZTA_OK);
	assert_true(zta_ssh_sig__verify(&sig, GIT, PAYLOAD));
	assert_false(zta_ssh_sig__verify(&sig, ZTA_STR("file"), PAYLOAD));
	assert_false(zta_ssh_sig__verify(&sig, ZTA_STR("git2"), PAYLOAD));
	assert_false(zta_ssh_sig__verify(&sig, GIT, ZTA_STR("payload")));
	sig.hash = ZTA_SSH_SHA256;
	assert_false(zta_ssh_sig__verify(&sig, GIT, PAYLOAD));
	assert_int_equal(
	    zta_ssh_sig__read(ZTA_STR(sig_sha256), &sig, NULL), ZTA_OK);
	assert_true(zta_ssh_sig__verify(&sig, GIT, PAYLOAD));
	sig.key.bytes[3] ^= 1;
	assert_false(zta_ssh_sig__verify(&sig, GIT, PAYLOAD));
}

static void
test_ssh_sig__refuses_by_rule(void **state)
{
	static const change cases[] = {
		CHANGE(0, 1, "s", "magic"),
		CHANGE(9, 1, "\0", "version"),
		CHANGE(9, 1, "\2", "version"),
		CHANGE(10, 163, "", "key"),
		CHANGE(28, 1, "8", "key"),
		CHANGE(13, 1, "\x32", "key"),
		CHANGE(65, 7, "\0\0\0\0", "namespace"),
		CHANGE(69, 3, "g\0t", "namespace"),
		CHANGE(68, 1, "\xff", "namespace"),
		CHANGE(72, 4, "\0\0\0\1x", "reserved"),
		CHANGE(76, 97, "", "hash"),
		CHANGE(85, 1, "1", "hash"),
		CHANGE(76, 10, "\0\0\0\4sha1", "hash"),
		CHANGE(89, 1, "\x52", "end"),
		CHANGE(104, 1, "8", "end"),
		CHANGE(108, 1, "\x3f", "end"),
		CHANGE(172, 1, "", "end"),
		CHANGE(173, 0, "x", "end"),
	};
	zta_ssh_sig sig;
	zta_error err;
	zta_str text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = changed(sig_sha512, SIG_LABEL, &cases[i]);
		assert_int_equal(
		    zta_ssh_sig__read(text, &sig, &err), ZTA_EINVALID);
		if (strstr(err.message, cases[i].rule) == NULL) {
			fail_msg("%zu: %s, not %s", cases[i].at, err.message,
			    cases[i].rule);
		}
		zta_str_free(text);
	}
	assert_int_equal(
	    zta_ssh_sig__read(ZTA_STR(sig_ecdsa), &sig, &err), ZTA_EINVALID);
	assert_non_null(strstr(err.message, "key, which is not of"));
}

/* --- allowed signers */

#define OTHER          \
	"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIIXkugRvLaO6Ha0j8JovWQejFSj5FRcQJI5Xej8+pM3m"

static void
test_ssh_allowed__refuses_by_rule_and_place(void **state)
{
	static const text_case cases[] = {
		{ "a", "expected options or a key", 1, 2 },
		{ "a ", "expected options or a key", 1, 3 },
		{ " " PUBLIC, "principals are not empty", 1, 1 },
		{ ",a " PUBLIC, "principals are not empty", 1, 1 },
		{ "a, " PUBLIC, "principals are not empty", 1, 3 },
		{ "a,,b " PUBLIC, "principals are not empty", 1, 3 },
		{ "*@x " PUBLIC, "without patterns", 1, 1 },
		{ "a,b? " PUBLIC, "without patterns", 1, 4 },
		{ "!a " PUBLIC, "without patterns", 1, 1 },
		{ "\"a b\" " PUBLIC, "without patterns and quotes", 1, 1 },
		{ "a\t" PUBLIC, "control characters", 1, 2 },
		{ "a " PUBLIC "\r\n", "control characters", 1, 83 },
		{ "a\xff " PUBLIC, "UTF-8", 1, 2 },
		{ "a  " PUBLIC, "expected `namespaces`", 1, 3 },
		{ "a ssh-rsa AAAA", SSH_TYPE, 1, 3 },
		{ "a ecdsa-sha2-nistp256 AAAA", SSH_TYPE, 1, 3 },
		{ "a sk-ssh-ed25519@openssh.com AAAA", SSH_TYPE, 1, 3 },
		{ "a ssh-ed25519-cert-v01@openssh.com AAAA", SSH_TYPE, 1, 3 },
		{ "a ssh-ed25519 AAAA", SSH_B64, 1, 15 },
		{ "a cert-authority " PUBLIC, "list each key", 1, 3 },
		{ "a namespaces=\"git\",cert-authority " PUBLIC,
		    "list each key", 1, 20 },
		{ "a Namespaces=\"git\" " PUBLIC, "expected `namespaces`", 1,
		    3 },
		{ "a no-touch-required " PUBLIC, "expected `namespaces`", 1,
		    3 },
		{ "a namespaces " PUBLIC, "expected `=\"`", 1, 13 },
		{ "a namespaces=git " PUBLIC, "expected `=\"`", 1, 13 },
		{ "a namespaces=\"git " PUBLIC, "no quote ends", 1, 15 },
		{ "a namespaces=\"\" " PUBLIC, "namespaces are not empty", 1,
		    15 },
		{ "a namespaces=\"g*\" " PUBLIC, "without patterns", 1, 16 },
		{ "a namespaces=\"a\",namespaces=\"b\" " PUBLIC, "twice", 1,
		    30 },
		{ "a namespaces=\"git\"" PUBLIC, "a comma or a space", 1, 19 },
		{ "a namespaces=\"git\", " PUBLIC, "expected `namespaces`", 1,
		    20 },
		{ "a namespaces=\"git\"", "a comma or a space", 1, 19 },
		{ "a namespaces=\"git\" ", SSH_TYPE, 1, 20 },
		{ "a valid-after=\"20260101\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-after=\"2026010Z\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-after=\"20261301Z\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-after=\"20260230Z\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-after=\"2026010112Z\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-after=\"202601012460Z\" " PUBLIC, "YYYYMMDDZ", 1,
		    16 },
		{ "a valid-after=\"20260101235960Z\" " PUBLIC, "YYYYMMDDZ", 1,
		    16 },
		{ "a valid-after=\"0x1\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-after=\"\" " PUBLIC, "YYYYMMDDZ", 1, 16 },
		{ "a valid-before=\"20260101Z\",valid-before=\"20260101Z\" ",
		    "twice", 1, 42 },
		{ "# comment\n\na " PUBLIC "\nb x", "expected `namespaces`", 4,
		    3 },
		{ "a " PUBLIC "\n # no", "principals are not empty", 2, 1 },
	};
	zta_ssh_allowed_list list;
	zta_arena arena;
	zta_error err;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (zta_error){ 0 };
		assert_int_not_equal(
		    zta_ssh_allowed__read(
			&arena, zta_str_of(cases[i].text), &list, &err),
		    ZTA_OK);
		assert_int_equal(list.count, 0);
		if (strstr(err.message, cases[i].rule) == NULL ||
		    err.line != cases[i].line ||
		    err.column != cases[i].column) {
			fail_msg("%s\n%u:%u: %s", cases[i].text, err.line,
			    err.column, err.message);
		}
	}
	zta_arena__release(&arena);
}

static void
test_ssh_allowed__judges_at_a_time(void **state)
{
	/* 1767225600 is 2026-01-01T00:00:00Z, 1798761600 a year later. */
	static const char bounded[] =
	    "a valid-after=\"20260101Z\",valid-before=\"20270101Z\" " PUBLIC;
	static const char minute[] =
	    "a valid-after=\"202601010001Z\",valid-before=\"20260101000130Z\" " PUBLIC
	    "\n";
	static const struct {
		const char *list;
		int64_t now_s;
		const char *who; /* or NULL: refused, because */
		const char *why;
	} cases[] = {
		{ "a " PUBLIC, 0, "a", "" },
		{ "a " PUBLIC " comment\n", INT64_MAX, "a", "" },
		{ "a,b " PUBLIC, -1, "a,b", "" },
		{ "", 0, NULL, FINGERPRINT " belongs to no allowed signer" },
		{ "# a " PUBLIC, 0, NULL, "belongs to no allowed" },
		{ "a " OTHER, 0, NULL, "belongs to no allowed" },
		{ "b " OTHER "\na " PUBLIC, 0, "a", "" },
		{ bounded, 1767225599, NULL, "is not yet valid" },
		{ bounded, 1767225600, "a", "" },
		{ bounded, 1798761600, "a", "" },
		{ bounded, 1798761601, NULL, "is no longer valid" },
		{ minute, 1767225659, NULL, "is not yet valid" },
		{ minute, 1767225660, "a", "" },
		{ minute, 1767225690, "a", "" },
		{ minute, 1767225691, NULL, "is no longer valid" },
		{ "a namespaces=\"git\" " PUBLIC, 0, "a", "" },
		{ "a namespaces=\"file,git\" " PUBLIC, 0, "a", "" },
		{ "a namespaces=\"file,gitx\" " PUBLIC, 0, NULL,
		    "is not for this namespace" },
		/* It is enough that one line allows it. */
		{ "a namespaces=\"file\" " PUBLIC "\nb " PUBLIC, 0, "b", "" },
	};
	zta_ssh_allowed_list list;
	const zta_ssh_allowed *who;
	zta_arena arena;
	zta_error err;
	zta_status status;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(zta_ssh_allowed__read(&arena,
				     zta_str_of(cases[i].list), &list, &err),
		    ZTA_OK);
		status = zta_ssh_allowed__judge(&list, GIT, PAYLOAD,
		    ZTA_STR(sig_sha512), cases[i].now_s, &who, &err);
		if (cases[i].who != NULL) {
			assert_int_equal(status, ZTA_OK);
			assert_true(zta_str__is(who->principals, cases[i].who));
			continue;
		}
		assert_int_equal(status, ZTA_EUNTRUSTED);
		assert_null(who);
		assert_non_null(strstr(err.message, cases[i].why));
	}
	assert_int_equal(
	    zta_ssh_allowed__read(&arena, ZTA_STR("a " PUBLIC), &list, &err),
	    ZTA_OK);
	assert_int_equal(zta_ssh_allowed__judge(&list, GIT, ZTA_STR("payload"),
			     ZTA_STR(sig_sha512), 0, &who, &err),
	    ZTA_EUNTRUSTED);
	assert_int_equal(zta_ssh_allowed__judge(&list, ZTA_STR("file"), PAYLOAD,
			     ZTA_STR(sig_sha512), 0, &who, &err),
	    ZTA_EUNTRUSTED);
	assert_int_equal(zta_ssh_allowed__judge(&list, GIT, PAYLOAD,
			     ZTA_STR(sig_ecdsa), 0, &who, &err),
	    ZTA_EINVALID);
	zta_arena__release(&arena);
}

/* --- commits */

static void
test_commit_sign__signs_the_whole_commit(void **state)
{
	zta_key *key = tester();
	const zta_ssh_signer signer = { .pair = key };
	zta_commit good = { .tree = { "t" },
		.author = { ZTA_STR("A"), ZTA_STR("a"), 1 },
		.committer = { ZTA_STR("C"), ZTA_STR("c"), 2 },
		.message = ZTA_STR("m\n") };
	zta_commit changed_ones[7];
	zta_ssh_allowed_list list;
	const zta_ssh_allowed *who;
	zta_arena arena;
	zta_error err = { 0 };
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_ssh_allowed__read(&arena, ZTA_STR("me " PUBLIC), &list, &err),
	    ZTA_OK);
	assert_int_equal(
	    zta_commit__verify(&good, &list, 0, &who, &err), ZTA_EUNTRUSTED);
	assert_string_equal(err.message, "the commit is not signed");
	assert_int_equal(
	    zta_commit__sign(&arena, &good, &signer, &err), ZTA_OK);
	assert_int_equal(
	    zta_commit__verify(&good, &list, 0, &who, &err), ZTA_OK);
	assert_true(zta_str__is(who->principals, "me"));
	for (i = 0; i < 7; i++) {
		changed_ones[i] = good;
	}
	changed_ones[0].tree.bytes[31] = 1;
	changed_ones[1].has_parent = true;
	changed_ones[1].parent.bytes[0] = 1;
	changed_ones[2].author.time_s++;
	changed_ones[3].author.name = ZTA_STR("B");
	changed_ones[4].committer.time_s++;
	changed_ones[5].committer.email = ZTA_STR("d");
	changed_ones[6].message = ZTA_STR("m\n\n");
	for (i = 0; i < 7; i++) {
		assert_int_equal(
		    zta_commit__verify(&changed_ones[i], &list, 0, &who, &err),
		    ZTA_EUNTRUSTED);
		assert_null(who);
		assert_string_equal(err.place, "commit gpgsig-sha256");
	}
	zta_arena__release(&arena);
	zta_key_close(key);
}

/* --- agents */

/* What an agent has sent, though nobody has asked yet. */
static zta_ssh_agent
agent_saying(zta_str answer, int *other_end)
{
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_int_equal(write(fds[1], answer.ptr, answer.len), answer.len);
	*other_end = fds[1];
	return (zta_ssh_agent){ fds[0], 50 };
}

#define SAYS(answer, status, rule)                       \
	{                                                \
		answer, sizeof(answer) - 1, status, rule \
	}

static void
test_ssh_agent__is_not_believed(void **state)
{
	static const struct {
		const char *answer;
		size_t len;
		zta_status status;
		const char *rule;
	} cases[] = {
		SAYS("", ZTA_EUNAVAILABLE, "does not answer"),
		SAYS("\0\0\0", ZTA_EUNAVAILABLE, "does not answer"),
		SAYS("\0\0\0\0", ZTA_EINVALID, "no possible length"),
		SAYS("\0\4\0\1\x0c", ZTA_EINVALID, "no possible length"),
		SAYS("\xff\xff\xff\xff\x0c", ZTA_EINVALID, "possible length"),
		SAYS("\0\0\0\5\x0c\0\0", ZTA_EUNAVAILABLE, "in full"),
		SAYS("\0\0\0\1\5", ZTA_EUNAVAILABLE, "refuses"),
		SAYS("\0\0\0\1\6", ZTA_EINVALID, "something else"),
		SAYS("\0\0\0\1\x0c", ZTA_EINVALID, "malformed list"),
		SAYS("\0\0\0\5\x0c\0\0\0\1", ZTA_EINVALID, "malformed list"),
		SAYS("\0\0\0\5\x0c\xff\xff\xff\xff", ZTA_EINVALID,
		    "malformed list"),
		SAYS("\0\0\0\6\x0c\0\0\0\0x", ZTA_EINVALID, "malformed list"),
		SAYS("\0\0\0\x0d\x0c\0\0\0\1\0\0\0\0\0\0\0\1", ZTA_EINVALID,
		    "malformed list"),
		/* A key of another type is left out. */
		SAYS("\0\0\0\x0d\x0c\0\0\0\1\0\0\0\0\0\0\0\0", ZTA_OK, ""),
	};
	zta_ssh_identity *list;
	zta_ssh_agent agent;
	zta_arena arena;
	zta_error err;
	uint32_t count;
	size_t i;
	int other_end;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		agent = agent_saying(
		    (zta_str){ cases[i].answer, cases[i].len }, &other_end);
		err = (zta_error){ 0 };
		assert_int_equal(
		    zta_ssh_agent__list(&agent, &arena, &list, &count, &err),
		    cases[i].status);
		assert_int_equal(count, 0);
		assert_non_null(strstr(err.message, cases[i].rule));
		zta_ssh_agent__close(&agent);
		(void)close(other_end);
	}
	/* One that hangs up. */
	agent = agent_saying(ZTA_STR(""), &other_end);
	(void)close(other_end);
	assert_int_equal(
	    zta_ssh_agent__list(&agent, &arena, &list, &count, &err),
	    ZTA_EUNAVAILABLE);
	zta_ssh_agent__close(&agent);
	assert_int_equal(
	    zta_ssh_agent__open(&agent, "/nonexistent/socket", &err), ZTA_EIO);
	assert_string_equal(err.place, "/nonexistent/socket");
	assert_int_equal(zta_ssh_agent__open(&agent, "", &err), ZTA_EIO);
	zta_arena__release(&arena);
}

/* The answer to a request for a signature: these two strings in one. */
static void
answer_signature(zta_buf *out, zta_str type, zta_str sig, zta_str rest)
{
	zta_buf body;

	zta_buf__init(&body, SIZE_MAX);
	zta_ssh_wire__put_string(&body, type);
	zta_ssh_wire__put_string(&body, sig);
	zta_buf__clear(out);
	zta_ssh_wire__put_u32(out, (uint32_t)(1 + 4 + body.len + rest.len));
	zta_buf__byte(out, 14);
	zta_ssh_wire__put_string(out, zta_buf__str(&body));
	zta_buf__put(out, rest);
	zta_buf__release(&body);
}

static void
test_ssh_agent__signs_what_was_asked(void **state)
{
	static const char zeros[ZTA_SSH_SIG_LEN];
	unsigned char sig[ZTA_SIGNATURE_MAX], got[ZTA_SSH_SIG_LEN];
	zta_key *key = tester();
	zta_ssh_key public;
	zta_ssh_agent agent;
	zta_buf answer;
	zta_str good;
	size_t len, i;
	int other_end;
	zta_status status;

	(void)state;
	zta_buf__init(&answer, SIZE_MAX);
	assert_int_equal(zta_ssh_key__of(key, &public, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key__sign(key, ZTA_ALG_EDDSA, PAYLOAD, sig, &len, NULL),
	    ZTA_OK);
	good = (zta_str){ (char *)sig, len };
	for (i = 0; i < 5; i++) {
		answer_signature(&answer,
		    i == 1 ? ZTA_STR("ssh-rsa") : ZTA_STR("ssh-ed25519"),
		    i == 2     ? (zta_str){ zeros, sizeof(zeros) } :
			i == 3 ? ZTA_STR("short") :
				 good,
		    i == 4 ? ZTA_STR("x") : ZTA_STR(""));
		agent = agent_saying(zta_buf__str(&answer), &other_end);
		status =
		    zta_ssh_agent__sign(&agent, &public, PAYLOAD, got, NULL);
		assert_int_equal(status, i == 0 ? ZTA_OK : ZTA_EINVALID);
		zta_ssh_agent__close(&agent);
		(void)close(other_end);
	}
	zta_buf__release(&answer);
	zta_key_close(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssh_key__reads_those_of_openssh),
		cmocka_unit_test(test_ssh_key__refuses_public_keys),
		cmocka_unit_test(test_ssh_key__refuses_private_keys),
		cmocka_unit_test(test_ssh_key__writes_what_openssh_reads),
		cmocka_unit_test(test_ssh_armor__is_strict),
		cmocka_unit_test(test_ssh_sig__is_the_one_of_ssh_keygen),
		cmocka_unit_test(test_ssh_sig__refuses_by_rule),
		cmocka_unit_test(test_ssh_allowed__refuses_by_rule_and_place),
		cmocka_unit_test(test_ssh_allowed__judges_at_a_time),
		cmocka_unit_test(test_commit_sign__signs_the_whole_commit),
		cmocka_unit_test(test_ssh_agent__is_not_believed),
		cmocka_unit_test(test_ssh_agent__signs_what_was_asked),
	};

	return cmocka_run_group_tests_name("ssh", tests, NULL, NULL);
}
