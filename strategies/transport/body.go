package transport

import (
	"math/bits"
	"sync"
)

// A body is the memory that the payload and the trailer of a large frame are
// read into. Fresh memory must be zeroed, the collector is soon at work for it,
// and what that gives back to the system comes again page by page: for 1 MiB
// that took longer than the pipe. So who is done with a frame gives its body
// back with [Conn.Reuse], for whichever connection of the process needs one next.
//
// There is a pool for each power of two: it holds bodies from there to the next.
// The collector empties them, so that nothing is held for ever.
var bodies [bits.UintSize + 1]sync.Pool

// leastBody is the smallest that is worth the trouble.
const leastBody = slabSize / 8

// newBody returns n bytes that nobody uses, with anything in them.
func newBody(n int) []byte {
	if b, ok := bodies[bits.Len(uint(n))].Get().(*[]byte); ok && cap(*b) >= n {
		return (*b)[:n]
	}
	most := 1<<bits.Len(uint(n)) - 1
	return make([]byte, n, min(n+n/16, most)) // the next may be a little larger
}

// reuse takes the body of f back, unless it is a small one.
func reuse(f *Frame) {
	if cap(f.body) > leastBody {
		keepBody(f.body)
	}
	f.Payload, f.Trailer, f.body = nil, nil, nil
}

func keepBody(b []byte) { bodies[bits.Len(uint(cap(b)))].Put(&b) }
