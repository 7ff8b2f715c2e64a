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

#endif
