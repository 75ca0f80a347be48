"""Sends and receives over a WebSocket; for one over TLS add tls_set as in tls.py, and take port 8443."""
import lmq

client = lmq.client("websocket", transport="websockets")
client.ws_set_options("/mqtt")
lmq.start(client, 8080)
client.subscribe("plant/websocket", 1)
client.publish("plant/websocket", "hello", 1)
message = client.messages.get(timeout=20)
print(message.topic, message.payload.decode())
lmq.stop(client)
