/* SPDX-License-Identifier: Apache-2.0 */
/*
 * principal.h - what is left of a credential once it is verified, and the only
 * thing that later stages see. SPEC: ztauth 3
 */
#ifndef ZTA_IDENTITY_PRINCIPAL_H
#define ZTA_IDENTITY_PRINCIPAL_H

#include "base/json.h"
#include "crypto/digest.h"

typedef enum zta_principal_kind {
	ZTA_PRINCIPAL_HUMAN,
	ZTA_PRINCIPAL_WORKLOAD
} zta_principal_kind;

/* How the caller showed that the credential is theirs. */
typedef enum zta_proof {
	ZTA_PROOF_BEARER, /* they had it */
	ZTA_PROOF_MTLS,
	ZTA_PROOF_DPOP,
	ZTA_PROOF_WPT
} zta_proof;

/* A Cedar entity. */
typedef struct zta_entity_name {
	zta_str type, id;
} zta_entity_name;

typedef struct zta_principal_attribute {
	zta_str name;
	const zta_json *value; /* of `claims` */
} zta_principal_attribute;

typedef struct zta_principal {
	zta_str type, id; /* of the Cedar entity */
	zta_principal_kind kind;
	zta_str source;       /* name of the source that claimed it */
	zta_str issuer;       /* empty for a JWT-SVID */
	zta_str trust_domain; /* of a workload; empty: none */
	unsigned char digest[ZTA_SHA256_LEN]; /* of the credential's bytes */
	int64_t issued_at;                    /* ms; 0: not said */
	int64_t expires_at;                   /* ms */
	const zta_str *scopes;
	uint32_t scope_count;
	const zta_entity_name *parents; /* groups and roles */
	uint32_t parent_count;
	const zta_principal_attribute *attributes;
	uint32_t attribute_count;
	zta_json_doc claims; /* the payload */
	zta_proof proof;
	/* Good once: it is remembered by this, until then (ms). See used.h. */
	bool once;
	unsigned char once_id[ZTA_SHA256_LEN];
	int64_t once_until;
} zta_principal;

/* "human", "workload"; "bearer", "mtls" ... Static. */
const char *zta_principal__kind_name(zta_principal_kind kind);
const char *zta_proof__name(zta_proof proof);

#endif
