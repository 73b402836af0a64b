package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static Ledger ledgerOf(int generated) {
        Ledger ledger = new Ledger();
        for (int seq = 0; seq < generated; seq++) {
            ledger.generated(seq * 100L, seq * 100L + 1);
        }
        return ledger;
    }

    @Test
    @DisplayName("each message is in exactly one class")
    void classes() {
        Ledger ledger = ledgerOf(5);
        for (int seq = 0; seq < 4; seq++) {
            ledger.handedOver(seq, 1_000);
        }
        ledger.acked(0, 2_000);
        ledger.received(0, 2_100);
        ledger.acked(1, 2_200);
        ledger.received(2, 2_300);

        assertEquals(new Counts(4, 2, 2, 1, 1, 1, 1, 2, List.of(1), 2, 4), ledger.counts(6));
    }

    @Test
    @DisplayName("a receipt of another copy of this client is not ours, and is shown")
    void impostors() {
        Ledger ledger = ledgerOf(3);
        ledger.receivedNamed(new PayloadFormat.Named(1, 100), 10);
        for (int time = 0; time < 30; time++) {
            ledger.receivedNamed(new PayloadFormat.Named(2, 777), 20);
        }
        ledger.receivedNamed(new PayloadFormat.Named(3, 300), 30);

        assertEquals(1, ledger.counts(3).received());
        assertEquals(31, ledger.unexpected());
        assertEquals(20, ledger.impostors().size());
        assertEquals(new Ledger.Impostor(new PayloadFormat.Named(2, 777), 20), ledger.impostors().get(0));
    }

    @Test
    @DisplayName("a message received five times is one receipt and four duplicates")
    void duplicates() {
        Ledger ledger = ledgerOf(1);
        ledger.handedOver(0, 10);
        for (int receipt = 0; receipt < 5; receipt++) {
            ledger.received(0, 20 + receipt);
        }

        assertEquals(1, ledger.counts(1).received());
        assertEquals(-4, ledger.counts(1).naiveLost());
        assertEquals(4, ledger.duplicates());
        assertEquals(4, ledger.messages().get(0).dups);
        assertEquals(20L, ledger.messages().get(0).recvUs);
    }

    @Test
    @DisplayName("the first hand-over and the first acknowledgement are kept")
    void firsts() {
        Ledger ledger = ledgerOf(1);
        ledger.handedOver(0, 10);
        ledger.handedOver(0, 20);
        ledger.acked(0, 30);
        ledger.acked(0, 40);

        Message message = ledger.messages().get(0);
        assertEquals(10L, message.sentUs);
        assertEquals(2, message.attempts);
        assertEquals(30L, message.ackUs);
        assertEquals(30, ledger.lastProgressUs());
    }

    @Test
    @DisplayName("a receipt nobody generated is unexpected")
    void unexpected() {
        Ledger ledger = ledgerOf(2);
        ledger.received(2, 10);
        ledger.received(-1, 10);
        ledger.received(Long.MAX_VALUE, 10);
        ledger.receivedUnexpected();

        assertEquals(4, ledger.unexpected());
        assertEquals(0, ledger.counts(2).received());
    }

    @Test
    @DisplayName("inversions count first receipts only")
    void inversions() {
        Ledger ledger = ledgerOf(4);
        for (int seq : new int[] {1, 3, 2, 1, 0}) {
            ledger.received(seq, 10);
        }

        assertEquals(2, ledger.inversions());
        assertEquals(1, ledger.duplicates());
    }

    @Test
    @DisplayName("it is settled when all is acknowledged and received")
    void settled() {
        Ledger ledger = ledgerOf(1);
        ledger.handedOver(0, 10);
        assertFalse(ledger.isSettled());
        ledger.received(0, 20);
        assertFalse(ledger.isSettled());
        ledger.acked(0, 30);
        assertTrue(ledger.isSettled());
    }

    @Test
    @DisplayName("nothing counts once it is closed")
    void closed() {
        Ledger ledger = ledgerOf(1);
        ledger.handedOver(0, 10);
        ledger.close();
        ledger.handedOver(0, 20);
        ledger.acked(0, 20);
        ledger.received(0, 20);
        ledger.receivedUnexpected();

        assertEquals(1, ledger.counts(1).unconfirmed());
        assertEquals(1, ledger.messages().get(0).attempts);
        assertEquals(0, ledger.unexpected());
    }

    @Test
    @DisplayName("only the first two hundred lost messages are named")
    void lostSeqs() {
        Ledger ledger = ledgerOf(250);
        for (int seq = 0; seq < 250; seq++) {
            ledger.handedOver(seq, 10);
            ledger.acked(seq, 20);
        }

        Counts counts = ledger.counts(250);
        assertEquals(250, counts.lost());
        assertEquals(200, counts.lostSeqs().size());
        assertEquals(199, counts.lostSeqs().get(199));
    }
}
