"""Every scenario with Debian's paho-mqtt: driver.py URL VERSION first|second [CA file]."""
import queue
import ssl
import sys
from urllib.parse import urlparse

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

url, version, part = urlparse(sys.argv[1]), sys.argv[2], sys.argv[3]
ca = sys.argv[4] if len(sys.argv) > 4 else None
PROTOCOL = {"3.1": mqtt.MQTTv31, "3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}[version]
PAYLOADS = [f"m{i}".encode() for i in range(20)]


class Client:
    def __init__(self, name, clean=True, will=None):
        self.got, self.done = queue.Queue(), queue.Queue()
        transport = "websockets" if url.scheme in ("ws", "wss") else "tcp"
        kind = {} if PROTOCOL == mqtt.MQTTv5 else {"clean_session": clean}
        self.mqtt = mqtt.Client(name, protocol=PROTOCOL, transport=transport, **kind)
        if transport == "websockets":
            self.mqtt.ws_set_options(path="/mqtt")
        if url.scheme in ("tls", "wss"):
            self.mqtt.tls_set(ca, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        if will:
            self.mqtt.will_set("will/" + name, will, 1)
        self.mqtt.on_message = lambda c, u, m: self.got.put((m.topic, m.payload, m.retain))
        self.mqtt.on_connect = lambda *a: self.done.put("connected")
        self.mqtt.on_subscribe = lambda *a: self.done.put("subscribed")
        if PROTOCOL == mqtt.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 0 if clean else 600
            self.mqtt.connect("127.0.0.1", url.port, 60, clean_start=clean, properties=properties)
        else:
            self.mqtt.connect("127.0.0.1", url.port, 60)
        self.mqtt.loop_start()
        assert self.done.get(timeout=20) == "connected"

    def subscribe(self, filter, qos):
        self.mqtt.subscribe(filter, qos)
        assert self.done.get(timeout=20) == "subscribed"

    def publish(self, topic, payload, qos, retain=False):
        self.mqtt.publish(topic, payload, qos, retain).wait_for_publish(20)

    def take(self):
        return self.got.get(timeout=20)

    def end(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


def first():
    a, b = Client("a"), Client("b")
    for qos in range(3):
        b.subscribe(f"live/{qos}", qos)
        for payload in PAYLOADS:
            a.publish(f"live/{qos}", payload, qos)
        assert [b.take()[1] for _ in PAYLOADS] == PAYLOADS
        print(f"passed qos{qos}")
    a.publish("kept/x", b"old", 1, True)
    b.subscribe("kept/#", 1)
    assert b.take() == ("kept/x", b"old", True)
    print("passed retained")
    b.subscribe("wild/+/c/#", 1)
    for topic in ("wild/a/x", "wild/a/c", "wild/b/c/d/e"):
        a.publish(topic, b"w", 1)
    assert [b.take()[0] for _ in range(2)] == ["wild/a/c", "wild/b/c/d/e"]
    print("passed wildcards")
    b.subscribe("large", 2)
    large = bytes(range(256)) * 256
    a.publish("large", large, 2)
    assert b.take()[1] == large
    print("passed 64KiB")
    b.subscribe("will/#", 1)
    dying = Client("dying", will=b"gone")
    dying.mqtt._sock_close()
    assert b.take()[:2] == ("will/dying", b"gone")
    dying.mqtt.loop_stop()
    print("passed will")
    away = Client("away", clean=False)
    away.subscribe("away/#", 1)
    away.end()
    for payload in PAYLOADS:
        a.publish("away/t", payload, 1)
    a.end()
    b.end()


def second():
    away = Client("away", clean=False)
    assert [away.take()[1] for _ in PAYLOADS] == PAYLOADS
    away.end()
    print("passed offline")


first() if part == "first" else second()
print("done")
