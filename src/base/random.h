/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.h - unpredictable bytes from the kernel, taken in blocks. From any thread;
 * a child of fork(2) gets others than its parent.
 */
#ifndef ZTA_BASE_RANDOM_H
#define ZTA_BASE_RANDOM_H

#include "ztauth/base.h"

/*
 * Fill `out`; aborts the process if the kernel has none to give. What was handed
 * out is nowhere else.
 */
void zta_random__bytes(void *out, size_t len);

/* 64 bits, to seed hash tables. */
uint64_t zta_random__seed(void);

#endif
