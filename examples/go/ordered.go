package main

import "fmt"

// Has its messages numbered on ordered topics (LMQ-ORD-2): once per connection, before the first one.
func ordered() {
	client, _ := connect(login("ordered", broker))
	publish(client, "$SYS/enableOrderMsg", `{"order":"true"}`)
	for i := 1; i <= 5; i++ {
		text := fmt.Sprint("order ", i)
		publish(client, "orders/new", text)
		fmt.Println("accepted", text)
	}
	client.Disconnect(100)
}
