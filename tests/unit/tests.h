/* SPDX-License-Identifier: Apache-2.0 */
/* tests.h - what every unit test includes first: cmocka and its own needs. */
#ifndef ZTA_TESTS_H
#define ZTA_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#endif
