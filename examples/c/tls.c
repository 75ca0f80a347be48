/* Sends and receives over TLS; the broker must show a certificate that LMQ_CA vouches for. */
#include "lmq.h"

int main(void) {
    MQTTClient client = new_client("tls", "ssl", "8883", "");
    MQTTClient_connectOptions options = signed_login();
    MQTTClient_SSLOptions ssl = MQTTClient_SSLOptions_initializer;
    ssl.trustStore = setting("LMQ_CA", "artifacts/examples/data/tls/certificate.pem");
    ssl.verify = 1; /* the name, too */
    options.ssl = &ssl;
    must(MQTTClient_connect(client, &options), "connect");
    subscribe(client, "plant/tls");
    publish(client, "plant/tls", "hello");
    print_next(client);
    leave(client);
    return 0;
}
