package main

// Sends a message and receives it.
func sendReceive() {
	client, messages := connect(login("hello", broker))
	subscribe(client, "plant/hello")
	publish(client, "plant/hello", "hello")
	show(<-messages)
	client.Disconnect(100)
}
