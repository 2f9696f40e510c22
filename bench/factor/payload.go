package factor

import "math/rand/v2"

// Payload is what an item carries along beside its number, there and back. It
// is printable, so that a shape of text carries as many bytes as one of bytes
// does, and both are views of memory that all items share: it must not be
// written to.
type Payload struct {
	Bytes []byte
	Text  string // the same
}

// payloads are the payloads of a work: overlapping windows of one random
// block, so that no two neighbours are equal and many cost no memory.
type payloads struct {
	block Payload
	size  int
}

const (
	payloadWindows = 251
	payloadLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

func newPayloads(w Work) payloads {
	if w.Payload == 0 {
		return payloads{}
	}
	source := rand.New(rand.NewPCG(w.Seed, uint64(w.Payload)))
	block := make([]byte, w.Payload+payloadWindows)
	for i := range block {
		block[i] = payloadLetters[source.IntN(len(payloadLetters))]
	}
	return payloads{Payload{block, string(block)}, w.Payload}
}

// at is the payload of the i-th item.
func (p payloads) at(i int) Payload {
	if p.size == 0 {
		return Payload{}
	}
	from := i % payloadWindows
	to := from + p.size
	return Payload{p.block.Bytes[from:to:to], p.block.Text[from:to]}
}
