/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h - the rules of strict validation, with a name and words for each. */
#ifndef ZTA_CEDAR_RULES_H
#define ZTA_CEDAR_RULES_H

/* What can be wrong; each rule has a name for machines and a hint for people. */
typedef enum zta_rule {
	ZTA_RULE_UNKNOWN_ENTITY,
	ZTA_RULE_UNKNOWN_ACTION,
	ZTA_RULE_ENUM_CHOICE,
	ZTA_RULE_NO_ACTION,
	ZTA_RULE_TYPE,
	ZTA_RULE_INCOMPATIBLE,
	ZTA_RULE_UNKNOWN_ATTR,
	ZTA_RULE_OPTIONAL_ATTR,
	ZTA_RULE_NO_TAGS,
	ZTA_RULE_UNCHECKED_TAG,
	ZTA_RULE_EMPTY_SET,
	ZTA_RULE_ARITY,
	ZTA_RULE_EXT_LITERAL,
	ZTA_RULE_EXT_VALUE,
	ZTA_RULE_LEVEL,
	ZTA_RULE_LITERAL_READ,
	ZTA_RULE_IMPOSSIBLE, /* a warning */
	ZTA_RULE_COUNT
} zta_rule;

/* The name of a rule, what it says, what helps. Static. */
const char *zta_rule__name(zta_rule rule);
const char *zta_rule__message(zta_rule rule);
const char *zta_rule__hint(zta_rule rule);

#endif
