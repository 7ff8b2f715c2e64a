/* SPDX-License-Identifier: Apache-2.0 */
/* build.h - of what the library was built. */
#ifndef ZTA_BASE_BUILD_H
#define ZTA_BASE_BUILD_H

/*
 * The digest of its sources, in hexadecimal: what one build has judged, another
 * one may see otherwise. Empty: nobody has said.
 */
const char *zta_build__sources(void);

#endif
