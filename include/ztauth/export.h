/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/export.h - copies of a decision log for whoever collects logs.
 *
 * A copy says less than the log: it is masked, and nothing vouches for it. Each
 * event has the index and the hash of its record, by which the log does
 * (docs/formats/export.md).
 */
#ifndef ZTAUTH_EXPORT_H
#define ZTAUTH_EXPORT_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is copied, and what is hidden of it. */
typedef struct zta_export_source {
	const char *dir; /* of the log */
	/* Entry to begin with; a negative number counts from the end. */
	int64_t from;
	zta_str masks; /* text of audit/masks.json; empty: nothing is masked */
	const char *masks_file; /* its name, for errors; or NULL */
	zta_str
	    mask_key; /* of hashes; empty: what would be hashed is removed */
} zta_export_source;

typedef enum zta_export_format {
	ZTA_EXPORT_OCSF, /* API Activity, OCSF 1.5.0 */
	ZTA_EXPORT_JSON  /* as zta_log_reader_next(), in an object of its own */
} zta_export_format;

typedef struct zta_export zta_export;

/*
 * Begin to copy. What `source` names is needed until the end. ZTA_ENOTFOUND: no
 * log is there. ZTA_ESYNTAX, ZTA_EINVALID: with line and column, the masks are
 * none. Free with zta_export_close().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_export_open(
    zta_export **out, const zta_export_source *source, zta_error *err);

/*
 * The next event as one JSON object in one line, without a newline; valid until
 * the next call. ZTA_ENOTFOUND: no more yet; asking again later goes on.
 * ZTA_EINVALID: the log is damaged.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_export_next(zta_export *export,
    zta_export_format format, zta_str *line, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_export_close(zta_export *export);

/* Where copies are sent, and what is shown there; NULL for what is not. */
typedef struct zta_export_target {
	/* otlp+https://host[:port][/path], otlp+http:// to this machine, or
	 * syslog+tls://host[:port] */
	const char *to;
	const char *cursor;  /* file: how far it came; needed */
	const char *ca_file; /* PEM of authorities; NULL: the system's */
	const char *certificate_file, *key_file;
	const char *header_file; /* "Name: value", a secret */
	bool follow;             /* go on as records are written, for ever */
	/* Hears of outages, and of their end. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_export_target;

/*
 * Send all that was not taken yet, in order; who does not take it is asked again.
 * `from` counts only where there is no cursor. Ended at any moment and called
 * again, it sends some records twice, and leaves none out. ZTA_EINVALID: the log
 * is damaged, the cursor is of another, or nothing can be sent there.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_export_send(
    const zta_export_source *source, const zta_export_target *target,
    zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
