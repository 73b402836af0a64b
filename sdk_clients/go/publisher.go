package main

// NewPublisher lends its connection to the outbox.
func NewPublisher(config Config, journal *Journal, outbox *Outbox) *Role {
	r := newRole("publisher", config, &journal.Notes, journal, 0)
	dial := newDial(config, config.Identity.Publisher)
	// The outbox is the publisher's session. A clean one is what permits to send again under new packet ids (MQTT-4.4.0-1).
	dial.CleanSession = true
	dial.OnAck, dial.OnRefused = outbox.Acknowledged, outbox.Refused
	dial.SeqOf = func(payload []byte) (int, bool) { return SeqOf(config.Identity, payload) }
	r.open = dial.open
	r.serve = func(_ string, c *Connection) {
		outbox.Attach(c)
		r.set(func() { r.ready = true })
		<-c.Lost
		outbox.Detach()
	}
	return r
}
