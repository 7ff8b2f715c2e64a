/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier.c - moves one message, with all that travels beside it.
 *
 *     carrier PORT FROM TO [PAYLOAD]
 *
 * Whoever may do this to a queue: an operator who puts aside what cannot be
 * processed and drives it again later, or somebody who should not be there.
 */
#include <string.h>

#include "broker.h"

int
main(int argc, char **argv)
{
	static struct message message;
	struct broker *broker;

	must(argc >= 4, "arguments");
	broker = broker_open(argv[1], argv[2]);
	broker_receive(broker, &message);
	if (argc > 4) {
		take(message.payload, sizeof(message.payload), argv[4],
		    strlen(argv[4]));
	}
	broker_send(broker, argv[3], &message);
	broker_done(broker);
	broker_close(broker);
	return 0;
}
