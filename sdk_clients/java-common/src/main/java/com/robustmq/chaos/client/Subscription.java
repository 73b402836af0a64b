package com.robustmq.chaos.client;

import java.util.Optional;

/** What is known of the subscription. Pure. */
final class Subscription {
    private Link link;
    /** The broker's session holds the subscription, as far as is known; it outlives a connection. */
    private boolean granted;
    /** A reconnect found the session gone: until the next grant, what is published is delivered to nobody. */
    private boolean knownGone;

    Optional<Link> link() {
        return Optional.ofNullable(link);
    }

    /** Where the subscriber is connected now, with its subscription. */
    Optional<Endpoint> grantedEndpoint() {
        return link().filter(connected -> granted).map(Link::endpoint);
    }

    boolean isKnownGone() {
        return knownGone;
    }

    /** True where the subscription has to be asked for. */
    boolean connected(Link newLink, boolean sessionPresent) {
        link = newLink;
        if (!sessionPresent) {
            knownGone = knownGone || granted;
            granted = false;
        }
        return !granted;
    }

    void granted() {
        granted = true;
        knownGone = false;
    }

    void disconnected() {
        link = null;
    }
}
