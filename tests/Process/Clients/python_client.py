"""paho-mqtt for Python: pub PORT TOPIC QOS RETAIN PAYLOAD... | sub PORT ID CLEAN FILTER QOS COUNT"""
import sys
import threading

import paho.mqtt.client as mqtt

SECONDS_MAX = 30
verb, port = sys.argv[1], int(sys.argv[2])
finished = threading.Event()


def publish(topic, qos, retain, *payloads):
    client = mqtt.Client(protocol=mqtt.MQTTv311)
    client.connect("127.0.0.1", port)
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

    client = mqtt.Client(name, clean_session=clean == "1", protocol=mqtt.MQTTv311)
    client.on_message, client.on_subscribe = on_message, on_subscribe
    client.connect("127.0.0.1", port)
    client.subscribe(topic_filter, int(qos))
    client.loop_start()
    ok = finished.wait(SECONDS_MAX)
    client.disconnect()
    client.loop_stop()
    sys.exit(0 if ok else 1)


{"pub": publish, "sub": subscribe}[verb](*sys.argv[3:])
