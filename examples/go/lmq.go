package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// What all examples share: where the broker is, and the login by signature (LMQ-AUTH-1).

const group = "GID_plant"

func setting(name, usual string) string {
	if given := os.Getenv(name); given != "" {
		return given
	}
	return usual
}

var broker = url("tcp", "1883")

func url(scheme, port string) string {
	return scheme + "://" + setting("LMQ_HOST", "127.0.0.1") + ":" + setting("LMQ_PORT", port)
}

// login gives options of a client named GID_plant@@@device that signs its login at the broker.
func login(device, broker string) *mqtt.ClientOptions {
	signature := hmac.New(sha1.New, []byte(setting("LMQ_SECRET", "example-secret")))
	signature.Write([]byte(group))
	return mqtt.NewClientOptions().AddBroker(broker).
		SetClientID(group + "@@@" + device).
		SetUsername(setting("LMQ_KEY", "example-key")).
		SetPassword(base64.StdEncoding.EncodeToString(signature.Sum(nil)))
}

// connect gives the client and a channel of what it receives.
func connect(options *mqtt.ClientOptions) (mqtt.Client, chan mqtt.Message) {
	messages := make(chan mqtt.Message, 100)
	options.SetDefaultPublishHandler(func(_ mqtt.Client, message mqtt.Message) { messages <- message })
	client := mqtt.NewClient(options)
	wait(client.Connect())
	return client, messages
}

func wait(token mqtt.Token) {
	if !token.WaitTimeout(20 * time.Second) {
		log.Fatal("no answer")
	}
	if token.Error() != nil {
		log.Fatal(token.Error())
	}
}

func subscribe(client mqtt.Client, filter string) {
	wait(client.Subscribe(filter, 1, nil))
}

// publish comes back after the PUBACK.
func publish(client mqtt.Client, topic, text string) {
	wait(client.Publish(topic, 1, false, text))
}

func show(message mqtt.Message) {
	fmt.Printf("%s %s\n", message.Topic(), message.Payload())
}
