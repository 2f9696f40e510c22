package strategies

import (
	"fmt"
	"time"

	"github.com/handoff-go/handoff/internal/bytesize"
)

// How often a worker's memory is looked at, under memory=: one that is busy can
// take some hundred MiB a second, and reading it takes some microseconds.
const (
	memoryTick     = 10 * time.Millisecond
	memoryIdleTick = 100 * time.Millisecond
)

// watchMemory gives up a worker that has taken more than memory= allows. The
// limits that it has set itself (see limitMemory) come before that, where they hold: what
// they count is not what is used, and depending on what the process had before, they let
// a multiple pass. Memory that is shared with others does not count: that of a
// connection is not the task's.
func (pr *process) watchMemory() {
	limit := pr.core.spec.Memory
	if limit == 0 {
		return
	}
	m, err := openMemoryOf(pr.cmd.Process.Pid)
	if err != nil {
		return // the process has ended, or this system does not tell
	}
	defer m.close()
	select {
	case <-pr.exited: // then the number may already be another's
		return
	default:
	}
	wait := time.NewTimer(memoryTick)
	defer wait.Stop()
	for {
		select {
		case <-pr.gone:
			return
		case <-wait.C:
		}
		size, ok := m.read()
		if !ok {
			return
		}
		if size > limit {
			pr.peak.Store(max(pr.peak.Load(), size))
			pr.giveUp(fmt.Sprintf("it took %d MiB of memory, over memory=%s", size>>20, bytesize.Format(limit)))
			return
		}
		if pr.core.hasItems(pr.slot) {
			wait.Reset(memoryTick)
		} else {
			wait.Reset(memoryIdleTick)
		}
	}
}
