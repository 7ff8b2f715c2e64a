/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - of a reader of the log, what is for us: see ztauth/log.h. */
#ifndef ZTA_LOG_READER_H
#define ZTA_LOG_READER_H

#include "log/opening.h"
#include "ztauth/log.h"

/* About the record that zta_log_reader__leaf() gave last. */
typedef struct zta_log_read {
	uint64_t segment; /* the first entry of it */
	zta_opening_state state;
	zta_str opening; /* its bytes, whatever they are */
} zta_log_read;

const zta_log_read *zta_log_reader__read(const zta_log_reader *reader);

#endif
