import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.fusesource.mqtt.client.BlockingConnection;
import org.fusesource.mqtt.client.MQTT;
import org.fusesource.mqtt.client.Message;
import org.fusesource.mqtt.client.QoS;
import org.fusesource.mqtt.client.Topic;

/** What all examples share: where the broker is, and the login by signature (LMQ-AUTH-1). */
class Lmq {
    static final String GROUP = "GID_plant";

    static String setting(String name, String usual) {
        return System.getenv().getOrDefault(name, usual);
    }

    /** Options of a client named GID_plant@@@device that signs its login. */
    static MQTT login(String device, String scheme, String port) throws Exception {
        Mac hmac = Mac.getInstance("HmacSHA1");
        hmac.init(new SecretKeySpec(setting("LMQ_SECRET", "example-secret").getBytes(), "HmacSHA1"));
        MQTT options = new MQTT();
        options.setVersion("3.1.1");
        options.setHost(scheme + "://" + setting("LMQ_HOST", "127.0.0.1") + ":" + setting("LMQ_PORT", port));
        options.setClientId(GROUP + "@@@" + device);
        options.setUserName(setting("LMQ_KEY", "example-key"));
        options.setPassword(Base64.getEncoder().encodeToString(hmac.doFinal(GROUP.getBytes())));
        options.setConnectAttemptsMax(1);
        return options;
    }

    static BlockingConnection connect(MQTT options) throws Exception {
        BlockingConnection connection = options.blockingConnection();
        connection.connect();
        return connection;
    }

    static BlockingConnection connect(String device, boolean clean) throws Exception {
        MQTT options = login(device, "tcp", "1883");
        options.setCleanSession(clean);
        return connect(options);
    }

    static void subscribe(BlockingConnection connection, String filter) throws Exception {
        connection.subscribe(new Topic[] { new Topic(filter, QoS.AT_LEAST_ONCE) });
    }

    /** Comes back after the PUBACK. */
    static void publish(BlockingConnection connection, String topic, String text) throws Exception {
        connection.publish(topic, text.getBytes(), QoS.AT_LEAST_ONCE, false);
    }

    /** Prints the next message, then acknowledges it. */
    static void printNext(BlockingConnection connection) throws Exception {
        Message message = connection.receive();
        System.out.println(message.getTopic() + " " + new String(message.getPayload()));
        message.ack();
    }
}
