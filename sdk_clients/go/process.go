package main

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// What else a process has open.
const otherFiles = 100

// Process is what a run cost.
type Process struct {
	CPUSeconds float64 `json:"cpu_seconds"`
	MaxRSSKB   int64   `json:"max_rss_kb"`
}

// processFiguresNow asks the kernel for the memory of this program alone: what getrusage knows is also that of whoever started it.
func processFiguresNow() *Process {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage)
	p := &Process{CPUSeconds: rounded(float64(usage.Utime.Nano()+usage.Stime.Nano())/1e9, 3), MaxRSSKB: usage.Maxrss}
	status, _ := os.ReadFile("/proc/self/status")
	if _, after, is := bytes.Cut(status, []byte("VmHWM:")); is {
		_, _ = fmt.Fscan(bytes.NewReader(after), &p.MaxRSSKB)
	}
	return p
}

// openFilesLimit is the hard one: the runtime has raised the other one to it.
func openFilesLimit() int {
	var limit unix.Rlimit
	_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return int(min(limit.Cur, 1<<30))
}
