"""Fetches what came while it was away, newest first, instead of waiting for it (LMQ-OFF-2)."""
import lmq

away = lmq.start(lmq.client("away", clean=False))
away.subscribe("plant/away", 1)
lmq.stop(away)

sender = lmq.start(lmq.client("sender"))
for i in range(1, 4):
    sender.publish("plant/away", f"message {i}", 1).wait_for_publish(20)
lmq.stop(sender)

away = lmq.start(lmq.client("away", clean=False))
PULL = "$SYS/getOfflineMsg", '{"pushOrder":"DESC","maxPushNum":30}', 1
away.publish(*PULL)
for _ in range(3):
    message = away.messages.get(timeout=20)
    print(message.topic, message.payload.decode())
away.publish(*PULL).wait_for_publish(20)  # nothing is left; its PUBACK comes after ours
lmq.stop(away)
