/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - see rules.h. */
#include "cedar/rules.h"

static const struct {
	const char *name, *message, *hint;
} rules[ZTA_RULE_COUNT] = {
	[ZTA_RULE_UNKNOWN_ENTITY] = { "unknown-entity-type",
	    "the schema declares no such entity type",
	    "declare it with `entity`, or give its namespace" },
	[ZTA_RULE_UNKNOWN_ACTION] = { "unknown-action",
	    "the schema declares no such action",
	    "declare it with `action`, or give its namespace" },
	[ZTA_RULE_ENUM_CHOICE] = { "not-a-choice",
	    "the enumerated entity type has no such id",
	    "use one of the ids in its declaration" },
	[ZTA_RULE_NO_ACTION] = { "no-applicable-action",
	    "no action applies to these types of principal and resource",
	    "compare the scope with `appliesTo` of the action" },
	[ZTA_RULE_TYPE] = { "unexpected-type",
	    "an operand of the wrong type stands here",
	    "look up the types in the schema" },
	[ZTA_RULE_INCOMPATIBLE] = { "incompatible-types",
	    "these types have nothing in common",
	    "compare, collect and choose between values of one type" },
	[ZTA_RULE_UNKNOWN_ATTR] = { "unknown-attribute",
	    "the schema declares no such attribute here",
	    "check its spelling, or guard with `is` for the type that has it" },
	[ZTA_RULE_OPTIONAL_ATTR] = { "optional-attribute",
	    "the attribute may be absent",
	    "guard it: `x has attribute && ...`" },
	[ZTA_RULE_NO_TAGS] = { "no-tags", "entities of this type have no tags",
	    "declare `tags` for the type" },
	[ZTA_RULE_UNCHECKED_TAG] = { "optional-tag", "the tag may be absent",
	    "guard it: `x.hasTag(key) && ...`" },
	[ZTA_RULE_EMPTY_SET] = { "empty-set",
	    "the type of an empty set is not known",
	    "use `isEmpty()` to compare with it" },
	[ZTA_RULE_ARITY] = { "wrong-arity",
	    "the function takes another number of arguments",
	    "see the reference of the function" },
	[ZTA_RULE_EXT_LITERAL] = { "not-a-literal",
	    "the argument must be a string literal",
	    "put such values into attributes or the context" },
	[ZTA_RULE_EXT_VALUE] = { "bad-literal",
	    "the string is no value of the extension type",
	    "correct the string" },
	[ZTA_RULE_LEVEL] = { "level", "this reads an entity beyond the level",
	    "put what it needs into a nearer entity or the context" },
	[ZTA_RULE_LITERAL_READ] = { "literal-read",
	    "this reads an entity that the request does not name",
	    "compare with the entity, or read one that the request names" },
	[ZTA_RULE_IMPOSSIBLE] = { "impossible-policy",
	    "the policy can never hold",
	    "compare its scope and conditions with the schema" },
};

const char *
zta_rule__name(zta_rule rule)
{
	return rules[rule].name;
}

const char *
zta_rule__message(zta_rule rule)
{
	return rules[rule].message;
}

const char *
zta_rule__hint(zta_rule rule)
{
	return rules[rule].hint;
}
