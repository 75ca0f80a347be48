package main

import "fmt"

const pull = `{"pushOrder":"DESC","maxPushNum":30}`

// Fetches what came while it was away, newest first, instead of waiting for it (LMQ-OFF-2).
func offlinePull() {
	away, _ := connect(login("away", broker).SetCleanSession(false))
	subscribe(away, "plant/away")
	away.Disconnect(100)

	sender, _ := connect(login("sender", broker))
	for i := 1; i <= 3; i++ {
		publish(sender, "plant/away", fmt.Sprint("message ", i))
	}
	sender.Disconnect(100)

	away, messages := connect(login("away", broker).SetCleanSession(false))
	publish(away, "$SYS/getOfflineMsg", pull)
	for i := 1; i <= 3; i++ {
		show(<-messages)
	}
	publish(away, "$SYS/getOfflineMsg", pull) // nothing is left; its PUBACK comes after ours
	away.Disconnect(100)
}
