"""What all examples share: where the broker is, and the login by signature (LMQ-AUTH-1)."""
import base64
import hmac
import os
import queue

import paho.mqtt.client as mqtt

HOST = os.getenv("LMQ_HOST", "127.0.0.1")
KEY, SECRET = os.getenv("LMQ_KEY", "example-key"), os.getenv("LMQ_SECRET", "example-secret")
GROUP = "GID_plant"


def port(default):
    return int(os.getenv("LMQ_PORT", default))


def client(device, clean=True, transport="tcp"):
    """A client named GID_plant@@@device that will sign its login."""
    api = [mqtt.CallbackAPIVersion.VERSION1] if hasattr(mqtt, "CallbackAPIVersion") else []  # paho 2
    new = mqtt.Client(*api, f"{GROUP}@@@{device}", clean, transport=transport)
    signature = hmac.digest(SECRET.encode(), GROUP.encode(), "sha1")
    new.username_pw_set(KEY, base64.b64encode(signature).decode())
    return new


def start(client, default_port=1883):
    """Connects; what the client receives waits in client.messages."""
    client.messages, connected = queue.Queue(), queue.Queue()
    client.on_message = lambda client, _, message: client.messages.put(message)
    client.on_connect = lambda client, _, flags, code: connected.put(code)
    client.connect(HOST, port(default_port))
    client.loop_start()
    if code := connected.get(timeout=20):
        raise SystemExit(mqtt.connack_string(code))
    return client


def stop(client):
    client.disconnect()
    client.loop_stop()
