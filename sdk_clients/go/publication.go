package main

// Publication is one message of a workload. Its identity is its publisher, its topic and its seq, dense from 0 in each topic.
type Publication struct {
	Topic      string
	Seq        int
	QoS        byte
	Retain     bool
	Payload    []byte
	IntendedUs int64
}

// Clears says whether it deletes the retained value of its topic.
func (p *Publication) Clears() bool { return p.Retain && len(p.Payload) == 0 }

// Will is what a broker publishes in the name of a client that died; IntendedUs is when that is to be.
type Will struct {
	Topic      string
	Seq        int
	QoS        byte
	DelayS     int
	Payload    []byte
	IntendedUs int64
}

// MessageID is by which a message is counted.
type MessageID struct {
	Publisher, Topic string
	Seq              int
}

func (p *Publication) id(publisher string) MessageID { return MessageID{publisher, p.Topic, p.Seq} }
