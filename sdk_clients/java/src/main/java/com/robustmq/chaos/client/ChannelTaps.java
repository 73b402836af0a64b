package com.robustmq.chaos.client;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Puts a {@link ChannelTap} nearest to the socket of every connection that the library makes. Netty finds this class as a service, if
 * it is told to look for such.
 */
public final class ChannelTaps extends ChannelInitializerExtension {
    /** Held, because the configuration of a logger that nobody holds is forgotten. */
    private static final Logger LOGGER = Logger.getLogger("io.netty.bootstrap");

    /** Before Netty makes its first connection. */
    static void install() {
        // It says for each process which services it has found.
        LOGGER.setLevel(Level.WARNING);
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeClientChannel(Channel channel) {
        channel.pipeline().addFirst(new ChannelTap());
    }
}
