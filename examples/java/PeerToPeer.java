import org.fusesource.mqtt.client.BlockingConnection;

/** Sends to one client by its id, which need not subscribe (LMQ-MSG-5). */
class PeerToPeer {
    public static void main(String[] args) throws Exception {
        BlockingConnection receiver = Lmq.connect("receiver", true);
        BlockingConnection sender = Lmq.connect("sender", true);
        Lmq.publish(sender, "plant/p2p/GID_plant@@@receiver", "hello");
        Lmq.printNext(receiver);
        sender.disconnect();
        receiver.disconnect();
    }
}
