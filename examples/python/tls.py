"""Sends and receives over TLS; the broker must show a certificate that LMQ_CA vouches for."""
import os

import lmq

client = lmq.client("tls")
client.tls_set(os.getenv("LMQ_CA", "artifacts/examples/data/tls/certificate.pem"))
lmq.start(client, 8883)
client.subscribe("plant/tls", 1)
client.publish("plant/tls", "hello", 1)
message = client.messages.get(timeout=20)
print(message.topic, message.payload.decode())
lmq.stop(client)
