package com.robustmq.chaos.client;

/** The will of one connection. {@code intendedUs}: when its client is to die. */
record Will(String topic, int seq, int qos, int delayS, byte[] payload, long intendedUs) {}
