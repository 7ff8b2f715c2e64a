/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - a whole log against its tree and its checkpoints: see
 * ztauth/log.h.
 */
#include "ztauth/log.h"

#include <stdlib.h>

#include "base/error.h"
#include "log/log_policy.h"
#include "log/segment.h"
#include "log/verify_part.h"

/* What is wrong with the tree comes first, then what is with the records. */
typedef struct verifier {
	zta_verify_tree tree;
	zta_verify_records records;
} verifier;

/* The checkpoint of the log, as the policy wants it. */
static zta_status
open_newest(zta_verify_tree *v, const zta_log_policy *policy,
    zta_log_verified *out, zta_error *err)
{
	zta_arena arena;
	zta_str note;
	uint32_t count = 0;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_checkpoint__read_file(&arena, v->dir, &note, err);
	if (status == ZTA_OK) {
		status =
		    zta_log_policy__open(policy, note, &v->heads[0], NULL, err);
		if (status == ZTA_OK) {
			status =
			    zta_log_policy__quorum(policy, note, &count, err);
		}
		zta_error__place(
		    status == ZTA_OK ? NULL : err, "%s/checkpoint", v->dir);
	}
	zta_arena__release(&arena);
	out->covered = v->heads[0].size;
	out->cosigned = count;
	v->head_count = status == ZTA_OK;
	return status;
}

static zta_status
open_older(zta_verify_tree *v, const zta_log_policy *policy, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	const zta_policy_log *log;
	zta_str text;
	zta_status status =
	    zta_log_policy__find(policy, older, &log, &text, err);

	if (status == ZTA_OK) {
		status = zta_checkpoint__read(
		    text, zta_str_of(log->key.name), &v->heads[1], err);
	}
	if (status == ZTA_OK) {
		v->head_count = 2;
		out->older = v->heads[1].size;
	} else {
		zta_error__place(err, "the older checkpoint");
	}
	return status == ZTA_ENOTFOUND ? ZTA_EUNTRUSTED : status;
}

static zta_status
open_heads(zta_verify_tree *v, const zta_log_policy *policy, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	zta_status status = open_newest(v, policy, out, err);

	return status == ZTA_OK && older.len > 0 ?
	    open_older(v, policy, older, out, err) :
	    status;
}

static zta_status
list_segments(const char *dir, uint64_t **firsts, size_t *count, zta_error *err)
{
	zta_status status = zta_segment__list(dir, firsts, count, err);

	if (status == ZTA_OK && *count == 0) {
		status =
		    zta_error__set(err, ZTA_EINVALID, "the log has no segment");
		zta_error__place(err, "%s", dir);
	}
	return status;
}

/* Without a policy checkpoints are not looked at. */
static zta_status
verify(const char *dir, const zta_log_policy *policy, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	verifier *v = calloc(1, sizeof(*v));
	uint64_t *firsts = NULL;
	size_t count = 0;
	zta_status status;

	if (v == NULL) {
		return zta_error__nomem(err);
	}
	zta_verify_records__open(&v->records, dir, out);
	status = zta_verify_tree__open(&v->tree, dir, err);
	/* Checkpoints first: what they are of is there then. */
	if (status == ZTA_OK && policy != NULL) {
		status = open_heads(&v->tree, policy, older, out, err);
	}
	if (status == ZTA_OK) {
		status = list_segments(dir, &firsts, &count, err);
	}
	if (status == ZTA_OK) {
		out->minimum = firsts[0];
		zta_verify_tree__begin(&v->tree, firsts[0]);
		status = zta_verify__segments(
		    &v->tree, &v->records, firsts, count, out, err);
	}
	if (status == ZTA_OK) {
		status = zta_verify_tree__judge(&v->tree, err);
	}
	if (status == ZTA_OK) {
		status = zta_verify_records__judge(&v->records, err);
	}
	free(firsts);
	zta_verify_records__close(&v->records);
	zta_verify_tree__close(&v->tree);
	free(v);
	return status;
}

zta_status
zta_log_verify(const char *dir, zta_str verifier_key, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	zta_policy_log log = { .url = "" };
	const zta_log_policy policy = zta_log_policy__of(&log);
	zta_status status;

	*out = (zta_log_verified){ 0 };
	if (verifier_key.len == 0) {
		return verify(dir, NULL, older, out, err);
	}
	status = zta_note_key__read(&log.key, verifier_key, err);
	return status != ZTA_OK ? status :
				  verify(dir, &policy, older, out, err);
}

zta_status
zta_log_verify_by(const char *dir, zta_str policy, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	zta_log_policy read;
	zta_arena arena;
	zta_status status;

	*out = (zta_log_verified){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_log_policy__read(&arena, policy, &read, err);
	if (status == ZTA_OK) {
		status = verify(dir, &read, older, out, err);
	}
	zta_arena__release(&arena);
	return status;
}
