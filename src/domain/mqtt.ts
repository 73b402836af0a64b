/** The versions of MQTT that there are clients for. */
export type MqttVersion = '3.1.1' | '5';
