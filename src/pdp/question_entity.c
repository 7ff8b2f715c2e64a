/* SPDX-License-Identifier: Apache-2.0 */
/* question_entity.c - what one request knows of entities: question_part.h. */
#include "pdp/question_part.h"

#include "base/error.h"
#include "base/str.h"
#include "cedar/conform.h"

/* Attributes of the store win: a PEP cannot change what is governed. */
static const zta_record *
merge(zta_arena *arena, const zta_record *governed, const zta_record *told)
{
	uint32_t kept = governed == NULL ? 0 : governed->count, i, n = 0;
	zta_record *out = zta_record__alloc(arena, kept + told->count);

	if (out == NULL) {
		return NULL;
	}
	for (i = 0; i < kept; i++) {
		out->fields[n++] = governed->fields[i];
	}
	for (i = 0; i < told->count; i++) {
		if (governed == NULL ||
		    zta_record__get(governed, told->fields[i].key) == NULL) {
			out->fields[n++] = told->fields[i];
		}
	}
	out->count = n;
	return zta_record__seal(out) ? out : NULL;
}

/* What is known of `uid`, to be added to; NULL: no memory. */
static zta_eval_extra *
extra_of(zta_question_maker *m, uint32_t uid)
{
	const zta_entity *known =
	    zta_entities__get(&m->snapshot->cedar->entities, uid);
	zta_eval_extra *extra = m->extras;
	uint32_t i;

	for (i = 0; i < m->out->extra_count; i++, extra++) {
		if (extra->uid == uid) {
			return extra;
		}
	}
	*extra = (zta_eval_extra){ .uid = uid };
	if (known != NULL) {
		extra->entity = *known;
	} else {
		extra->entity.type = zta_names__type_of(m->reader.names, uid);
		extra->entity.attrs = zta_record__alloc(m->reader.arena, 0);
		if (extra->entity.attrs == NULL) {
			return NULL;
		}
	}
	m->out->extra_count++;
	return extra;
}

static zta_status
add_attrs(zta_question_maker *m, uint32_t uid, const zta_record *told)
{
	zta_eval_extra *extra = extra_of(m, uid);

	if (extra != NULL) {
		extra->entity.attrs =
		    merge(m->reader.arena, extra->entity.attrs, told);
	}
	return extra != NULL && extra->entity.attrs != NULL ?
	    ZTA_OK :
	    zta_arena__failed(m->reader.arena, m->err);
}

static const zta_entity_type *
declaration(const zta_question_maker *m, uint32_t uid)
{
	const zta_schema *schema = m->snapshot->cedar->schema;

	return schema == NULL ? NULL :
				zta_schema__entity(schema,
				    zta_names__type_of(m->reader.names, uid));
}

static zta_status
add_properties(zta_question_maker *m, uint32_t uid, const zta_json *node)
{
	const zta_entity_type *declared = declaration(m, uid);
	const zta_record *told;
	zta_status status;

	if (node == NULL || !m->snapshot->manifest.properties) {
		return ZTA_OK;
	}
	status = zta_value_json__record(
	    &m->reader, node, declared == NULL ? NULL : declared->shape, &told);
	return status != ZTA_OK ? status : add_attrs(m, uid, told);
}

/* --- what the token says of its subject */

static zta_status
refuse_claim(
    zta_question_maker *m, const char *what, zta_str name, const char *why)
{
	(void)zta_error__set(m->err, ZTA_EINVALID, "%s `%.*s` of the token %s",
	    what, ZTA_STR_ARG(name), why);
	zta_error__place(m->err, "/subject");
	return ZTA_EINVALID;
}

/* Each of the type that the schema gives it; some may be absent. */
static zta_status
read_attribute(zta_question_maker *m, zta_value_reader *reader,
    const zta_json *name, zta_field *out)
{
	const zta_entity_type *declared = declaration(m, m->out->principal);
	const zta_attr *attr = NULL;
	zta_str text = zta_json__str(name);
	zta_status status =
	    zta_names__symbol(reader->names, text, &out->key, m->err);

	if (status == ZTA_OK && declared != NULL) {
		attr = zta_type__attr(declared->shape, out->key);
		if (attr == NULL) {
			return refuse_claim(m, "attribute", text,
			    "is none that the schema has");
		}
	}
	if (status == ZTA_OK) {
		status = zta_value_json__read(reader, zta_json__after(name),
		    attr == NULL ? NULL : attr->type, &out->value);
	}
	return status == ZTA_EINVALID ?
	    refuse_claim(m, "attribute", text, "has the wrong type") :
	    status;
}

