"""Has its messages numbered on ordered topics (LMQ-ORD-2): once per connection, before the first one."""
import lmq

client = lmq.start(lmq.client("ordered"))
client.publish("$SYS/enableOrderMsg", '{"order":"true"}', 1).wait_for_publish(20)
for i in range(1, 6):
    client.publish("orders/new", f"order {i}", 1).wait_for_publish(20)
    print(f"accepted order {i}")
lmq.stop(client)
