//go:build !linux

package strategytest

// The faults are for Linux, and so are the parts that processes play in them.

var beforeInit, afterInit map[string]part

func beWorker() {}
