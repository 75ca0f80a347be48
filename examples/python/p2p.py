"""Sends to one client by its id, which need not subscribe (LMQ-MSG-5)."""
import lmq

receiver = lmq.start(lmq.client("receiver"))
sender = lmq.start(lmq.client("sender"))
sender.publish("plant/p2p/GID_plant@@@receiver", "hello", 1)
message = receiver.messages.get(timeout=20)
print(message.topic, message.payload.decode())
lmq.stop(sender)
lmq.stop(receiver)
