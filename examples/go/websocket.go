package main

// Sends and receives over a WebSocket; for one over TLS take wss, 8443 and the TLS configuration of tls.go.
func overWebSocket() {
	client, messages := connect(login("websocket", url("ws", "8080")+"/mqtt"))
	subscribe(client, "plant/websocket")
	publish(client, "plant/websocket", "hello")
	show(<-messages)
	client.Disconnect(100)
}
