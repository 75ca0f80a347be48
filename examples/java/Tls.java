import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.fusesource.mqtt.client.BlockingConnection;
import org.fusesource.mqtt.client.MQTT;

/** Sends and receives over TLS; the broker must show a certificate that LMQ_CA vouches for. */
class Tls {
    public static void main(String[] args) throws Exception {
        MQTT options = Lmq.login("tls", "tlsv1.2", "8883");
        options.setSslContext(trust(Lmq.setting("LMQ_CA", "artifacts/examples/data/tls/certificate.pem")));
        BlockingConnection client = Lmq.connect(options);
        Lmq.subscribe(client, "plant/tls");
        Lmq.publish(client, "plant/tls", "hello");
        Lmq.printNext(client);
        client.disconnect();
    }

    static SSLContext trust(String file) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        trusted.setCertificateEntry("broker",
            CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(file)));
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
