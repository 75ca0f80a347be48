import org.fusesource.mqtt.client.BlockingConnection;

/** Has its messages numbered on ordered topics (LMQ-ORD-2): once per connection, before the first one. */
class Ordered {
    public static void main(String[] args) throws Exception {
        BlockingConnection client = Lmq.connect("ordered", true);
        Lmq.publish(client, "$SYS/enableOrderMsg", "{\"order\":\"true\"}");
        for (int i = 1; i <= 5; i++) {
            Lmq.publish(client, "orders/new", "order " + i);
            System.out.println("accepted order " + i);
        }
        client.disconnect();
    }
}
