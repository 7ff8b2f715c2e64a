/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.h - what every fuzz target includes. A target is one function; it is
 * driven by libFuzzer, or by replay.c over the kept inputs. A wrong result is
 * reported by abort().
 */
#ifndef ZTA_FUZZ_H
#define ZTA_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
