/* SPDX-License-Identifier: Apache-2.0 */
/* native.h - documents as libxml2 holds them; for the files of xml alone. */
#ifndef ZTA_XML_NATIVE_H
#define ZTA_XML_NATIVE_H

#include <libxml/tree.h>

#include "ztauth/base.h"

/*
 * Look at size, depth, number and form before a parser does. Statuses of
 * zta_xml__read().
 */
ZTA_MUST_USE zta_status zta_xml__scan(zta_str text, zta_error *err);

/* Parse; free with xmlFreeDoc(). Statuses of zta_xml__read(). */
ZTA_MUST_USE zta_status zta_xml__parse(
    zta_str text, xmlDoc **out, zta_error *err);

#endif
