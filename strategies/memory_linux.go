package strategies

import (
	"fmt"

	"github.com/handoff-go/handoff/internal/bytesize"
	"golang.org/x/sys/unix"
)

// limitMemory bounds what this process may allocate. RLIMIT_AS will not do: a
// Go program has reserved far more addresses than it uses.
func limitMemory(bytes int64) error {
	if bytes == 0 {
		return nil
	}
	limit := unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &limit); err != nil {
		return fmt.Errorf("memory=%s: %w", bytesize.Format(bytes), err)
	}
	return nil
}
