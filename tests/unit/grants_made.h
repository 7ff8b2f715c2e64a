/* SPDX-License-Identifier: Apache-2.0 */
/* grants_made.h - a directory for files of grants, and what grants need. */
#ifndef ZTA_GRANTS_MADE_H
#define ZTA_GRANTS_MADE_H

#include <stdlib.h>
#include <unistd.h>

#include "grant_made.h"

static zta_arena arena;
static zta_key *key;
static char dir[] = "/tmp/ztauth-grants-XXXXXX";

static inline void
set_up_grants(void)
{
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_non_null(mkdtemp(dir));
}

static inline int
tear_down_grants(void **state)
{
	char command[80];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	zta_key_close(key);
	zta_arena__release(&arena);
	return 0;
}

#endif
