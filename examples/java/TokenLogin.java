import java.nio.file.Files;
import java.nio.file.Path;
import org.fusesource.mqtt.client.BlockingConnection;
import org.fusesource.mqtt.client.MQTT;
import org.fusesource.mqtt.client.Message;

/** Logs in with a token instead of a password, and renews it when told (LMQ-AUTH-2, LMQ-TOK-6, LMQ-TOK-7). */
class TokenLogin {
    public static void main(String[] args) throws Exception {
        MQTT options = Lmq.login("token", "tcp", "1883");
        options.setUserName((String) null);
        options.setPassword((String) null);
        // No reconnecting by itself: it would repeat the old upload. Start again with a new connection.
        options.setReconnectAttemptsMax(0);
        BlockingConnection client = Lmq.connect(options);
        upload(client);
        Lmq.subscribe(client, "plant/token");
        Lmq.publish(client, "plant/token", "hello");
        while (true) {
            Message message = client.receive();
            System.out.println(message.getTopic() + " " + new String(message.getPayload()));
            if (message.getTopic().equals("$SYS/tokenExpireNotice")) upload(client);
            message.ack();
        }
    }

    /** Ask your server for a token here; this one reads what it would answer from a file. */
    static void upload(BlockingConnection client) throws Exception {
        Path file = Path.of(Lmq.setting("LMQ_TOKEN_FILE", "artifacts/examples/token.txt"));
        String token = Files.readString(file).trim();
        // Back after its PUBACK: from now on the token counts.
        Lmq.publish(client, "$SYS/uploadToken", "{\"token\":\"" + token + "\",\"type\":\"RW\"}");
        System.out.println("token taken");
    }
}
