/* SPDX-License-Identifier: Apache-2.0 */
/* decide.c - questions, with a seal or without. SPEC: ztauth 5, 8; authzen 1.0 */
#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "pep/pep_part.h"

/* --- checks */

zta_status
zta_pep__check_object(
    zta_arena *arena, zta_str text, const char *name, zta_error *err)
{
	zta_json_doc doc;

	if (text.len == 0 ||
	    (zta_json__read(arena, text, &doc, NULL) == ZTA_OK &&
		doc.root->type == ZTA_JSON_OBJECT)) {
		return ZTA_OK;
	}
	return zta_error__set(err, ZTA_EINVAL, "`%s` is no JSON object", name);
}

static zta_status
check_texts(
    zta_pep_link *link, const zta_pep_question *question, zta_error *err)
{
	const struct {
		zta_str text;
		const char *name;
	} objects[] = {
		{ question->subject.properties, "subject.properties" },
		{ question->properties, "properties" },
		{ question->resource.properties, "resource.properties" },
		{ question->context, "context" },
	};
	zta_status status = ZTA_OK;
	size_t i;

	if (question->action.len == 0 || question->resource.type.len == 0 ||
	    question->resource.id.len == 0) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a question has an action, and a resource with its type");
	}
	for (i = 0;
	     status == ZTA_OK && i < sizeof(objects) / sizeof(objects[0]);
	     i++) {
		status = zta_pep__check_object(
		    &link->arena, objects[i].text, objects[i].name, err);
	}
	return status;
}

static zta_status
hash_message(
    const zta_pep_message *message, char out[ZTA_PEP_HASH_LEN], zta_error *err)
{
	zta_status status = zta_pep__check_message(message, err);

	if (status == ZTA_OK && message->batch != NULL) {
		return zta_pep__batch_root(message->batch, out, err);
	}
	if (status == ZTA_OK) {
		zta_pep__hash(message->payload, out);
	}
	return status;
}

/* --- whom a token is for */

/* The text between the points of a token. */
static bool
find_payload(zta_str token, zta_str *out)
{
	zta_str header, signature;

	return zta_str__next(&token, '.', &header) &&
	    zta_str__next(&token, '.', out) &&
	    zta_str__next(&token, '.', &signature) &&
	    !zta_str__next(&token, '.', &header);
}

static bool
take_text(const zta_json *object, const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(object, name);

	if (node == NULL || node->type != ZTA_JSON_STRING) {
		return false;
	}
	*out = zta_json__str(node);
	return true;
}

/* Its bytes go to `received`, which is not in use yet. */
static bool
read_subject(zta_pep_link *link, zta_pep_entity *out)
{
	const zta_json *node;
	zta_str digits;
	zta_json_doc doc;
	char *bytes;
	size_t len;

	if (!find_payload(zta_buf__str(&link->token), &digits)) {
		return false;
	}
	bytes = zta_buf__extend(&link->received, ZTA_B64_BYTES(digits.len));
	if (bytes == NULL || !zta_b64__decode(digits, bytes, &len) ||
	    zta_json__read(&link->arena, (zta_str){ bytes, len }, &doc, NULL) !=
		ZTA_OK ||
	    doc.root->type != ZTA_JSON_OBJECT) {
		return false;
	}
	node = zta_json__get(doc.root, "ztauth");
	if (node == NULL || node->type != ZTA_JSON_OBJECT) {
		return false;
	}
	node = zta_json__get(node, "subject");
	return node != NULL && node->type == ZTA_JSON_OBJECT &&
	    take_text(node, "type", &out->type) &&
	    take_text(node, "id", &out->id);
}

/* --- the body */

static void
put_object(zta_json_out *out, const char *name, zta_str json)
{
	if (json.len > 0) {
		zta_json_out__name(out, name);
		zta_json_out__raw(out, json);
	}
}

static void
put_entity(zta_json_out *out, const char *name, const zta_pep_entity *entity)
{
	zta_json_out__name(out, name);
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "type", entity->type);
	zta_json_out__member(out, "id", entity->id);
	put_object(out, "properties", entity->properties);
	zta_json_out__close(out, '}');
}

