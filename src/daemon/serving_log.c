/* SPDX-License-Identifier: Apache-2.0 */
/* serving_log.c - what a server opens to write in: its log above all. */
#include "daemon/serving.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "daemon/say.h"

/* In the folder of the log, which no other server has. */
static zta_status
open_spent(zta_serving *s, zta_error *err)
{
	static const char name[] = "/used";
	char *path = zta_arena__alloc(
	    &s->arena, strlen(s->config.log_dir) + sizeof(name));

	if (path == NULL) {
		return zta_arena__failed(&s->arena, err);
	}
	(void)stpcpy(stpcpy(path, s->config.log_dir), name);
	return zta_spent__open(
	    &s->service.spent, path, zta_time__now_ms(), err);
}

/* Who signs checkpoints, and what was signed last. */
static zta_status
look_at_checkpoint(zta_serving *s, zta_log_head *head,
    const zta_log_head **known, zta_error *err)
{
	zta_status status = ZTA_ENOTFOUND;

	*known = NULL;
	if (s->keeper.log_key[0] != '\0') {
		status = zta_note_key__read(
		    &s->log_key, zta_str_of(s->keeper.log_key), err);
	}
	if (status == ZTA_OK) {
		status = zta_checkpoint__load(
		    s->config.log_dir, &s->log_key, head, NULL, err);
	}
	if (status == ZTA_OK) {
		*known = head;
	}
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

zta_status
zta_serving__record_key(zta_serving *s, zta_error *err)
{
	const zta_zone_key_set *set = zta_zone_keys__now(&s->service.keys);

	return zta_chronicle__key(&s->chronicle, set->keys.keys[0].kid, err);
}

/* What the log says first of this server. */
static zta_status
begin_chronicle(zta_serving *s, bool empty, zta_error *err)
{
	zta_chronicle *c = &s->chronicle;
	zta_snapshot *snapshot = s->service.snapshot;
	zta_status status = ZTA_OK;

	c->lane = zta_log__lane(s->service.log, s->config.workers + 1);
	c->zone = s->config.zone;
	c->ledger = s->config.ledger;
	if (empty) {
		status =
		    zta_chronicle__begin(c, s->origin, s->keeper.log_key, err);
	}
	if (status == ZTA_OK) {
		status = zta_serving__record_key(s, err);
	}
	if (status == ZTA_OK && snapshot != NULL) {
		status = zta_chronicle__in_force(c, snapshot, err);
	}
	zta_serving__look(s);
	return status;
}

/* Before anything is written: has nobody seen another log of ours? */
static zta_status
open_witnesses(zta_serving *s, zta_error *err)
{
	zta_witnesses_options options = { .policy = s->config.log_policy,
		.ca_file = s->config.fetch_ca_file,
		.dir = s->config.log_dir,
		.log = &s->log_key };
	zta_log_head head;
	zta_status status;

	if (options.policy == NULL) {
		return ZTA_OK;
	}
	status = zta_log_tree__head(zta_log__tree(s->service.log), &head, err);
	options.size = head.size;
	return status != ZTA_OK ?
	    status :
	    zta_witnesses__open(&s->witnesses, &options, err);
}

static zta_status
open_publisher(zta_serving *s, zta_error *err)
{
	const zta_publisher_options options = { .dir = s->config.log_dir,
		.key = &s->log_key,
		.log = s->service.log,
		.last = zta_keeper__last_log,
		.sign = zta_keeper__sign_log,
		.context = s->keeper.publisher,
		.cosign = s->witnesses == NULL ? NULL : zta_witnesses__cosign,
		.cosign_context = s->witnesses,
		.quorum_required = s->config.quorum_required,
		.say = zta_daemon__say };

	if (s->keeper.log_key[0] == '\0') {
		return ZTA_OK;
	}
	zta_daemon__say("log key: %s", s->keeper.log_key);
	return zta_publisher__open(&s->publisher, &options, err);
}

zta_status
zta_serving__open_log(zta_serving *s, zta_error *err)
{
	zta_log_head known;
	/* Those of ledgers and of the server are not refused for exports: what
	 * would mend them goes in force. */
	zta_log_options options = { .lanes = s->config.workers + 2,
		.lag_max = s->config.export_lag_max,
		.free_lanes = 2 };
	zta_log_found found;
	zta_status status = look_at_checkpoint(s, &known, &options.known, err);

	if (status == ZTA_OK) {
		status = zta_log__open(
		    &s->service.log, s->config.log_dir, &options, &found, err);
	}

	if (status == ZTA_OK && found.torn > 0) {
		zta_daemon__say("log: cut off %" PRIu64
				" bytes of an unfinished write",
		    found.torn);
	}
	if (status == ZTA_OK) {
		zta_daemon__say("log: %" PRIu64 " records", found.next);
	}
	if (status == ZTA_OK) {
		status = open_witnesses(s, err);
	}
	if (status == ZTA_OK) {
		status = open_spent(s, err);
	}
	if (status == ZTA_OK && s->config.record_requests) {
		status = zta_journal__open(
		    &s->service.journal, s->config.log_dir, err);
	}
	if (status == ZTA_OK) {
		status = begin_chronicle(s, found.next == 0, err);
	}
	return status == ZTA_OK ? open_publisher(s, err) : status;
}

zta_status
zta_serving__open_witness(zta_serving *s, zta_error *err)
{
	const zta_witness_options options = { .logs = s->config.witness_logs,
		.dir = s->config.witness_dir,
		.sign = zta_keeper__cosign,
		.context = s->keeper.witness,
		.say = zta_daemon__say };

	if (s->keeper.witness_key[0] == '\0') {
		return ZTA_OK;
	}
	zta_daemon__say("witness key: %s", s->keeper.witness_key);
	return zta_witness__open(&s->workers.witness, &options, err);
}
