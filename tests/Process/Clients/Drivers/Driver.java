// Every scenario with Debian's FuseSource client: Driver URL VERSION first|second [CA file].
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.fusesource.mqtt.client.BlockingConnection;
import org.fusesource.mqtt.client.MQTT;
import org.fusesource.mqtt.client.Message;
import org.fusesource.mqtt.client.QoS;
import org.fusesource.mqtt.client.Topic;

public class Driver {
    static String[] given;

    static void must(boolean ok, String what) {
        if (!ok) throw new IllegalStateException(what);
    }

    static BlockingConnection connect(String name, boolean clean, String will) throws Exception {
        MQTT mqtt = new MQTT();
        mqtt.setHost(given[0].replace("tls:", "tlsv1.2:"));
        mqtt.setVersion(given[1]);
        mqtt.setClientId(name);
        mqtt.setCleanSession(clean);
        mqtt.setReconnectAttemptsMax(0);
        mqtt.setConnectAttemptsMax(1);
        if (given.length > 3) mqtt.setSslContext(trust(given[3]));
        if (will != null) {
            mqtt.setWillTopic("will/" + name);
            mqtt.setWillMessage(will);
            mqtt.setWillQos(QoS.AT_LEAST_ONCE);
        }
        BlockingConnection connection = mqtt.blockingConnection();
        connection.connect();
        return connection;
    }

    static SSLContext trust(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("broker",
            CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(file)));
        TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    static Message take(BlockingConnection from) throws Exception {
        Message message = from.receive(20, TimeUnit.SECONDS);
        must(message != null, "nothing came");
        message.ack();
        return message;
    }

    static void send(BlockingConnection to, String topic, QoS qos) throws Exception {
        for (int i = 0; i < 20; i++) to.publish(topic, ("m" + i).getBytes(), qos, false);
    }

    static void expect(BlockingConnection from, String topic) throws Exception {
        for (int i = 0; i < 20; i++) {
            Message message = take(from);
            must(message.getTopic().equals(topic) && new String(message.getPayload()).equals("m" + i), topic);
        }
    }

    static void subscribe(BlockingConnection on, String filter, QoS qos) throws Exception {
        on.subscribe(new Topic[] { new Topic(filter, qos) });
    }

    static void first() throws Exception {
        BlockingConnection a = connect("a", true, null), b = connect("b", true, null);
        for (QoS qos : QoS.values()) {
            String topic = "live/" + qos.ordinal();
            subscribe(b, topic, qos);
            send(a, topic, qos);
            expect(b, topic);
            System.out.println("passed qos" + qos.ordinal());
        }
        a.publish("kept/x", "old".getBytes(), QoS.AT_LEAST_ONCE, true);
        subscribe(b, "kept/#", QoS.AT_LEAST_ONCE);
        must(new String(take(b).getPayload()).equals("old"), "retained");
        System.out.println("passed retained");
        subscribe(b, "wild/+/c/#", QoS.AT_LEAST_ONCE);
        for (String topic : new String[] { "wild/a/x", "wild/a/c", "wild/b/c/d/e" })
            a.publish(topic, "w".getBytes(), QoS.AT_LEAST_ONCE, false);
        must(take(b).getTopic().equals("wild/a/c") && take(b).getTopic().equals("wild/b/c/d/e"), "wildcards");
        System.out.println("passed wildcards");
        subscribe(b, "large", QoS.EXACTLY_ONCE);
        byte[] large = new byte[65536];
        Arrays.fill(large, (byte) 7);
        a.publish("large", large, QoS.EXACTLY_ONCE, false);
        must(Arrays.equals(take(b).getPayload(), large), "64 KiB");
        System.out.println("passed 64KiB");
        subscribe(b, "will/#", QoS.AT_LEAST_ONCE);
        connect("dying", true, "gone");
        // The same client id again ends the first connection without a DISCONNECT of its own.
        connect("dying", true, null);
        must(take(b).getTopic().equals("will/dying"), "will");
        System.out.println("passed will");
        BlockingConnection away = connect("away", false, null);
        subscribe(away, "away/#", QoS.AT_LEAST_ONCE);
        away.disconnect();
        send(a, "away/t", QoS.AT_LEAST_ONCE);
        a.disconnect();
        b.disconnect();
    }

    static void second() throws Exception {
        BlockingConnection away = connect("away", false, null);
        expect(away, "away/t");
        away.disconnect();
        System.out.println("passed offline");
    }

    public static void main(String[] args) throws Exception {
        given = args;
        if (args[2].equals("first")) first();
        else second();
        System.out.println("done");
        System.exit(0);
    }
}
