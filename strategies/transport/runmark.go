package transport

import "os"

// RunMark tells the processes of this user that a run goes on, whatever its
// transport. What a run leaves behind that ended without removing its mark, as
// after SIGKILL, is somebody else's to end: see [SweepRuns].
type RunMark struct {
	path string
	lock *os.File // locked as long as this process lives
}

// MarkRun marks a run of this process. The caller ends with [RunMark.Remove].
func MarkRun(run uint64) (*RunMark, error) { return markRun(run) }

// Remove removes the mark: nothing is left of the run. A nil mark has nothing to
// remove.
func (m *RunMark) Remove() {
	if m != nil {
		m.remove()
	}
}

// SweepRuns looks for marks whose processes have ended, calls end with the
// runs, if there are any, and removes their marks then. It costs next to nothing
// where there are none.
func SweepRuns(end func(runs []uint64)) { sweepRuns(end) }
