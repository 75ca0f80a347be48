/* Has its messages numbered on ordered topics (LMQ-ORD-2): once per connection, before the first one. */
#include "lmq.h"

int main(void) {
    MQTTClient client = connect_as("ordered", 1);
    publish(client, "$SYS/enableOrderMsg", "{\"order\":\"true\"}");
    for (int i = 1; i <= 5; i++) {
        char text[20];
        snprintf(text, sizeof text, "order %d", i);
        publish(client, "orders/new", text);
        printf("accepted %s\n", text);
    }
    leave(client);
    return 0;
}
