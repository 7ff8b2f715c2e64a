/* SPDX-License-Identifier: Apache-2.0 */
/* token_form.h - the form of POST /token. SPEC: rfc8693 2.1 */
#ifndef ZTA_API_TOKEN_FORM_H
#define ZTA_API_TOKEN_FORM_H

#include "api/form.h"
#include "http/http.h"
#include "pdp/issue.h"

/* What all names of token types begin with, but for our own. */
#define ZTA_TOKEN_TYPE "urn:ietf:params:oauth:token-type:"

/*
 * NULL: the form is a request of ours, and `out` refers to it and `around`; else
 * what is wrong with it, and `*error` of RFC 6749.
 */
const char *zta_token_form__read(const zta_http_call *call,
    const zta_form *form, const zta_circumstances *around,
    zta_issue_request *out, const char **error);

#endif