static zta_status
add_attributes(zta_question_maker *m, const zta_json_doc *doc)
{
	zta_value_reader reader = m->reader;
	const zta_json *name = zta_json__first(doc->root);
	zta_record *record =
	    zta_record__alloc(m->reader.arena, doc->root->count);
	zta_status status = ZTA_OK;
	uint32_t i;

	if (record == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	reader.doc = doc;
	for (i = 0; status == ZTA_OK && i < doc->root->count; i++) {
		status = read_attribute(m, &reader, name, &record->fields[i]);
		name = zta_json__after(zta_json__after(name));
	}
	record->count = doc->root->count;
	if (status == ZTA_OK && !zta_record__seal(record)) {
		return refuse_claim(
		    m, "attributes", ZTA_STR("subject"), "stand twice");
	}
	return status != ZTA_OK ? status :
				  add_attrs(m, m->out->principal, record);
}

/* May an entity of this type be an ancestor of the subject? */
static bool
may_be_parent(const zta_question_maker *m, uint32_t parent)
{
	const zta_entity_type *declared = declaration(m, m->out->principal);

	return m->snapshot->cedar->schema == NULL ||
	    (declared != NULL &&
		zta_uids__has(declared->ancestors, declared->ancestor_count,
		    zta_names__type_of(m->reader.names, parent)));
}

/* The parents and theirs, as the store has them, beside those it has already. */
static zta_status
add_parents(zta_question_maker *m, const zta_subject *subject)
{
	const zta_entities *store = &m->snapshot->cedar->entities;
	const zta_json *at = m->request->subject;
	zta_eval_extra *extra = extra_of(m, m->out->principal);
	const zta_entity *known;
	const zta_entity_name *parent;
	uint32_t *list = NULL, count, i, uid;
	zta_status status;

	if (extra == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	count = extra->entity.ancestor_count;
	list = zta_arena__alloc(
	    m->reader.arena, ((size_t)count + 1) * sizeof(*list));
	if (list != NULL && count > 0) {
		memcpy(list, extra->entity.ancestors, count * sizeof(*list));
	}
	for (i = 0; list != NULL && i < subject->parent_count; i++) {
		parent = &subject->parents[i];
		status = zta_value_json__uid_of(
		    &m->reader, at, parent->type, parent->id, &uid);
		if (status != ZTA_OK) {
			return status;
		}
		if (!may_be_parent(m, uid)) {
			return refuse_claim(m, "parent", parent->type,
			    "is of a type that the schema does not allow");
		}
		known = zta_entities__get(store, uid);
		list = zta_arena__grow(m->reader.arena, list, count,
		    count + 1 + (known == NULL ? 0 : known->ancestor_count),
		    sizeof(*list));
		if (list == NULL) {
			break;
		}
		list[count++] = uid;
		if (known != NULL && known->ancestor_count > 0) {
			memcpy(list + count, known->ancestors,
			    known->ancestor_count * sizeof(*list));
			count += known->ancestor_count;
		}
	}
	if (list == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	extra->entity.ancestors = list;
	extra->entity.ancestor_count = zta_uids__seal(list, count);
	return ZTA_OK;
}

static zta_status
know_subject(zta_question_maker *m)
{
	const zta_txn *txn = m->flow->txn;
	zta_status status = ZTA_OK;

	if (txn != NULL && txn->subject.parent_count > 0) {
		status = add_parents(m, &txn->subject);
	}
	if (status == ZTA_OK && txn != NULL &&
	    txn->subject.attributes.root != NULL) {
		status = add_attributes(m, &txn->subject.attributes);
	}
	return status != ZTA_OK ? status :
				  add_properties(m, m->out->principal,
				      m->request->subject_properties);
}

zta_status
zta_question__know_ends(zta_question_maker *m)
{
	zta_status status =
	    m->out->principal == ZTA_NAME_NONE ? ZTA_OK : know_subject(m);

	return status != ZTA_OK || m->out->resource == ZTA_NAME_NONE ?
	    status :
	    add_properties(
		m, m->out->resource, m->request->resource_properties);
}
