"""Tells who of GID_plant is online, by the rule for readers of presence (LMQ-PRE-3, LMQ-PRE-4)."""
import json

import lmq


class Life:
    """A client's newest connect and newest end, by eventIndex."""
    came = went = {"eventIndex": 0, "channelId": None}
    is_online = False

    def note(self, event):
        if event["eventType"] == "connect" and event["eventIndex"] > self.came["eventIndex"]:
            self.came = event
            self.is_online = event["channelId"] != self.went["channelId"]  # its end may have come before it
        elif event["eventType"] != "connect" and event["eventIndex"] > self.went["eventIndex"]:
            self.went = event
            if event["channelId"] == self.came["channelId"]:  # an older connection's end does not count
                self.is_online = False


lives = {}


def on_message(client, _, message):
    event = json.loads(message.payload)
    life = lives.setdefault(event["clientId"], Life())
    was_online = life.is_online
    life.note(event)
    if life.is_online != was_online:
        print(event["clientId"], "online" if life.is_online else "offline", flush=True)


client = lmq.client("watcher")
client.on_connect = lambda client, *_: client.subscribe("GID_plant_MQTT", 1)
client.on_message = on_message
client.connect(lmq.HOST, lmq.port(1883))
client.loop_forever()
