import com.google.gson.Gson;
import java.util.HashMap;
import java.util.Map;
import org.fusesource.mqtt.client.BlockingConnection;
import org.fusesource.mqtt.client.Message;

/** Tells who of GID_plant is online, by the rule for readers of presence (LMQ-PRE-3, LMQ-PRE-4). */
class Presence {
    static class Event {
        String clientId, eventType, channelId;
        long eventIndex;
    }

    /** A client's newest connect and newest end, by eventIndex. */
    static class Life {
        Event came = new Event(), went = new Event();
        boolean isOnline;

        void note(Event got) {
            if (got.eventType.equals("connect") && got.eventIndex > came.eventIndex) {
                came = got;
                isOnline = !got.channelId.equals(went.channelId); // its end may have come before it
            } else if (!got.eventType.equals("connect") && got.eventIndex > went.eventIndex) {
                went = got;
                // An older connection's end does not count.
                if (got.channelId.equals(came.channelId)) isOnline = false;
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Map<String, Life> lives = new HashMap<>();
        BlockingConnection client = Lmq.connect("watcher", true);
        Lmq.subscribe(client, "GID_plant_MQTT");
        while (true) {
            Message message = client.receive();
            Event got = new Gson().fromJson(new String(message.getPayload()), Event.class);
            Life life = lives.computeIfAbsent(got.clientId, id -> new Life());
            boolean wasOnline = life.isOnline;
            life.note(got);
            if (life.isOnline != wasOnline)
                System.out.println(got.clientId + " " + (wasOnline ? "offline" : "online"));
            message.ack();
        }
    }
}
