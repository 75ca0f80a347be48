import org.fusesource.mqtt.client.BlockingConnection;

/** Fetches what came while it was away, newest first, instead of waiting for it (LMQ-OFF-2). */
class OfflinePull {
    public static void main(String[] args) throws Exception {
        BlockingConnection away = Lmq.connect("away", false);
        Lmq.subscribe(away, "plant/away");
        away.disconnect();

        BlockingConnection sender = Lmq.connect("sender", true);
        for (int i = 1; i <= 3; i++) Lmq.publish(sender, "plant/away", "message " + i);
        sender.disconnect();

        away = Lmq.connect("away", false);
        Lmq.publish(away, "$SYS/getOfflineMsg", "{\"pushOrder\":\"DESC\",\"maxPushNum\":30}");
        for (int i = 1; i <= 3; i++) Lmq.printNext(away);
        away.disconnect();
    }
}
