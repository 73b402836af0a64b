package main

// The lines of a ledger of version 2. Every field is in every line of its kind; nil is null: it was not recorded, or does not exist
// in this version of MQTT.

// EventsHeader is the first line.
type EventsHeader struct {
	Ledger   int    `json:"ledger"`
	Run      string `json:"run"`
	Phase    string `json:"phase"`
	SDK      string `json:"sdk"`
	Workload string `json:"workload"`
	T0Us     *int64 `json:"t0_us"`
	EndUs    int64  `json:"end_us"`
}

// row is one line after it.
type row interface{ at() int64 }

type rowHead struct {
	Event      string `json:"event"`
	Client     string `json:"client"`
	Connection int    `json:"connection"`
	AtUs       int64  `json:"at_us"`
}

func (h rowHead) at() int64 { return h.AtUs }

type connectRow struct {
	rowHead
	Endpoint   string   `json:"endpoint"`
	Clean      bool     `json:"clean"`
	KeepAliveS int      `json:"keep_alive_s"`
	ExpiryS    *int     `json:"expiry_s"`
	Will       *willRow `json:"will"`
}

type willRow struct {
	Topic  string `json:"topic"`
	Seq    int    `json:"seq"`
	QoS    byte   `json:"qos"`
	DelayS int    `json:"delay_s"`
}

type connackRow struct {
	rowHead
	Code            byte  `json:"code"`
	SessionPresent  bool  `json:"session_present"`
	MaximumQoS      *byte `json:"maximum_qos"`
	RetainAvailable *bool `json:"retain_available"`
	SharedAvailable *bool `json:"shared_available"`
}

type closeRow struct {
	rowHead
	By         string `json:"by"`
	ReasonCode *byte  `json:"reason_code"`
}

type subscribeRow struct {
	rowHead
	Filter string `json:"filter"`
	QoS    byte   `json:"qos"`
}

type subackRow struct {
	rowHead
	Filter  string `json:"filter"`
	Granted byte   `json:"granted"`
}

type sendRow struct {
	rowHead
	Topic  string `json:"topic"`
	Seq    int    `json:"seq"`
	QoS    byte   `json:"qos"`
	Retain bool   `json:"retain"`
	Clears bool   `json:"clears"`
}

type ackRow struct {
	rowHead
	Topic string `json:"topic"`
	Seq   int    `json:"seq"`
	Step  string `json:"step"`
	Code  byte   `json:"code"`
}

type receiveRow struct {
	rowHead
	Topic     string `json:"topic"`
	Publisher string `json:"publisher"`
	Seq       int    `json:"seq"`
	QoS       byte   `json:"qos"`
	Retain    bool   `json:"retain"`
	Dup       bool   `json:"dup"`
}
