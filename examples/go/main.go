// One of the examples, by its name: go run . send_receive
package main

import (
	"fmt"
	"os"
)

var examples = map[string]func(){
	"send_receive": sendReceive,
	"p2p":          peerToPeer,
	"tls":          overTLS,
	"websocket":    overWebSocket,
	"token_login":  tokenLogin,
	"ordered":      ordered,
	"offline_pull": offlinePull,
	"presence":     presence,
}

func main() {
	if len(os.Args) == 2 && examples[os.Args[1]] != nil {
		examples[os.Args[1]]()
		return
	}
	fmt.Fprintln(os.Stderr, "name an example: send_receive, p2p, …")
	os.Exit(64)
}
