/* Sends and receives over a WebSocket; for one over TLS take "wss", "8443" and the ssl options of tls.c. */
#include "lmq.h"

int main(void) {
    MQTTClient client = new_client("websocket", "ws", "8080", "/mqtt");
    MQTTClient_connectOptions options = signed_login();
    must(MQTTClient_connect(client, &options), "connect");
    subscribe(client, "plant/websocket");
    publish(client, "plant/websocket", "hello");
    print_next(client);
    leave(client);
    return 0;
}
