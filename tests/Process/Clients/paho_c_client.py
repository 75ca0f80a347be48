"""Paho C through ctypes, because its samples know clean sessions only: sub PORT ID CLEAN FILTER QOS COUNT"""
import ctypes
import ctypes.util
import sys
import time

SECONDS_MAX = 30


class ConnectOptions(ctypes.Structure):
    """MQTTClient_connectOptions, struct version 0."""
    _fields_ = [("struct_id", ctypes.c_char * 4), ("struct_version", ctypes.c_int),
                ("keep_alive", ctypes.c_int), ("clean_session", ctypes.c_int), ("reliable", ctypes.c_int),
                ("will", ctypes.c_void_p), ("user", ctypes.c_char_p), ("password", ctypes.c_char_p),
                ("connect_timeout", ctypes.c_int), ("retry_interval", ctypes.c_int),
                ("later_versions", ctypes.c_char * 256)]


class Message(ctypes.Structure):
    """The head of MQTTClient_message."""
    _fields_ = [("struct_id", ctypes.c_char * 4), ("struct_version", ctypes.c_int),
                ("payload_length", ctypes.c_int), ("payload", ctypes.c_void_p), ("qos", ctypes.c_int)]


def main(port, client_id, clean, topic_filter, qos, count):
    paho = ctypes.CDLL("libpaho-mqtt3c.so.1")
    client = ctypes.c_void_p()
    check(paho.MQTTClient_create(ctypes.byref(client), f"tcp://127.0.0.1:{port}".encode(), client_id.encode(),
                                 1, None))
    options = ConnectOptions(struct_id=b"MQTC", keep_alive=60, clean_session=int(clean), reliable=1,
                             connect_timeout=SECONDS_MAX)
    check(paho.MQTTClient_connect(client, ctypes.byref(options)))
    check(paho.MQTTClient_subscribe(client, topic_filter.encode(), int(qos)))
    for _ in range(int(count)):
        topic, length, message = ctypes.c_char_p(), ctypes.c_int(), ctypes.POINTER(Message)()
        check(paho.MQTTClient_receive(client, ctypes.byref(topic), ctypes.byref(length), ctypes.byref(message),
                                      ctypes.c_ulong(SECONDS_MAX * 1000)))
        if not message:
            sys.exit(f"nothing within {SECONDS_MAX} s")
        payload = ctypes.string_at(message.contents.payload, message.contents.payload_length)
        print(topic.value.decode(), payload.decode(), flush=True)
    paho.MQTTClient_yield()
    time.sleep(0.3)  # lets the last acknowledgement out
    check(paho.MQTTClient_disconnect(client, 1000))


def check(result):
    if result != 0:
        sys.exit(f"Paho C: {result}")


main(*sys.argv[2:])
