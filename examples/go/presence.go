package main

import (
	"encoding/json"
	"fmt"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

type event struct {
	ClientID   string `json:"clientId"`
	EventType  string `json:"eventType"`
	ChannelID  string `json:"channelId"`
	EventIndex int64  `json:"eventIndex"`
}

// life is a client's newest connect and newest end, by eventIndex.
type life struct {
	came, went event
	isOnline   bool
}

func (l *life) note(got event) {
	if got.EventType == "connect" && got.EventIndex > l.came.EventIndex {
		l.came = got
		l.isOnline = got.ChannelID != l.went.ChannelID // its end may have come before it
	} else if got.EventType != "connect" && got.EventIndex > l.went.EventIndex {
		l.went = got
		if got.ChannelID == l.came.ChannelID { // an older connection's end does not count
			l.isOnline = false
		}
	}
}

// Tells who of GID_plant is online, by the rule for readers of presence (LMQ-PRE-3, LMQ-PRE-4).
func presence() {
	// Subscribes again when the library has connected again.
	options := login("watcher", broker).
		SetOnConnectHandler(func(client mqtt.Client) { subscribe(client, "GID_plant_MQTT") })
	_, messages := connect(options)
	lives := map[string]life{}
	for message := range messages {
		var got event
		if json.Unmarshal(message.Payload(), &got) != nil {
			continue
		}
		next := lives[got.ClientID]
		next.note(got)
		if next.isOnline != lives[got.ClientID].isOnline {
			fmt.Println(got.ClientID, map[bool]string{true: "online", false: "offline"}[next.isOnline])
		}
		lives[got.ClientID] = next
	}
}
