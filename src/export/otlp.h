/* SPDX-License-Identifier: Apache-2.0 */
/* otlp.h - what is around LogRecords in a request, and what comes back. */
#ifndef ZTA_EXPORT_OTLP_H
#define ZTA_EXPORT_OTLP_H

#include "export/event.h"

/* Around the records of one ExportLogsServiceRequest. */
void zta_otlp__begin(zta_json_out *out);
void zta_otlp__end(zta_json_out *out);

/* How many records a collector that said 200 did not take; what it says
 * otherwise, and in no JSON, is nothing. SPEC: otlp partial success */
int64_t zta_otlp__rejected(zta_arena *arena, zta_str answer);

#endif
