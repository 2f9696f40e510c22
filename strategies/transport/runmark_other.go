//go:build !unix

package transport

func markRun(uint64) (*RunMark, error) { return nil, errUnsupported }
func (m *RunMark) remove()             {}
func sweepRuns(func([]uint64))         {}
