/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init.c - see init.h. The admin ledger comes last: a store that has one is
 * complete, and what was begun without it can be begun again.
 */
#include "daemon/init.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/admin.h"
#include "daemon/say.h"
#include "ledger/tree_build.h"
#include "pap/receive.h"
#include "pap/signer.h"

typedef struct maker {
	const zta_init *init;
	zta_store *store;
	zta_signer signer;
	char fingerprint[ZTA_KEY_FINGERPRINT_MAX];
	zta_arena arena;
	zta_error *err;
} maker;

/* --- the first commit of a ledger */

/* Objects that are made, before anything is kept. */
typedef struct pile {
	zta_arena *arena;
	zta_store_object *list;
	uint32_t count, room;
} pile;

static zta_status
add(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	pile *p = to;
	zta_store_object *list = p->list;
	zta_str copy = zta_arena__copy(p->arena, body);

	if (copy.ptr != NULL && p->count == p->room) {
		list = zta_arena__grow(p->arena, list, p->count,
		    p->room = 2 * p->room + 16, sizeof(*list));
	}
	if (copy.ptr == NULL || list == NULL) {
		return zta_arena__failed(p->arena, err);
	}
	p->list = list;
	p->list[p->count++] = (zta_store_object){ *oid, kind, copy };
	return ZTA_OK;
}

/* Blobs and trees. */
static zta_status
pile_tree(maker *m, const zta_tree *tree, pile *p, zta_oid *root)
{
	const zta_object_sink sink = { add, p };
	zta_tree_leaf *leaves = zta_arena__zalloc(
	    &m->arena, (size_t)tree->count + 1, sizeof(*leaves));
	uint32_t i;
	zta_status status = ZTA_OK;

	if (leaves == NULL) {
		return zta_arena__failed(&m->arena, m->err);
	}
	for (i = 0; status == ZTA_OK && i < tree->count; i++) {
		leaves[i].path = tree->files[i].path;
		status = zta_oid__of(ZTA_OBJECT_BLOB, tree->files[i].text,
		    &leaves[i].blob, m->err);
		if (status == ZTA_OK) {
			status = add(p, &leaves[i].blob, ZTA_OBJECT_BLOB,
			    tree->files[i].text, m->err);
		}
	}
	return status != ZTA_OK ?
	    status :
	    zta_tree_build__run(&m->arena, leaves, tree->count, NULL, NULL,
		&sink, root, m->err);
}

static zta_status
pile_commit(
    maker *m, const zta_oid *tree, const char *message, pile *p, zta_oid *out)
{
	zta_commit_person person = { ZTA_STR("administrator"),
		ZTA_STR("administrator@localhost"), zta_time__now_ms() / 1000 };
	zta_commit commit = { .tree = *tree,
		.author = person,
		.committer = person,
		.signature = ZTA_STR(""),
		.message = zta_str_of(message) };
	zta_buf body;
	zta_status status =
	    zta_commit__sign(&m->arena, &commit, &m->signer.ssh, m->err);

	zta_buf__init(&body, SIZE_MAX);
	if (status == ZTA_OK) {
		status = zta_commit__encode(&commit, &body, m->err);
	}
	if (status == ZTA_OK) {
		status = zta_oid__of(
		    ZTA_OBJECT_COMMIT, zta_buf__str(&body), out, m->err);
	}
	if (status == ZTA_OK) {
		status =
		    add(p, out, ZTA_OBJECT_COMMIT, zta_buf__str(&body), m->err);
	}
	zta_buf__release(&body);
	return status;
}

/* Nothing is governed yet: whoever makes the store signs. */
static zta_status
may_sign(void *context, const zta_ssh_key *key, zta_error *err)
{
	(void)context;
	(void)key;
	(void)err;
	return ZTA_OK;
}

static zta_status
tell_findings(const zta_check *check, zta_error *err)
{
	const zta_ledger_finding *f;
	uint32_t i;

	for (i = 0; i < check->findings.count; i++) {
		f = &check->findings.list[i];
		zta_daemon__say("%.*s:%" PRIu32 ":%" PRIu32 ": %s [%s]",
		    ZTA_STR_ARG(f->file), f->line, f->column, f->message,
		    f->rule);
	}
	return check->findings.errors == 0 ?
	    ZTA_OK :
	    zta_error__set(
		err, ZTA_EINVALID, "that is not a version of a ledger");
}

/* Let `main` of the ledger name a first commit with these files. */
static zta_status
commit_first(maker *m, zta_str name, const zta_tree *tree, const char *message)
{
	const zta_ledger ledger = { m->store, name };
	pile p = { .arena = &m->arena };
	zta_transfer transfer;
	zta_received in = { .ledger = &ledger,
		.ref = ZTA_LEDGER_MAIN,
		.transfer = &transfer,
		.at = zta_time__now_ms(),
		.may_sign = may_sign };
	zta_oid root, culprit;
	zta_check check;
	zta_status status = pile_tree(m, tree, &p, &root);

	if (status == ZTA_OK) {
		status = pile_commit(m, &root, message, &p, &in.to);
	}
	if (status != ZTA_OK) {
		return status;
	}
	transfer = (zta_transfer){ p.list, p.count };
	status = zta_receive__run(&in, &check, &culprit, m->err);
	if (status == ZTA_OK) {
		status = tell_findings(&check, m->err);
	}
	zta_check__release(&check);
	return status;
}

/* --- the parts */

static zta_str
full_name(maker *m, const char *name)
{
	size_t len = strlen(m->init->zone) + 1 + strlen(name);
	char *text = zta_arena__alloc(&m->arena, len + 1);

	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	(void)stpcpy(stpcpy(stpcpy(text, m->init->zone), "/"), name);
	return (zta_str){ text, len };
}

