/* SPDX-License-Identifier: Apache-2.0 */
/* error.h - record what went wrong, and return its status in one step. */
#ifndef ZTA_BASE_ERROR_H
#define ZTA_BASE_ERROR_H

#include <stdarg.h>

#include "ztauth/base.h"

/*
 * Fill `err` (NULL: discard) and return `status`. The place is left empty: the
 * caller who knows it adds it with zta_error__place().
 */
__attribute__((format(printf, 3, 4))) zta_status zta_error__set(
    zta_error *err, zta_status status, const char *format, ...);

/* The same, about a position in a text; `line` and `column` count from 1. */
__attribute__((format(printf, 5, 6))) zta_status zta_error__at(zta_error *err,
    zta_status status, uint32_t line, uint32_t column, const char *format, ...);

/* The same, about byte `offset` of `text`. */
__attribute__((format(printf, 5, 0))) zta_status zta_error__in(zta_error *err,
    zta_status status, zta_str text, size_t offset, const char *format,
    va_list args);

/* Name the place (file, header, JSON pointer) unless one is named already. */
__attribute__((format(printf, 2, 3))) void zta_error__place(
    zta_error *err, const char *format, ...);

/* Name the place, whatever was named before. */
__attribute__((format(printf, 2, 3))) void zta_error__replace(
    zta_error *err, const char *format, ...);

/* Put what the place is in before it: "<text>: <place>". */
__attribute__((format(printf, 2, 3))) void zta_error__inside(
    zta_error *err, const char *format, ...);

/* ZTA_ENOMEM with its usual words. */
zta_status zta_error__nomem(zta_error *err);

/* ZTA_EIO from errno: "cannot <what>: <reason>". */
zta_status zta_error__errno(zta_error *err, const char *what);

/* Find the 1-based line and column of byte `offset` in `text`. */
void zta_error__position(
    zta_str text, size_t offset, uint32_t *line, uint32_t *column);

/* How far a text has been counted; zeroed, not at all. */
typedef struct zta_error_mark {
	size_t at;      /* where a line starts */
	uint32_t lines; /* before it */
} zta_error_mark;

/*
 * The same for many places: those that ascend cost one pass over the text
 * together.
 */
void zta_error__move(zta_error_mark *mark, zta_str text, size_t offset,
    uint32_t *line, uint32_t *column);

/* Who is told of all that is wrong with a text, so that reading can go on. */
typedef struct zta_error_sink {
	void (*tell)(void *context, zta_str file, const zta_error *why);
	void *context;
	zta_str file;  /* that is read now; whoever opens one sets it */
	uint32_t told; /* errors so far */
	uint32_t max;  /* the one after these ends the reading */
} zta_error_sink;

/*
 * Tell `sink` of `why` if there is one and `status` speaks of the input, not of
 * memory or the system. True: go on behind it. False: give `status` back.
 */
ZTA_MUST_USE bool zta_error__tell(
    zta_error_sink *sink, zta_status status, const zta_error *why);

/* Is this status one of the input, and no failure of ours? */
bool zta_error__is_input(zta_status status);

#endif
