//go:build unix

package transport

import (
	"fmt"
	"os"
	"testing"
)

var benchSizes = []int{64, 4 << 10, 64 << 10, 1 << 20}

// dial returns our end of a connection to a process that sends back.
func dial(b *testing.B, kind string) Conn {
	var c Conn
	var theirs []*os.File
	var err error
	switch kind {
	case "shm":
		c, theirs, err = NewShm(testRun, partnerLimit)
	case "shm-doorbell":
		shape := defaultShape
		shape.bells = true
		c, theirs, err = newShm(testRun, partnerLimit, shape)
	case "pipe":
		var files [4]*os.File
		for i := 0; i < 4 && err == nil; i += 2 {
			files[i], files[i+1], err = os.Pipe()
		}
		c, theirs = NewPipe(testRun, partnerLimit, files[0], files[3]), []*os.File{files[2], files[1]}
	}
	if err != nil {
		b.Fatal(err)
	}
	startPartner(b, theirs)
	b.Cleanup(func() { c.Close() })
	return c
}

// overKinds runs a benchmark over kinds of connections and sizes of payload.
func overKinds(b *testing.B, f func(b *testing.B, c Conn, item []byte)) {
	for _, kind := range []string{"shm", "shm-doorbell", "pipe"} {
		for _, size := range benchSizes {
			b.Run(fmt.Sprintf("transport=%s/bytes=%d", kind, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				f(b, dial(b, kind), make([]byte, size))
			})
		}
	}
}

// BenchmarkRoundTrip: how long does a payload take to another process and back?
// Both sides copy it out of what they receive and into what they send, as a
// codec would. BenchmarkCopyFloor is the least that this costs.
func BenchmarkRoundTrip(b *testing.B) {
	overKinds(b, func(b *testing.B, c Conn, item []byte) {
		decoded := make([]byte, 0, len(item))
		var f Frame
		for b.Loop() {
			f.Header = Header{Kind: Work, Flags: Last}
			f.Payload = append(roomOf(c), item...)
			if err := c.Send(&f); err != nil {
				b.Fatal(err)
			}
			if err := c.Flush(); err != nil {
				b.Fatal(err)
			}
			if err := c.Recv(&f); err != nil {
				b.Fatal(err)
			}
			decoded = append(decoded[:0], f.Payload...)
		}
		if len(decoded) != len(item) {
			b.Fatalf("%d bytes came back, want %d", len(decoded), len(item))
		}
	})
}

// BenchmarkOneWay: how much gets through, when nobody waits for an answer?
func BenchmarkOneWay(b *testing.B) {
	overKinds(b, func(b *testing.B, c Conn, item []byte) {
		send := func(flags Flags) {
			f := Frame{Header: Header{Kind: Work, Flags: flags}}
			f.Payload = append(roomOf(c), item...)
			if err := c.Send(&f); err != nil {
				b.Fatal(err)
			}
			if flags&Last == 0 && c.Pending() < 32<<10 {
				return
			}
			if err := c.Flush(); err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			send(0)
		}
		send(Last)
		if err := c.Recv(new(Frame)); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkCopyFloor is the least that a round trip costs: four copies, in
// memory that nobody else uses.
func BenchmarkCopyFloor(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			item, there, back, decoded := make([]byte, size), make([]byte, size), make([]byte, size), make([]byte, size)
			for b.Loop() {
				copy(there, item)
				copy(decoded, there)
				copy(back, decoded)
				copy(decoded, back)
			}
		})
	}
}

// BenchmarkThrough is a round trip in one goroutine: what the transport itself
// costs, without waiting for anybody.
func BenchmarkThrough(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			near, theirs, err := NewShm(testRun, partnerLimit)
			if err != nil {
				b.Fatal(err)
			}
			defer near.Close()
			far, err := OpenShm(testRun, partnerLimit, theirs)
			if err != nil {
				b.Fatal(err)
			}
			defer far.Close()
			item, decoded := make([]byte, size), make([]byte, size)
			var f Frame
			pass := func(from, to *Shm, data []byte) {
				f.Header = Header{Kind: Work}
				f.Payload = append(from.Room(), data...)
				if err := from.Send(&f); err != nil {
					b.Fatal(err)
				}
				if err := from.Flush(); err != nil {
					b.Fatal(err)
				}
				if err := to.Recv(&f); err != nil {
					b.Fatal(err)
				}
				decoded = append(decoded[:0], f.Payload...)
			}
			for b.Loop() {
				pass(near, far, item)
				pass(far, near, decoded)
			}
		})
	}
}

// BenchmarkNewShm is what the memory adds to the start of a worker.
func BenchmarkNewShm(b *testing.B) {
	for b.Loop() {
		s, theirs, err := NewShm(testRun, partnerLimit)
		if err != nil {
			b.Fatal(err)
		}
		closeFiles(theirs)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
