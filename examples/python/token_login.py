"""Logs in with a token instead of a password, and renews it when told (LMQ-AUTH-2, LMQ-TOK-6, LMQ-TOK-7)."""
import json
import os

import lmq

uploads = set()


def upload(client):
    """Ask your server for a token here; this one reads what it would answer from a file."""
    with open(os.getenv("LMQ_TOKEN_FILE", "artifacts/examples/token.txt")) as file:
        body = {"token": file.read().strip(), "type": "RW"}
    uploads.add(client.publish("$SYS/uploadToken", json.dumps(body), 1).mid)


def on_publish(client, _, mid):
    if mid in uploads:  # the PUBACK of a token: from now on it counts
        print("token taken", flush=True)
        client.subscribe("plant/token", 1)
        client.publish("plant/token", "hello")


def on_message(client, _, message):
    print(message.topic, message.payload.decode(), flush=True)
    if message.topic == "$SYS/tokenExpireNotice":
        upload(client)


client = lmq.client("token")
client.username_pw_set(None)
client.on_connect = lambda client, *_: upload(client)
client.on_publish, client.on_message = on_publish, on_message
client.connect(lmq.HOST, lmq.port(1883))
while client.loop() == 0:
    pass
print("closed")  # start again with a new client: this one would first repeat what was not acknowledged
