"""paho-mqtt for Python; PORT with ws: or wss: before it for WebSocket: pub PORT TOPIC QOS RETAIN PAYLOAD... | sub PORT ID CLEAN FILTER QOS COUNT"""
import ssl
import sys
import threading

import paho.mqtt.client as mqtt

SECONDS_MAX = 30
verb = sys.argv[1]
scheme, port = (["tcp"] + sys.argv[2].split(":"))[-2:]
finished = threading.Event()


def make(**options):
    client = mqtt.Client(
        protocol=mqtt.MQTTv311, transport="tcp" if scheme == "tcp" else "websockets", **options)
    if scheme == "wss":
        client.tls_set(cert_reqs=ssl.CERT_NONE)
        client.tls_insecure_set(True)
    return client


def publish(topic, qos, retain, *payloads):
    client = make()
    client.connect("127.0.0.1", int(port))
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, int(qos), retain == "1").wait_for_publish(SECONDS_MAX)
    client.disconnect()


def subscribe(name, clean, topic_filter, qos, count):
    left = [int(count)]

    def on_message(_client, _data, message):
        print(message.topic, message.payload.decode(), flush=True)
        left[0] -= 1
        if left[0] == 0:
            finished.set()

    def on_subscribe(*_):
        if left[0] == 0:
            finished.set()

    client = make(client_id=name, clean_session=clean == "1")
    client.on_message, client.on_subscribe = on_message, on_subscribe
    client.connect("127.0.0.1", int(port))
    client.subscribe(topic_filter, int(qos))
    client.loop_start()
    ok = finished.wait(SECONDS_MAX)
    client.disconnect()
    client.loop_stop()
    sys.exit(0 if ok else 1)


{"pub": publish, "sub": subscribe}[verb](*sys.argv[3:])
