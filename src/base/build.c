/* SPDX-License-Identifier: Apache-2.0 */
/* build.c - see build.h. The Makefile knows. */
#include "base/build.h"

#ifndef ZTA_SOURCES
#define ZTA_SOURCES ""
#endif

const char *
zta_build__sources(void)
{
	return ZTA_SOURCES;
}
