/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_ssh.c - SSH keys, signatures, answers of agents, allowed signers. Keys
 * survive being written; nothing that was not signed is ever allowed.
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "crypto/ssh_allowed.h"

static void
must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void
private_key(zta_str text)
{
	zta_key *key, *again;
	zta_ssh_key a, b;
	zta_buf buf;
	zta_error err;

	if (zta_ssh_private__read(&key, text, &err) != ZTA_OK) {
		must(key == NULL);
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	must(zta_ssh_private__put(&buf, key, ZTA_STR("c"), &err) == ZTA_OK);
	must(zta_ssh_private__read(&again, zta_buf__str(&buf), &err) == ZTA_OK);
	must(zta_ssh_key__of(key, &a, &err) == ZTA_OK &&
	    zta_ssh_key__of(again, &b, &err) == ZTA_OK);
	must(zta_ssh_key__eq(&a, &b));
	zta_buf__release(&buf);
	zta_key_close(key);
	zta_key_close(again);
}

static void
public_key(zta_str text)
{
	char line[ZTA_KEY_SSH_MAX];
	zta_key *key;
	zta_error err;

	if (zta_key_read_ssh(&key, text, &err) == ZTA_OK) {
		must(
		    zta_key_public_ssh(key, ZTA_STR(""), line, &err) == ZTA_OK);
		must(zta_str__starts(text, zta_str_of(line)));
		zta_key_close(key);
	} else {
		must(err.line > 0);
	}
}

/* The list is the text; so is the signature, which must not come true. */
static void
allowed(zta_arena *arena, zta_str text)
{
	zta_ssh_allowed_list list;
	const zta_ssh_allowed *who;
	zta_ssh_sig sig;
	zta_error err;

	if (zta_ssh_allowed__read(arena, text, &list, &err) != ZTA_OK) {
		must(err.line > 0 && err.column > 0 && list.count == 0);
	}
	if (zta_ssh_sig__read(text, &sig, &err) == ZTA_OK) {
		must(!zta_ssh_sig__verify(
		    &sig, zta_str_of(sig.namespace), ZTA_STR("never signed")));
	}
	must(zta_ssh_allowed__judge(&list, ZTA_SSH_GIT, ZTA_STR("x"), text, 0,
		 &who, &err) != ZTA_OK);
}

/* An agent that says `text`, and hangs up. */
static void
agent(zta_arena *arena, zta_str text, bool sign)
{
	unsigned char sig[ZTA_SSH_SIG_LEN];
	const zta_ssh_key key = { { 1 } };
	zta_ssh_identity *list;
	zta_ssh_agent agent;
	zta_error err;
	uint32_t count;
	int fds[2];

	if (text.len > 65536) {
		return;
	}
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
	must(write(fds[1], text.ptr, text.len) == (ssize_t)text.len);
	must(shutdown(fds[1], SHUT_WR) == 0);
	agent = (zta_ssh_agent){ fds[0], 1000 };
	if (sign) {
		must(zta_ssh_agent__sign(
			 &agent, &key, ZTA_STR("x"), sig, &err) != ZTA_OK);
	} else {
		(void)!zta_ssh_agent__list(&agent, arena, &list, &count, &err);
	}
	zta_ssh_agent__close(&agent);
	(void)close(fds[1]);
}

/* The first byte chooses what the rest is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data + 1, size - 1 };
	zta_arena arena;

	if (size == 0) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	switch (data[0]) {
	case 'k':
		private_key(text);
		break;
	case 'p':
		public_key(text);
		break;
	case 'a':
		agent(&arena, text, false);
		break;
	case 's':
		agent(&arena, text, true);
		break;
	default:
		allowed(&arena, text);
		break;
	}
	zta_arena__release(&arena);
	return 0;
}
