/* Sends to one client by its id, which need not subscribe (LMQ-MSG-5). */
#include "lmq.h"

int main(void) {
    MQTTClient receiver = connect_as("receiver", 1), sender = connect_as("sender", 1);
    publish(sender, "plant/p2p/GID_plant@@@receiver", "hello");
    print_next(receiver);
    leave(sender);
    leave(receiver);
    return 0;
}
