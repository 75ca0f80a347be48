package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// Logs in with a token instead of a password, and renews it when told (LMQ-AUTH-2, LMQ-TOK-6, LMQ-TOK-7).
func tokenLogin() {
	// No reconnecting by itself: it would repeat the old upload. Start again with a new client.
	options := login("token", broker).SetUsername("").SetPassword("").SetAutoReconnect(false)
	options.SetConnectionLostHandler(func(_ mqtt.Client, why error) { log.Fatal("closed: ", why) })
	client, messages := connect(options)
	upload(client)
	subscribe(client, "plant/token")
	publish(client, "plant/token", "hello")
	for message := range messages {
		show(message)
		if message.Topic() == "$SYS/tokenExpireNotice" {
			upload(client)
		}
	}
}

// Ask your server for a token here; this one reads what it would answer from a file.
func upload(client mqtt.Client) {
	token, err := os.ReadFile(setting("LMQ_TOKEN_FILE", "artifacts/examples/token.txt"))
	if err != nil {
		log.Fatal(err)
	}
	body, _ := json.Marshal(map[string]string{"token": strings.TrimSpace(string(token)), "type": "RW"})
	publish(client, "$SYS/uploadToken", string(body)) // back after its PUBACK: from now on the token counts
	fmt.Println("token taken")
}
