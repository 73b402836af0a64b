package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;

/** One connection that was made: the library's client, which serves no other one, and where it is connected. */
record Link(Mqtt3AsyncClient client, Endpoint endpoint) {}
