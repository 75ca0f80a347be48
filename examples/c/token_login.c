/* Logs in with a token instead of a password, and renews it when told (LMQ-AUTH-2, LMQ-TOK-6, LMQ-TOK-7). */
#include "lmq.h"

/* Ask your server for a token here; this one reads what it would answer from a file. */
static void upload(MQTTClient client) {
    char token[16385] = "", body[17000];
    FILE *file = fopen(setting("LMQ_TOKEN_FILE", "artifacts/examples/token.txt"), "r");
    must(!file || fscanf(file, "%16384s", token) != 1, "no token");
    fclose(file);
    snprintf(body, sizeof body, "{\"token\":\"%s\",\"type\":\"RW\"}", token);
    publish(client, "$SYS/uploadToken", body); /* back after its PUBACK: from now on the token counts */
    puts("token taken");
}

int main(void) {
    MQTTClient client = new_client("token", "tcp", "1883", "");
    MQTTClient_connectOptions options = signed_login();
    options.username = options.password = NULL;
    must(MQTTClient_connect(client, &options), "connect");
    upload(client);
    subscribe(client, "plant/token");
    publish(client, "plant/token", "hello");
    while (1) {
        char *topic;
        MQTTClient_message *message = next(client, &topic);
        print(message, topic);
        if (strcmp(topic, "$SYS/tokenExpireNotice") == 0) upload(client);
        release(message, topic);
    }
}
