/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - the public helpers of ztauth/base.h. */
#include "ztauth/base.h"

#include <string.h>

const char *
zta_status_name(zta_status status)
{
	switch (status) {
	case ZTA_OK:
		return "ZTA_OK";
	case ZTA_ENOMEM:
		return "ZTA_ENOMEM";
	case ZTA_ELIMIT:
		return "ZTA_ELIMIT";
	case ZTA_EINVAL:
		return "ZTA_EINVAL";
	case ZTA_EIO:
		return "ZTA_EIO";
	case ZTA_ENOTFOUND:
		return "ZTA_ENOTFOUND";
	case ZTA_EEXIST:
		return "ZTA_EEXIST";
	case ZTA_EUNAVAILABLE:
		return "ZTA_EUNAVAILABLE";
	case ZTA_ECONFLICT:
		return "ZTA_ECONFLICT";
	case ZTA_ESYNTAX:
		return "ZTA_ESYNTAX";
	case ZTA_EINVALID:
		return "ZTA_EINVALID";
	case ZTA_EEVAL:
		return "ZTA_EEVAL";
	case ZTA_EUNTRUSTED:
		return "ZTA_EUNTRUSTED";
	}
	return "unknown status";
}

const char *
zta_version(void)
{
	return ZTA_VERSION;
}

zta_str
zta_str_of(const char *text)
{
	return (zta_str){ text, strlen(text) };
}
