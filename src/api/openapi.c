/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openapi.c - GET /openapi.json: what all surfaces take and give, as it stands
 * beside this file. SPEC: openapi 3.1
 */
#include "api/service.h"

/* The assembler takes the file in: what is told is what the tests hold to. */
__asm__(".pushsection .rodata\n"
	"zta_openapi_begin:\n"
	".incbin \"src/api/openapi.json\"\n"
	"zta_openapi_end:\n"
	".popsection\n");

extern const char zta_openapi_begin[], zta_openapi_end[];

void
zta_api__openapi(zta_worker *worker, zta_http_call *call)
{
	(void)worker;
	zta_http_call__answer(call, 200, "",
	    (zta_str){ zta_openapi_begin,
		(size_t)(zta_openapi_end - zta_openapi_begin) });
}
