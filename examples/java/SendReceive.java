import org.fusesource.mqtt.client.BlockingConnection;

/** Sends a message and receives it. */
class SendReceive {
    public static void main(String[] args) throws Exception {
        BlockingConnection client = Lmq.connect("hello", true);
        Lmq.subscribe(client, "plant/hello");
        Lmq.publish(client, "plant/hello", "hello");
        Lmq.printNext(client);
        client.disconnect();
    }
}
