/* What all examples share: where the broker is, and the login by signature (LMQ-AUTH-1). */
#include <MQTTClient.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP "GID_plant"

static inline const char *setting(const char *name, const char *usual) {
    const char *given = getenv(name);
    return given ? given : usual;
}

static inline void must(int code, const char *what) {
    if (code == MQTTCLIENT_SUCCESS) return;
    fprintf(stderr, "%s: %d\n", what, code);
    exit(1);
}

/* A client named GID_plant@@@device; not connected yet. */
static inline MQTTClient new_client(
    const char *device, const char *scheme, const char *port, const char *path) {
    char url[200], id[65];
    MQTTClient client;
    snprintf(url, sizeof url, "%s://%s:%s%s", scheme, setting("LMQ_HOST", "127.0.0.1"),
        setting("LMQ_PORT", port), path);
    snprintf(id, sizeof id, "%s@@@%s", GROUP, device);
    must(MQTTClient_create(&client, url, id, MQTTCLIENT_PERSISTENCE_NONE, NULL), "create");
    return client;
}

/* Options that sign the login: the password is Base64(HMAC-SHA1(secret, group)). */
static inline MQTTClient_connectOptions signed_login(void) {
    static char password[30];
    unsigned char hmac[EVP_MAX_MD_SIZE];
    unsigned int length;
    MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
    const char *secret = setting("LMQ_SECRET", "example-secret");
    HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)GROUP, strlen(GROUP), hmac, &length);
    EVP_EncodeBlock((unsigned char *)password, hmac, (int)length);
    options.username = setting("LMQ_KEY", "example-key");
    options.password = password;
    options.keepAliveInterval = 60;
    setvbuf(stdout, NULL, _IOLBF, 0);
    return options;
}

/* Connects GID_plant@@@device over TCP. */
static inline MQTTClient connect_as(const char *device, int clean) {
    MQTTClient client = new_client(device, "tcp", "1883", "");
    MQTTClient_connectOptions options = signed_login();
    options.cleansession = clean;
    must(MQTTClient_connect(client, &options), "connect");
    return client;
}

static inline void subscribe(MQTTClient client, const char *filter) {
    must(MQTTClient_subscribe(client, filter, 1), "subscribe");
}

/* Publishes with QoS 1 and waits for the PUBACK. */
static inline void publish(MQTTClient client, const char *topic, const char *text) {
    MQTTClient_deliveryToken token;
    must(MQTTClient_publish(client, topic, (int)strlen(text), text, 1, 0, &token), "publish");
    must(MQTTClient_waitForCompletion(client, token, 20000), "PUBACK");
}

/* Waits for the next message, however long; ends the program when the connection ends. For release(). */
static inline MQTTClient_message *next(MQTTClient client, char **topic) {
    MQTTClient_message *message = NULL;
    int length;
    while (!message) must(MQTTClient_receive(client, topic, &length, &message, 10000), "closed");
    return message;
}

static inline void release(MQTTClient_message *message, char *topic) {
    MQTTClient_freeMessage(&message);
    MQTTClient_free(topic);
}

static inline void print(const MQTTClient_message *message, const char *topic) {
    printf("%s %.*s\n", topic, message->payloadlen, (char *)message->payload);
}

static inline void print_next(MQTTClient client) {
    char *topic;
    MQTTClient_message *message = next(client, &topic);
    print(message, topic);
    release(message, topic);
}

static inline void leave(MQTTClient client) {
    MQTTClient_disconnect(client, 1000);
    MQTTClient_destroy(&client);
}
