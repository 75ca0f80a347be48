/* Every scenario with Debian's paho for C: driver URL VERSION first|second [CA file]. */
#include <MQTTClient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **given;
static int version;

static void must(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

static MQTTClient connect_as(const char *name, int clean, const char *will) {
    char url[200];
    MQTTClient client;
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    MQTTClient_SSLOptions ssl = MQTTClient_SSLOptions_initializer;
    MQTTClient_willOptions last = MQTTClient_willOptions_initializer;
    MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
    MQTTClient_connectOptions options5 = MQTTClient_connectOptions_initializer5;
    MQTTProperties properties = MQTTProperties_initializer;
    char topic[50];

    int is_web = strncmp(given[1], "ws", 2) == 0, rest = (int)strcspn(given[1], ":");
    snprintf(url, sizeof url, "%.*s%s%s", is_web ? rest : 3, is_web ? given[1] : given[4] ? "ssl" : "tcp",
        given[1] + rest, is_web ? "/mqtt" : "");
    create.MQTTVersion = version;
    must(MQTTClient_createWithOptions(&client, url, name, MQTTCLIENT_PERSISTENCE_NONE, NULL, &create) == 0, "create");
    if (version == MQTTVERSION_5) {
        MQTTProperty expiry = { .identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL };
        expiry.value.integer4 = clean ? 0 : 600;
        MQTTProperties_add(&properties, &expiry);
        options = options5;
        options.cleanstart = clean;
    } else {
        options.cleansession = clean;
    }
    options.MQTTVersion = version;
    if (given[4]) {
        ssl.trustStore = given[4];
        options.ssl = &ssl;
    }
    if (will) {
        snprintf(topic, sizeof topic, "will/%s", name);
        last.topicName = topic;
        last.message = will;
        last.qos = 1;
        options.will = &last;
    }
    if (version == MQTTVERSION_5) {
        MQTTResponse answer = MQTTClient_connect5(client, &options, &properties, NULL);
        must(answer.reasonCode == 0, "connect");
        MQTTResponse_free(answer);
    } else {
        must(MQTTClient_connect(client, &options) == 0, "connect");
    }
    return client;
}

static void publish(MQTTClient on, const char *topic, const void *payload, int length, int qos, int retain) {
    MQTTClient_deliveryToken token;
    if (version == MQTTVERSION_5) {
        MQTTResponse answer = MQTTClient_publish5(on, topic, length, payload, qos, retain, NULL, &token);
        must(answer.reasonCode == 0, "publish");
    } else {
        must(MQTTClient_publish(on, topic, length, payload, qos, retain, &token) == 0, "publish");
    }
    if (qos) must(MQTTClient_waitForCompletion(on, token, 20000) == 0, "acknowledgement");
}

static void subscribe(MQTTClient on, const char *filter, int qos) {
    if (version == MQTTVERSION_5) {
        MQTTResponse answer = MQTTClient_subscribe5(on, filter, qos, NULL, NULL);
        must((int)answer.reasonCode == qos, "subscribe");
        MQTTResponse_free(answer);
    } else {
        must(MQTTClient_subscribe(on, filter, qos) == 0, "subscribe");
    }
}

static void expect(MQTTClient from, const char *topic, const void *payload, int length) {
    char *got = NULL;
    int topic_length;
    MQTTClient_message *message = NULL;
    must(MQTTClient_receive(from, &got, &topic_length, &message, 20000) >= 0 && message, "nothing came");
    must(strcmp(got, topic) == 0, got);
    must(message->payloadlen == length && memcmp(message->payload, payload, length) == 0, "payload");
    MQTTClient_freeMessage(&message);
    MQTTClient_free(got);
}

static void count(MQTTClient on, const char *topic, int qos, int is_sender) {
    char payload[10];
    for (int i = 0; i < 20; i++) {
        int length = snprintf(payload, sizeof payload, "m%d", i);
        if (is_sender) publish(on, topic, payload, length, qos, 0);
        else expect(on, topic, payload, length);
    }
}

static void leave(MQTTClient *client) {
    MQTTClient_disconnect(*client, 1000);
    MQTTClient_destroy(client);
}

static void first(void) {
    MQTTClient a = connect_as("a", 1, NULL), b = connect_as("b", 1, NULL);
    for (int qos = 0; qos < 3; qos++) {
        char topic[20];
        snprintf(topic, sizeof topic, "live/%d", qos);
        subscribe(b, topic, qos);
        count(a, topic, qos, 1);
        count(b, topic, qos, 0);
        printf("passed qos%d\n", qos);
    }
    publish(a, "kept/x", "old", 3, 1, 1);
    subscribe(b, "kept/#", 1);
    expect(b, "kept/x", "old", 3);
    puts("passed retained");
    subscribe(b, "wild/+/c/#", 1);
    publish(a, "wild/a/x", "w", 1, 1, 0);
    publish(a, "wild/a/c", "w", 1, 1, 0);
    publish(a, "wild/b/c/d/e", "w", 1, 1, 0);
    expect(b, "wild/a/c", "w", 1);
    expect(b, "wild/b/c/d/e", "w", 1);
    puts("passed wildcards");
    /* Over WebSocket paho 1.3.12 itself disconnects when a frame does not come in one piece. */
    if (strncmp(given[1], "ws", 2) != 0) {
        char *large = malloc(65536);
        memset(large, 7, 65536);
        subscribe(b, "large", 2);
        publish(a, "large", large, 65536, 2, 0);
        expect(b, "large", large, 65536);
        puts("passed 64KiB");
    }
    subscribe(b, "will/#", 1);
    char command[500];
    snprintf(command, sizeof command, "%s %s %s dying %s", given[0], given[1], given[2], given[4] ? given[4] : "");
    must(system(command) == 0, "dying");
    expect(b, "will/dying", "gone", 4);
    puts("passed will");
    MQTTClient away = connect_as("away", 0, NULL);
    subscribe(away, "away/#", 1);
    leave(&away);
    count(a, "away/t", 1, 1);
    leave(&a);
    leave(&b);
}

int main(int argc, char **argv) {
    given = argv;
    must(argc >= 4, "arguments");
    version = strcmp(argv[2], "5") == 0 ? MQTTVERSION_5
        : strcmp(argv[2], "3.1") == 0 ? MQTTVERSION_3_1 : MQTTVERSION_3_1_1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(argv[3], "first") == 0) first();
    else if (strcmp(argv[3], "dying") == 0) {
        connect_as("dying", 1, "gone");
        _exit(0); /* without a DISCONNECT */
    } else {
        MQTTClient away = connect_as("away", 0, NULL);
        count(away, "away/t", 1, 0);
        leave(&away);
        puts("passed offline");
    }
    puts("done");
    return 0;
}
