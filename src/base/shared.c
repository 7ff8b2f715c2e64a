/* SPDX-License-Identifier: Apache-2.0 */
/* shared.c - see shared.h. */
#include "base/shared.h"

#include <stdlib.h>

zta_shared *
zta_shared__new(void)
{
	zta_shared *shared = calloc(1, sizeof(*shared));

	if (shared != NULL) {
		atomic_init(&shared->references, 1);
		zta_arena__init(&shared->arena, SIZE_MAX);
	}
	return shared;
}

zta_shared *
zta_shared__keep(zta_shared *shared)
{
	if (shared != NULL) {
		atomic_fetch_add(&shared->references, 1);
	}
	return shared;
}

void
zta_shared__drop(zta_shared *shared)
{
	if (shared != NULL && atomic_fetch_sub(&shared->references, 1) == 1) {
		zta_arena__release(&shared->arena);
		free(shared);
	}
}
