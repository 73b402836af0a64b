package org.eclipse.paho.mqttv5.client.internal;

import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubAck;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;

/** What the library's callback thread does with a message that it has handed over while its connection ended. */
public final class LateAck {
    private LateAck() {}

    public static void queue(ClientComms comms) throws MqttException {
        MqttPubAck ack = new MqttPubAck(MqttReturnCode.RETURN_CODE_SUCCESS, 1, new MqttProperties());
        comms.internalSend(ack, new MqttToken(comms.getClient().getClientId()));
    }
}
