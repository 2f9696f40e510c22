package strategies

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// memoryOf reads how much memory a process has.
type memoryOf struct{ statm *os.File }

// openMemoryOf opens that of a process: the file stays that of the process that
// had the number when it was opened.
func openMemoryOf(pid int) (memoryOf, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/statm", pid))
	return memoryOf{f}, err
}

// read returns the bytes that are resident and not shared with others. It reports
// false when the process has ended.
func (m memoryOf) read() (size int64, ok bool) {
	var buf [128]byte
	n, _ := m.statm.ReadAt(buf[:], 0)
	fields := bytes.Fields(buf[:n]) // of pages: all, resident, shared, …
	if len(fields) < 3 {
		return 0, false
	}
	resident, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0, false
	}
	shared, err := strconv.ParseInt(string(fields[2]), 10, 64)
	return (resident - shared) * int64(os.Getpagesize()), err == nil
}

func (m memoryOf) close() { m.statm.Close() }
