/* SPDX-License-Identifier: Apache-2.0 */
/* signer.c - see signer.h. */
#include "pap/signer.h"

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

#define KEY_FILE_MAX ((size_t)64 << 10)

/* Connect, and look for `wanted`, or for any key if it is NULL. */
static zta_status
find_in_agent(zta_signer *s, const char *socket, const zta_ssh_key *wanted,
    zta_error *err)
{
	zta_ssh_identity *list;
	zta_arena arena;
	uint32_t i, count = 0;
	zta_status status = zta_ssh_agent__open(&s->agent, socket, err);

	if (status != ZTA_OK) {
		return status;
	}
	s->connected = true;
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ssh_agent__list(&s->agent, &arena, &list, &count, err);
	for (i = 0; status == ZTA_OK && i < count && !s->present; i++) {
		if (wanted == NULL || zta_ssh_key__eq(wanted, &list[i].key)) {
			s->present = true;
			s->ssh = (zta_ssh_signer){ .agent = &s->agent,
				.key = list[i].key };
		}
	}
	zta_arena__release(&arena);
	return status;
}

/* A public key: the agent must hold the other half. */
static zta_status
open_public(zta_signer *s, zta_str text, const char *socket, zta_error *err)
{
	zta_key *key = NULL;
	zta_ssh_key wanted;
	zta_status status = zta_key_read_ssh(&key, text, err);

	if (status == ZTA_OK) {
		status = zta_ssh_key__of(key, &wanted, err);
	}
	zta_key_close(key);
	if (status == ZTA_OK && socket != NULL) {
		status = find_in_agent(s, socket, &wanted, err);
	}
	return status == ZTA_OK && !s->present ?
	    zta_error__set(err, ZTA_ENOTFOUND,
		"ssh-agent does not hold the key of this public key") :
	    status;
}

static zta_status
open_private(zta_signer *s, zta_str text, zta_error *err)
{
	zta_ssh_key public;
	zta_status status = zta_key_read_pem(&s->pair, text, err);

	if (status == ZTA_OK) {
		status = zta_ssh_key__of(s->pair, &public, err);
	}
	if (status == ZTA_OK && !zta_key_is_private(s->pair)) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "a private key signs, or the .pub of one in ssh-agent");
	}
	if (status == ZTA_OK) {
		s->present = true;
		s->ssh = (zta_ssh_signer){ .pair = s->pair };
	}
	return status;
}

static zta_status
open_file(zta_signer *s, const char *path, const char *socket, zta_error *err)
{
	zta_arena arena;
	zta_str text;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, KEY_FILE_MAX, &text, err);
	if (status == ZTA_OK) {
		status = zta_str__starts(text, ZTA_STR("ssh-")) ?
		    open_public(s, text, socket, err) :
		    open_private(s, text, err);
		explicit_bzero((void *)(uintptr_t)text.ptr, text.len);
	}
	zta_arena__release(&arena);
	zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	return status;
}

zta_status
zta_signer__open(
    zta_signer *s, const char *path, const char *socket, zta_error *err)
{
	zta_status status;

	*s = (zta_signer){ 0 };
	if (path != NULL) {
		return open_file(s, path, socket, err);
	}
	if (socket == NULL) {
		return ZTA_OK;
	}
	/* An agent that is gone is no reason not to commit. */
	status = find_in_agent(s, socket, NULL, err);
	return status == ZTA_ENOMEM ? status : ZTA_OK;
}

void
zta_signer__close(zta_signer *s)
{
	zta_key_close(s->pair);
	if (s->connected) {
		zta_ssh_agent__close(&s->agent);
	}
	*s = (zta_signer){ 0 };
}
