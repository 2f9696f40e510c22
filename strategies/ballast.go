package strategies

import "os"

// ballast makes a worker's collector begin later. Go collects at 4 MiB, however
// little lives: a worker that gets items of 1 MiB collected for every fourth, and gave
// back memory that it faulted in again for the next, which took a third of its
// CPU time. The ballast counts as alive, so that a worker with little else collects
// each time another 10 MiB or so have been allocated. It is never touched, and so
// takes addresses and no memory.
var ballast []byte

const ballastBytes = 8 << 20

// layBallast leaves the collector alone where somebody has already said what it
// is to do, or how much memory there is.
func layBallast() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		ballast = make([]byte, ballastBytes)
	}
}
