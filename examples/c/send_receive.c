/* Sends a message and receives it. */
#include "lmq.h"

int main(void) {
    MQTTClient client = connect_as("hello", 1);
    subscribe(client, "plant/hello");
    publish(client, "plant/hello", "hello");
    print_next(client);
    leave(client);
    return 0;
}
