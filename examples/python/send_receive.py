"""Sends a message and receives it."""
import lmq

client = lmq.start(lmq.client("hello"))
client.subscribe("plant/hello", 1)
client.publish("plant/hello", "hello", 1)
message = client.messages.get(timeout=20)
print(message.topic, message.payload.decode())
lmq.stop(client)
