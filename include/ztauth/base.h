/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/base.h - the few types that every part of libztauth shares.
 *
 * A status says whether a call did its work. It is never a decision: decisions
 * have their own type, whose zero value is deny (see ztauth/pdp.h).
 *
 * What this does not do: nothing here allocates, prints or keeps state. There
 * are no globals and no thread-local errors in the library; each call that can
 * fail takes an optional `zta_error *` as its last argument.
 */
#ifndef ZTAUTH_BASE_H
#define ZTAUTH_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZTA_VERSION "0.1.0"

#if defined(__GNUC__)
#define ZTA_MUST_USE __attribute__((warn_unused_result))
#define ZTA_PUBLIC __attribute__((visibility("default")))
#else
#define ZTA_MUST_USE
#define ZTA_PUBLIC
#endif

/* -1.. general; -10.. input; -20.. trust. */
typedef enum zta_status {
	ZTA_OK = 0,
	ZTA_ENOMEM = -1,    /* an allocation failed */
	ZTA_ELIMIT = -2,    /* a named limit (size, depth, count) was passed */
	ZTA_EINVAL = -3,    /* the caller broke the contract of the call */
	ZTA_EIO = -4,       /* the operating system refused; see message */
	ZTA_ENOTFOUND = -5, /* what was asked for does not exist */
	ZTA_EEXIST = -6,    /* what was to be made exists already */
	ZTA_EUNAVAILABLE = -7, /* cannot be done now; the same may pass later */
	ZTA_ECONFLICT = -8,    /* it is not what the caller took it to be */
	ZTA_ESYNTAX = -10,     /* text does not follow its grammar */
	ZTA_EINVALID = -11,  /* well-formed, but breaks a rule of its format */
	ZTA_EEVAL = -12,     /* an expression could not be evaluated */
	ZTA_EUNTRUSTED = -20 /* a proof was refused */
} zta_status;

/* Longest message of a zta_error, its final NUL included. */
#define ZTA_MSG_MAX 256
/* Longest place of a zta_error (file, header or JSON pointer), with NUL. */
#define ZTA_PLACE_MAX 160

/*
 * What went wrong and where. Filled by a call that fails; untouched by one
 * that succeeds. Messages are lower case, without a full stop, and never hold
 * a secret.
 */
typedef struct zta_error {
	zta_status status;
	uint32_t line;   /* 1-based; 0 when not about a text */
	uint32_t column; /* 1-based, in bytes; 0 when not about a text */
	char place[ZTA_PLACE_MAX]; /* file, header or JSON pointer, or empty */
	char message[ZTA_MSG_MAX];
} zta_error;

/* A slice of bytes that somebody else owns. Not NUL-terminated. */
typedef struct zta_str {
	const char *ptr;
	size_t len;
} zta_str;

/* The slice of a string literal; of a NUL-terminated string. */
#define ZTA_STR(literal) ((zta_str){ (literal), sizeof(literal) - 1 })
ZTA_PUBLIC zta_str zta_str_of(const char *text);

/* Free a text that a call gave as memory of its own. */
ZTA_PUBLIC void zta_str_free(zta_str text);

/* The name of a status, such as "ZTA_ESYNTAX". Static storage. */
ZTA_PUBLIC const char *zta_status_name(zta_status status);

/* The version of the library that is running, such as "0.1.0". */
ZTA_PUBLIC const char *zta_version(void);

#ifdef __cplusplus
}
#endif
#endif