/* `hash` is that of the payload, or the root of many. */
static void
put_message(zta_json_out *out, const zta_pep_message *message, const char *hash)
{
	zta_json_out__name(out, "seal");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "channel", message->channel);
	zta_json_out__member(
	    out, "payload_sha256", (zta_str){ hash, ZTA_PEP_HASH_LEN });
	if (message->batch != NULL) {
		zta_json_out__name(out, "payloads");
		zta_json_out__int(
		    out, (int64_t)zta_pep__batch_count(message->batch));
	}
	if (message->once) {
		zta_json_out__name(out, "once");
		zta_json_out__bool(out, true);
	}
	zta_json_out__close(out, '}');
}

static void
put_question(zta_pep_link *link, const zta_pep_question *question,
    const zta_pep_entity *subject, const zta_pep_message *message,
    const char *hash)
{
	zta_json_out out = { &link->sent, false };

	zta_json_out__open(&out, '{');
	put_entity(&out, "subject", subject);
	zta_json_out__name(&out, "action");
	zta_json_out__open(&out, '{');
	zta_json_out__member(&out, "name", question->action);
	put_object(&out, "properties", question->properties);
	zta_json_out__close(&out, '}');
	put_entity(&out, "resource", &question->resource);
	put_object(&out, "context", question->context);
	if (link->token.len > 0) {
		zta_json_out__name(&out, "authorization_model");
		zta_json_out__open(&out, '{');
		zta_json_out__member(
		    &out, "tx_token", zta_buf__str(&link->token));
		zta_json_out__close(&out, '}');
	}
	if (message != NULL) {
		put_message(&out, message, hash);
	}
	zta_json_out__close(&out, '}');
}

/* --- the call */

/* Write the question, and fetch what the call shows beside it. */
static zta_status
prepare(zta_pep *pep, zta_pep_link *link, const zta_pep_question *question,
    const zta_pep_message *message, zta_error *err)
{
	zta_pep_entity subject = question->subject;
	char hash[ZTA_PEP_HASH_LEN];
	zta_status status = check_texts(link, question, err);

	if (status == ZTA_OK && message != NULL) {
		status = hash_message(message, hash, err);
	}
	if (status == ZTA_OK && subject.type.len == 0 && subject.id.len == 0 &&
	    !read_subject(link, &subject)) {
		status = zta_error__set(err, ZTA_EINVAL,
		    "a question has a subject, or a token that says whose it is");
	}
	if (status != ZTA_OK) {
		return status;
	}
	put_question(link, question, &subject, message, hash);
	zta_buf__clear(&link->received);
	return link->token.len > 0 ? ZTA_OK :
				     zta_pep__fetch_credential(pep, link, err);
}

static zta_status
ask(zta_pep *pep, zta_pep_link *link, const char *path, zta_pep_decision *out,
    zta_pep_token *seal, zta_error *err)
{
	const zta_pep_request request = {
		.path = path, .type = "application/json", .show = true
	};
	unsigned code;
	zta_json_doc answer;
	zta_status status =
	    zta_pep__ask(pep, link, &request, &code, &answer, err);

	if (status != ZTA_OK) {
		return status;
	}
	return code == 200 ? zta_pep__read_decision(&answer, out, seal, err) :
			     zta_pep__read_error(&answer, code, NULL, err);
}

/* A decision that was not reached is none. */
static zta_status
decide(zta_pep *pep, const zta_pep_question *question, const char *path,
    const zta_pep_message *message, zta_pep_decision *out, zta_pep_token *seal,
    zta_error *err)
{
	zta_pep_decision decision = { 0 };
	zta_pep_link *link;
	zta_status status = zta_pep__take(pep, question->token, &link, err);

	*out = decision;
	if (seal != NULL) {
		*seal = (zta_pep_token){ 0 };
	}
	if (status != ZTA_OK) {
		return status;
	}
	status = prepare(pep, link, question, message, err);
	if (status == ZTA_OK) {
		status = ask(pep, link, path, &decision, seal, err);
	}
	status = zta_pep__end(pep, link, status, err);
	if (status == ZTA_OK) {
		*out = decision;
	} else if (seal != NULL) {
		*seal = (zta_pep_token){ 0 };
	}
	return status;
}

zta_status
zta_pep_decide(zta_pep *pep, const zta_pep_question *question,
    zta_pep_decision *out, zta_error *err)
{
	return decide(
	    pep, question, "/access/v1/evaluation", NULL, out, NULL, err);
}

zta_status
zta_pep_seal(zta_pep *pep, const zta_pep_question *question,
    const zta_pep_message *message, zta_pep_decision *decision,
    zta_pep_token *seal, zta_error *err)
{
	return decide(
	    pep, question, "/chain/seal", message, decision, seal, err);
}