/* From the file, or from the agent, which does not give it away. */
static zta_status
open_key(maker *m)
{
	zta_ssh_key key;
	zta_status status =
	    zta_signer__open(&m->signer, m->init->key, m->init->agent, m->err);

	if (status == ZTA_OK && !m->signer.present) {
		status = zta_error__set(m->err, ZTA_ENOTFOUND,
		    "there is no key: --key names one, or ssh-agent holds an "
		    "Ed25519 key");
	}
	if (status != ZTA_OK) {
		return status;
	}
	key = m->signer.ssh.key;
	if (m->signer.pair != NULL) {
		status = zta_ssh_key__of(m->signer.pair, &key, m->err);
	}
	if (status == ZTA_OK) {
		zta_ssh_key__fingerprint(&key, m->fingerprint);
	}
	return status;
}

static zta_status
open_store(maker *m)
{
	char path[4096];

	if (m->init->data == NULL) {
		return zta_store__open(&m->store, m->init->store, m->err);
	}
	if (mkdir(m->init->data, 0700) != 0 && errno != EEXIST) {
		(void)zta_error__errno(m->err, "make the directory");
		zta_error__place(m->err, "%s", m->init->data);
		return ZTA_EIO;
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/ztauth.db",
		m->init->data) >= sizeof(path)) {
		return zta_error__set(
		    m->err, ZTA_EINVAL, "the path is too long");
	}
	return zta_store__open(&m->store, path, m->err);
}

static zta_status
make_main(maker *m)
{
	zta_str name = full_name(m, "main");
	zta_tree tree;
	zta_status status;

	if (name.ptr == NULL) {
		return zta_arena__failed(&m->arena, m->err);
	}
	status = zta_store__ledger_create(m->store, name, m->err);
	if (status == ZTA_EEXIST) {
		status = ZTA_OK;
	}
	if (status != ZTA_OK || m->init->ledger == NULL) {
		return status;
	}
	status = zta_tree__read_dir(&m->arena, m->init->ledger, &tree, m->err);
	return status != ZTA_OK ?
	    status :
	    commit_first(m, name, &tree, "Begin the ledger\n");
}

static zta_status
make_admin(maker *m)
{
	zta_str name = full_name(m, "admin");
	zta_tree tree;
	zta_status status;

	if (name.ptr == NULL) {
		return zta_arena__failed(&m->arena, m->err);
	}
	status = zta_store__ledger_create(m->store, name, m->err);
	if (status == ZTA_EEXIST) {
		status = ZTA_OK; /* without a commit it was not finished */
	}
	if (status == ZTA_OK) {
		status = zta_admin__files(
		    &m->arena, m->init->zone, m->fingerprint, &tree, m->err);
	}
	if (status == ZTA_OK) {
		status = commit_first(m, name, &tree, "Begin the zone\n");
	}
	return status != ZTA_ECONFLICT ?
	    status :
	    zta_error__set(
		m->err, status, "there is a zone %s already", m->init->zone);
}

/* Once there is an administrator, it is theirs to change. */
static zta_status
refuse_second(maker *m)
{
	const zta_ledger ledger = { m->store, full_name(m, "admin") };
	zta_oid commit;
	zta_status status;

	if (ledger.name.ptr == NULL) {
		return zta_arena__failed(&m->arena, m->err);
	}
	status = zta_ledger__ref(&ledger, ZTA_LEDGER_MAIN, &commit, m->err);
	return status == ZTA_ENOTFOUND ? ZTA_OK :
	    status != ZTA_OK           ? status :
					 zta_error__set(m->err, ZTA_EEXIST,
					     "there is a zone %s already", m->init->zone);
}

static void
print_next(const maker *m)
{
	const zta_init *i = m->init;
	char *full = i->data == NULL ? NULL : realpath(i->data, NULL);
	const char *data = full == NULL ? "." : full;

	printf("# ztauth.conf, see ztauth.conf(5). Next:\n"
	       "#   ztauth key gen --out %s/zone.pem\n"
	       "#   ztauth key gen --alg EdDSA --out %s/log.pem\n"
	       "#   ztauth serve --config ztauth.conf\n"
	       "# The administrator is %s\n"
	       "zone         %s\n"
	       "trust_domain %s\n"
	       "%s %s\n"
	       "log_dir      %s/log\n"
	       "signing_key  %s/zone.pem\n"
	       "log_key      %s/log.pem\n"
	       "listen       127.0.0.1:8420\n",
	    data, data, m->fingerprint, i->zone, i->domain,
	    i->data == NULL ? "store       " : "data_dir    ",
	    i->data == NULL ? i->store : data, data, data, data);
	free(full);
}

static zta_status
make(maker *m)
{
	zta_status status = ZTA_OK;

	if (strlen(m->init->zone) != 12 || m->init->zone[0] == '0' ||
	    strspn(m->init->zone, "0123456789") != 12) {
		return zta_error__set(
		    m->err, ZTA_EINVAL, "a zone is a number of 12 digits");
	}
	status = open_key(m);
	if (status == ZTA_OK) {
		status = open_store(m);
	}
	if (status == ZTA_OK) {
		status = refuse_second(m);
	}
	if (status == ZTA_OK) {
		status = make_main(m);
	}
	return status != ZTA_OK ? status : make_admin(m);
}

int
zta_daemon__init(const zta_init *init)
{
	zta_error err = { 0 };
	maker m = { .init = init, .err = &err };
	zta_status status;

	zta_arena__init(&m.arena, SIZE_MAX);
	status = make(&m);
	if (status == ZTA_OK) {
		print_next(&m);
	}
	zta_store__close(m.store);
	zta_signer__close(&m.signer);
	zta_arena__release(&m.arena);
	return status == ZTA_OK ? 0 : zta_daemon__complain("init", &err);
}
