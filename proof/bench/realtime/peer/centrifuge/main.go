// A small server on Centrifuge, the engine of Centrifugo: one channel, JSON protocol. Each line of standard input is a number of messages to publish.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/centrifugal/centrifuge"
)

func main() {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		panic(err)
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: "clients"}, PingPongConfig: &centrifuge.PingPongConfig{PingInterval: -1}}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent, reply centrifuge.SubscribeCallback) {
			reply(centrifuge.SubscribeReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		panic(err)
	}
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{CheckOrigin: func(*http.Request) bool { return true }}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { panic(http.Serve(listener, nil)) }()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)

	message := []byte(strconv.Quote("^^^^" + strings.Repeat("x", 194)))
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		count, _ := strconv.Atoi(input.Text())
		for published := 0; published < count; published++ {
			if _, err := node.Publish("all", message); err != nil {
				panic(err)
			}
		}
	}
}
