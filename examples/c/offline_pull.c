/* Fetches what came while it was away, newest first, instead of waiting for it (LMQ-OFF-2). */
#include "lmq.h"

int main(void) {
    MQTTClient away = connect_as("away", 0);
    subscribe(away, "plant/away");
    leave(away);

    MQTTClient sender = connect_as("sender", 1);
    for (int i = 1; i <= 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "message %d", i);
        publish(sender, "plant/away", text);
    }
    leave(sender);

    away = connect_as("away", 0);
    publish(away, "$SYS/getOfflineMsg", "{\"pushOrder\":\"DESC\",\"maxPushNum\":30}");
    for (int i = 1; i <= 3; i++) print_next(away);
    leave(away);
    return 0;
}
