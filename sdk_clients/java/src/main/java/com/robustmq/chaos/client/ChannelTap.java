package com.robustmq.chaos.client;

import com.hivemq.client.internal.mqtt.handler.disconnect.MqttDisconnectEvent;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;

/** The place nearest to the socket. Whatever comes in or goes out is shown here first. All of it on the thread of the channel. */
final class ChannelTap extends ChannelDuplexHandler implements WireSocket {
    private volatile ChannelHandlerContext context;
    private Watcher watcher;
    private boolean isMute;
    /** A DISCONNECT is on its way. Whatever still comes in is read by nobody: the library would not take it for the session either. */
    private boolean hasLeft;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (!(remote instanceof TappedAddress tapped)) {
            // Nobody watches this connection.
            ctx.connect(remote, local, promise);
            ctx.pipeline().remove(this);
            return;
        }
        TappedAddress.Target target = tapped.target();
        watcher = target.watcher();
        if (!watcher.dials(this)) {
            promise.setFailure(new ConnectTimeoutException("given up"));
            ctx.close();
            return;
        }
        promise.addListener(done -> {
            if (!done.isSuccess()) {
                watcher.ended(done.cause() instanceof ConnectTimeoutException ? "timeout" : "peer");
            }
        });
        Endpoint endpoint = target.endpoint();
        ctx.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), local, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (isMute || hasLeft) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof ByteBuf bytes) {
            byte[] copy = ByteBufUtil.getBytes(bytes);
            watcher.receives(copy, 0, copy.length);
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (isMute) {
            ReferenceCountUtil.release(message);
            promise.trySuccess();
            return;
        }
        ChannelPromise written = promise;
        if (message instanceof ByteBuf bytes && ctx.channel().isActive()) {
            byte[] copy = ByteBufUtil.getBytes(bytes);
            if (watcher.sends(copy, 0, copy.length)) {
                hasLeft = true;
                written = promise.unvoid();
                written.addListener(done -> {
                    if (done.isSuccess()) {
                        watcher.tookLeave();
                    }
                });
            }
        }
        ctx.write(message, written);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (!isMute) {
            ctx.flush();
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (isMute) {
            return;
        }
        if (ctx.channel().isActive()) {
            watcher.libraryCloses();
        }
        ctx.close(promise);
    }

    /** The library says first why it ends a connection, and then closes it. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof MqttDisconnectEvent end && end.getSource() == MqttDisconnectSource.CLIENT) {
            watcher.lostReason = Errors.text(end.getCause());
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A connection that breaks is the other side's doing, though the library then closes what is left of it.
        if (!isMute) {
            watcher.lostReason = Errors.text(cause);
            watcher.closed("peer", Clock.nowUs(), null);
        }
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        watcher.ended("peer");
        ctx.fireChannelInactive();
    }

    @Override
    public void cut(Runnable moment) {
        onChannel(() -> {
            moment.run();
            // From here on: the library's own handlers, which might still send something, are not asked.
            context.close();
        });
    }

    @Override
    public void mute(Runnable moment) {
        onChannel(() -> {
            isMute = true;
            context.channel().config().setAutoRead(false);
            moment.run();
        });
    }

    @Override
    public void release() {
        onChannel(context::close);
    }

    /** Returns when it is done. */
    private void onChannel(Runnable work) {
        if (context.executor().inEventLoop()) {
            work.run();
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        context.executor().execute(() -> {
            work.run();
            done.countDown();
        });
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
