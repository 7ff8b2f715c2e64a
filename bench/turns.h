/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns.h - times of several things that are measured in blocks which take
 * turns, so that what else the machine does befalls all of them.
 */
#ifndef ZTA_BENCH_TURNS_H
#define ZTA_BENCH_TURNS_H

#include <stddef.h>

#define TURNS_BLOCKS 61
#define TURNS_BLOCK 50 /* runs of a block */

typedef struct contender {
	void (*run)(void *context);
	void *context;
	double ns;    /* of one run, CPU of this thread; the median */
	double least; /* of the best block */
	double blocks[TURNS_BLOCKS];
} contender;

void contend(contender *list, size_t count);

/* The median of TURNS_BLOCKS times, which are put in order. */
double median(double *list);

#endif
