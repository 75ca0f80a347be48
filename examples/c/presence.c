/* Tells who of GID_plant is online, by the rule for readers of presence (LMQ-PRE-3, LMQ-PRE-4). */
#include "lmq.h"
#include <cjson/cJSON.h>

struct event { double index; char channel[33]; };

/* A client's newest connect and newest end, by eventIndex. */
struct life { char id[65]; struct event came, went; int is_online; struct life *next; };

static struct life *find(const char *id) {
    static struct life *first;
    struct life *life = first;
    while (life && strcmp(life->id, id) != 0) life = life->next;
    if (life) return life;
    life = calloc(1, sizeof *life);
    snprintf(life->id, sizeof life->id, "%s", id);
    life->next = first;
    return first = life;
}

static void note(struct life *life, const char *type, const struct event *event) {
    if (strcmp(type, "connect") == 0 && event->index > life->came.index) {
        life->came = *event;
        /* Its end may have come before it. */
        life->is_online = strcmp(event->channel, life->went.channel) != 0;
    } else if (strcmp(type, "connect") != 0 && event->index > life->went.index) {
        life->went = *event;
        /* An older connection's end does not count. */
        if (strcmp(event->channel, life->came.channel) == 0) life->is_online = 0;
    }
}

static const char *text(const cJSON *json, const char *name) {
    return cJSON_GetObjectItem(json, name)->valuestring;
}

static void show(const cJSON *json) {
    struct life *life = find(text(json, "clientId"));
    struct event event = { .index = cJSON_GetObjectItem(json, "eventIndex")->valuedouble };
    int was_online = life->is_online;
    snprintf(event.channel, sizeof event.channel, "%s", text(json, "channelId"));
    note(life, text(json, "eventType"), &event);
    if (life->is_online != was_online) printf("%s %s\n", life->id, was_online ? "offline" : "online");
}

int main(void) {
    MQTTClient client = connect_as("watcher", 1);
    subscribe(client, "GID_plant_MQTT");
    while (1) {
        char *topic;
        MQTTClient_message *message = next(client, &topic);
        cJSON *json = cJSON_ParseWithLength(message->payload, message->payloadlen);
        if (json) show(json);
        cJSON_Delete(json);
        release(message, topic);
    }
}
