package transport

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync/atomic"
	"unsafe"
)

// The shared memory of a [Shm] is one head and two rings, one a direction:
//
//	0       magic 8, version 8, run id 8, bytes of a ring 8
//	128     ringControl of the first ring: from the coordinator to the worker
//	896     ringControl of the second ring
//	4096    first ring, then the second
//
// A ring is written by one goroutine and read by one other. Positions count
// bytes from the beginning of the connection, for ever; where they are in the
// ring is their remainder. What is between the read and the write position is
// the reader's, all else the writer's. A record begins at a multiple of 8 and
// never wraps. There are four of them:
//
//	frame   the 64 bytes of a [Header], payload, trailer
//	skip    markSkip 4, bytes to the end of the ring 4: go on at the start
//	split   markSplit 4, zero 4, a Header: its payload and trailer follow as parts
//	part    markPart 4, length 4, bytes
//
// A frame of more than half a ring is split, so that any size passes.
const (
	ringMagic   = 0x474e49524646_4f48 // "HOFFRING" in little endian
	ringVersion = 1
	ringHead    = 4096
	ringAt      = 128 // of the first ringControl

	markSkip  = 0x50494b53 // "SKIP"
	markSplit = 0x544c5053 // "SPLT"
	markPart  = 0x54524150 // "PART"
	markSize  = 8

	ringLeast = 4096 // bytes of the smallest ring
)

// ringControl is what both sides of a ring know of it. Words that different
// sides write are on cache lines of their own, and two apart, because
// processors fetch lines in pairs.
type ringControl struct {
	write atomic.Uint64 // by the writer: up to here it is written
	_     [120]byte
	read  atomic.Uint64 // by the reader: up to here it is free again
	_     [120]byte

	// A side that is about to sleep sets its word to 1; who wakes it sets it
	// back to 0.
	readerSleeps atomic.Uint32
	_            [124]byte
	writerSleeps atomic.Uint32
	_            [4]byte
	wanted       atomic.Uint64 // by the writer that sleeps: wake me when read is there
	_            [112]byte

	closed atomic.Uint32 // one of the sides has closed its end
	_      [124]byte
}

// ringsOf returns the rings in memory, in their order.
func ringsOf(memory []byte) (controls [2]*ringControl, rings [2][]byte) {
	const gap = unsafe.Sizeof(ringControl{})
	size := (len(memory) - ringHead) / 2
	for i := range controls {
		controls[i] = (*ringControl)(unsafe.Pointer(&memory[ringAt+uintptr(i)*gap]))
		from := ringHead + i*size
		rings[i] = memory[from : from+size : from+size]
	}
	return controls, rings
}

// memorySize is how much two rings of size bytes take.
func memorySize(size int) int { return ringHead + 2*size }

// stamp writes the head.
func stamp(memory []byte, run uint64) {
	le := binary.LittleEndian
	le.PutUint64(memory[0:], ringMagic)
	le.PutUint64(memory[8:], ringVersion)
	le.PutUint64(memory[16:], run)
	le.PutUint64(memory[24:], uint64(len(memory)-ringHead)/2)
}

// checkStamp reads the head. The rings must be what the memory has room for.
func checkStamp(memory []byte, run uint64) error {
	if len(memory) < memorySize(ringLeast) {
		return fmt.Errorf("%w: %d bytes of shared memory, want at least %d", ErrFormat, len(memory), memorySize(ringLeast))
	}
	le := binary.LittleEndian
	if le.Uint64(memory[0:]) != ringMagic {
		return fmt.Errorf("%w: shared memory starts with %q", ErrFormat, memory[:8])
	}
	if v := le.Uint64(memory[8:]); v != ringVersion {
		return fmt.Errorf("%w: shared memory of version %d, want %d", ErrFormat, v, ringVersion)
	}
	if r := le.Uint64(memory[16:]); r != run {
		return fmt.Errorf("%w: shared memory of run %x, this is run %x", ErrFormat, r, run)
	}
	size := le.Uint64(memory[24:])
	if bits.OnesCount64(size) != 1 || size != uint64(len(memory)-ringHead)/2 {
		return fmt.Errorf("%w: rings of %d bytes in %d bytes of shared memory", ErrFormat, size, len(memory))
	}
	return nil
}

// aligned rounds n up to where a record may begin.
func aligned(n int) int { return (n + 7) &^ 7 }

// lendable reports whether a frame with so many bytes of payload and trailer
// lies in one piece in a ring of size bytes.
func lendable(body, size int) bool { return body <= size/2-HeaderSize }
