/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openapi.c - GET /openapi.json: what all surfaces take and give, as it stands
 * beside this file. SPEC: openapi 3.1
 */
#include "api/service.h"

/* The assembler takes the file in: what is told is what the tests hold to. */
__asm__(".pushsection .rodata\n"
	"zta_openapi:\n"
	".incbin \"src/api/openapi.json\"\n"
	"1:\n"
	".balign 8\n"
	"zta_openapi_len:\n"
	".quad 1b - zta_openapi\n"
	".popsection\n");

extern const char zta_openapi[];
extern const uint64_t zta_openapi_len;

void
zta_api__openapi(zta_worker *worker, zta_http_call *call)
{
	(void)worker;
	zta_http_call__answer(
	    call, 200, "", (zta_str){ zta_openapi, zta_openapi_len });
}
