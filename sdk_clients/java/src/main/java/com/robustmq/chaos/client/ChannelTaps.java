package com.robustmq.chaos.client;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;

/**
 * Puts a {@link ChannelTap} nearest to the socket of every connection that the library makes. Netty finds this class as a service, if
 * it is told to look for such.
 */
public final class ChannelTaps extends ChannelInitializerExtension {
    /** Before Netty makes its first connection. */
    static void install() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeClientChannel(Channel channel) {
        channel.pipeline().addFirst(new ChannelTap());
    }
}
