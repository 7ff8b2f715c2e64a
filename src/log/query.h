/* SPDX-License-Identifier: Apache-2.0 */
/* query.h - does a record have what is looked for? See ztauth/log.h. */
#ifndef ZTA_LOG_QUERY_H
#define ZTA_LOG_QUERY_H

#include "log/leaf.h"
#include "ztauth/log.h"

ZTA_MUST_USE bool zta_log_query__holds(
    const zta_log_query *query, const zta_leaf *leaf);

#endif
