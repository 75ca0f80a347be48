package main

// Sends to one client by its id, which need not subscribe (LMQ-MSG-5).
func peerToPeer() {
	receiver, messages := connect(login("receiver", broker))
	sender, _ := connect(login("sender", broker))
	publish(sender, "plant/p2p/GID_plant@@@receiver", "hello")
	show(<-messages)
	sender.Disconnect(100)
	receiver.Disconnect(100)
}
