package com.robustmq.chaos.client;

/** What a role does on its connections. */
interface Session {
    Role role();

    /** Before the connection is made, because a broker may deliver right after its CONNACK. */
    void prepare(Link link);

    /** Called with the state locked. */
    void connected(Link link, boolean sessionPresent, long atUs);

    /** Called with the state locked. */
    void disconnected();
}
