/** A CONNECT that came in. */
export interface SeenConnect {
  /** By the ending of the client id, `-pub` or `-sub`; whoever else comes is a guest. */
  readonly role: 'publisher' | 'subscriber' | 'guest';
  /** How often this role has connected, from 1. */
  readonly nth: number;
  readonly clientId: string;
  readonly version: 4 | 5;
  readonly clean: boolean;
  readonly keepAliveSeconds: number;
  readonly username: string | undefined;
}

/** A PUBLISH that came in. */
export interface SeenPublish {
  /** As its payload says; the place among all messages of its topic where the payload says nothing. */
  readonly seq: number;
  /** How often this message has come, from 1. */
  readonly nth: number;
  /** As its payload says; its arrival where the payload says nothing. */
  readonly intendedUs: number;
  readonly atUs: number;
  readonly clientId: string;
  readonly message: { readonly topic: string; readonly payload: Buffer };
}

/** What is done with one PUBLISH. What is left out is done right. */
export interface Treatment {
  /** False: it is never acknowledged. A number is MQTT 5's reason code; from 0x80 on it is no acknowledgement. */
  readonly puback?: boolean | number;
  readonly pubackAfterMs?: number;
  /** How often it is delivered; 1 if left out. */
  readonly copies?: number;
  /** The second and every further copy says that it is one. */
  readonly flagged?: boolean;
  /** Against the protocol: every further copy has the packet id of the first, which nobody has acknowledged yet. */
  readonly sameId?: boolean;
  /** Against the protocol: before its acknowledgement comes one of a packet id that the publisher has never used. */
  readonly strayPuback?: boolean;
  readonly deliverAfterMs?: number;
  /** Delivered right behind the next message, which then comes first. */
  readonly swapped?: boolean;
  /** Payloads delivered before it, which nobody expects. */
  readonly strays?: readonly string[];
  /**
   * Ends a connection in order (FIN), so that what was written before is read, and nothing after it is taken: the publisher's with the message not
   * processed, processed but not acknowledged, or acknowledged; the subscriber's before or after the delivery.
   */
  readonly cut?: Cut;
  /** With a cut of the subscriber: its session ends, too, and what comes before it subscribes again is acknowledged and dropped. */
  readonly losesSession?: boolean;
  /** From now on the broker is mute for this time: nothing is read by it, nothing written. This message is its first victim. */
  readonly stallMs?: number;
}

export type Cut =
  | 'publisher-unprocessed'
  | 'publisher-unacknowledged'
  | 'publisher-acknowledged'
  | 'subscriber-undelivered'
  | 'subscriber-delivered';

/** How a broker lies; where nothing is said it tells the truth. */
export interface Behaviour {
  /** CONNACK's code, in the words of the client's own version of MQTT. */
  readonly connack?: (connect: SeenConnect) => number;
  /** CONNACK's Receive Maximum, by MQTT 5 alone; none is said if it is left out. */
  readonly receiveMaximum?: number;
  /** The granted QoS, or 0x80, for the nth SUBSCRIBE. */
  readonly suback?: (nth: number) => number;
  readonly treat?: (publish: SeenPublish) => Treatment | undefined;
  /** Against the protocol: what a subscriber had not acknowledged comes again, under its old packet id, as if for the first time. */
  readonly redeliversUnflagged?: boolean;
}
