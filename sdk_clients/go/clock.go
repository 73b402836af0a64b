package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// nowUs is microseconds of CLOCK_MONOTONIC, which every process of one host shares; package time hides the raw value.
func nowUs() int64 {
	var ts unix.Timespec
	// Cannot fail on Linux for this clock; a zero time would show up in every figure.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano() / 1000
}

func untilUs(deadlineUs int64) time.Duration {
	return time.Duration(max(deadlineUs-nowUs(), 0)) * time.Microsecond
}
