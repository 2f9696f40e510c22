package strategies

import "os"

// ballastBytes make a worker's collector begin later. Go collects at 4 MiB, however
// little lives: a worker that gets items of 1 MiB collected for every fourth, and gave
// back memory that it faulted in again for the next, which took a third of its
// CPU time. The ballast counts as alive, so that a worker with little else collects
// each time another 10 MiB or so have been allocated. It is never touched, and so
// takes addresses and no memory.
const ballastBytes = 8 << 20

// newBallast leaves the collector alone where somebody has already said what it
// is to do, or how much memory there is.
func newBallast() []byte {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return nil
	}
	return make([]byte, ballastBytes)
}
