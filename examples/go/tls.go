package main

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"os"
)

// Sends and receives over TLS; the broker must show a certificate that LMQ_CA vouches for.
func overTLS() {
	pem, err := os.ReadFile(setting("LMQ_CA", "artifacts/examples/data/tls/certificate.pem"))
	trusted := x509.NewCertPool()
	if err != nil || !trusted.AppendCertsFromPEM(pem) {
		log.Fatal("LMQ_CA names no certificate in PEM: ", err)
	}
	options := login("tls", url("ssl", "8883")).SetTLSConfig(&tls.Config{RootCAs: trusted})
	client, messages := connect(options)
	subscribe(client, "plant/tls")
	publish(client, "plant/tls", "hello")
	show(<-messages)
	client.Disconnect(100)
}
