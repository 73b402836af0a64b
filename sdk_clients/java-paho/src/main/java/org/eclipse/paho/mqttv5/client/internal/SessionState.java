package org.eclipse.paho.mqttv5.client.internal;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Vector;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;

/** What the library keeps of a session, where nobody else can reach it. Bound to the version that pom.xml pins. */
public final class SessionState {
    private SessionState() {}

    /**
     * Whether the library is to forget its session when it takes a CONNACK, and when its connection ends. It asks the options of the
     * connection, and never the CONNACK.
     */
    public static void forgets(ClientComms comms, boolean forgets) {
        ((ClientState) comms.getClientState()).setCleanStart(forgets);
    }

    /**
     * Has every PUBLISH of the present connection carry its topic. An alias is only of one connection, and the library sends what is
     * open with the alias alone on the next one.
     */
    public static void usesNoTopicAlias(MqttAsyncClient client) {
        try {
            Field connection = MqttAsyncClient.class.getDeclaredField("mqttConnection");
            connection.setAccessible(true);
            ((MqttConnectionState) connection.get(client)).setOutgoingTopicAliasMaximum(0);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Throws away what a thread of the last connection has queued after its end, such as the PUBACK of a message that it was just
     * handing over. The thread that sends ends itself if it finds anything before the CONNECT, and the thread that would queue the
     * CONNECT then waits for ever to see it run. What is open of the session is kept elsewhere.
     */
    public static void forgetsQueue(ClientComms comms) {
        try {
            for (String name : List.of("pendingFlows", "pendingMessages")) {
                Field queue = ClientState.class.getDeclaredField(name);
                queue.setAccessible(true);
                ((Vector<?>) queue.get(comms.getClientState())).clear();
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
