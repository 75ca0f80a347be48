// Every scenario with Debian's paho for Go: driver URL VERSION first|second [CA file].
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

type message struct {
	topic    string
	payload  []byte
	retained bool
}

type client struct {
	mqtt.Client
	got chan message
}

func must(ok bool, what string) {
	if !ok {
		fmt.Fprintln(os.Stderr, "failed: "+what)
		os.Exit(1)
	}
}

func wait(token mqtt.Token) {
	must(token.WaitTimeout(20*time.Second), "no answer")
	must(token.Error() == nil, fmt.Sprint(token.Error()))
}

func connect(name string, clean bool, will string) client {
	url := os.Args[1]
	if strings.HasPrefix(url, "ws") {
		url += "/mqtt"
	}
	version := map[string]uint{"3.1": 3, "3.1.1": 4}[os.Args[2]]
	got := make(chan message, 1000)
	options := mqtt.NewClientOptions().AddBroker(url).SetClientID(name).SetCleanSession(clean).
		SetProtocolVersion(version).SetAutoReconnect(false).SetOrderMatters(true)
	options.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		got <- message{m.Topic(), m.Payload(), m.Retained()}
	})
	if len(os.Args) > 4 {
		pem, _ := os.ReadFile(os.Args[4])
		pool := x509.NewCertPool()
		must(pool.AppendCertsFromPEM(pem), "the CA file")
		options.SetTLSConfig(&tls.Config{RootCAs: pool})
	}
	if will != "" {
		options.SetWill("will/"+name, will, 1, false)
	}
	c := client{mqtt.NewClient(options), got}
	wait(c.Connect())
	return c
}

func (c client) take() message {
	select {
	case m := <-c.got:
		return m
	case <-time.After(20 * time.Second):
		must(false, "nothing came")
	}
	return message{}
}

func (c client) expect(topic string) {
	for i := 0; i < 20; i++ {
		m := c.take()
		must(m.topic == topic && string(m.payload) == fmt.Sprintf("m%d", i), fmt.Sprint(m))
	}
}

func (c client) send(topic string, qos byte) {
	for i := 0; i < 20; i++ {
		wait(c.Publish(topic, qos, false, fmt.Sprintf("m%d", i)))
	}
}

func first() {
	a, b := connect("a", true, ""), connect("b", true, "")
	for qos := byte(0); qos < 3; qos++ {
		topic := fmt.Sprintf("live/%d", qos)
		wait(b.Subscribe(topic, qos, nil))
		a.send(topic, qos)
		b.expect(topic)
		fmt.Printf("passed qos%d\n", qos)
	}
	wait(a.Publish("kept/x", 1, true, "old"))
	wait(b.Subscribe("kept/#", 1, nil))
	kept := b.take()
	must(kept.retained && string(kept.payload) == "old", "retained")
	fmt.Println("passed retained")
	wait(b.Subscribe("wild/+/c/#", 1, nil))
	for _, topic := range []string{"wild/a/x", "wild/a/c", "wild/b/c/d/e"} {
		wait(a.Publish(topic, 1, false, "w"))
	}
	must(b.take().topic == "wild/a/c" && b.take().topic == "wild/b/c/d/e", "wildcards")
	fmt.Println("passed wildcards")
	wait(b.Subscribe("large", 2, nil))
	large := bytes.Repeat([]byte{7}, 65536)
	wait(a.Publish("large", 2, false, large))
	must(bytes.Equal(b.take().payload, large), "64 KiB")
	fmt.Println("passed 64KiB")
	wait(b.Subscribe("will/#", 1, nil))
	connect("dying", true, "gone")
	// The same client id again ends the first connection without a DISCONNECT of its own.
	connect("dying", true, "")
	must(b.take().topic == "will/dying", "will")
	fmt.Println("passed will")
	away := connect("away", false, "")
	wait(away.Subscribe("away/#", 1, nil))
	away.Disconnect(250)
	a.send("away/t", 1)
	a.Disconnect(250)
	b.Disconnect(250)
}

func second() {
	away := connect("away", false, "")
	away.expect("away/t")
	away.Disconnect(250)
	fmt.Println("passed offline")
}

func main() {
	if os.Args[3] == "first" {
		first()
	} else {
		second()
	}
	fmt.Println("done")
}
