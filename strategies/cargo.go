package strategies

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/handoff-go/handoff/strategies/codec"
)

// load is the typed contents of a chunk, on either side, behind an interface
// without types. A load belongs to one goroutine at a time.
type load interface {
	len() int

	// The coordinator's side.
	encodeItems(e codec.Encoder, dst []byte) ([]byte, error)
	decodeResults(m *message) (n int, err error)
	commit(values load, failed []failure) // values of the items that did not fail, in their order
	commitOne(i int, values load)
	wipe() // takes the results back
	split(n int) (head, tail load)
	copyItems(into load) load // into is a load of the same types to reuse, or nil
	empty() load              // a load of the same types without items

	// The worker's side.
	decodeItems(m *message) error
	encodeResults(e codec.Encoder, dst []byte, failed []failure) ([]byte, error)
	encodeResult(e codec.Encoder, dst []byte, i int) ([]byte, error)
	runFrom(ctx context.Context, i int, p *position) (next int, err error)
}

// message is what a load is decoded from.
type message struct {
	decoder codec.Decoder
	bytes   []byte
	count   int  // values that are to be in there
	owned   bool // the bytes may stay with the values
	kept    bool // and so they do
	moves   bool // values can be copied from where they were decoded
}

// of makes m another message, of values of the same type.
func (m *message) of(d codec.Decoder, bytes []byte, count int, owned bool) {
	m.decoder, m.bytes, m.count = d, bytes, count
	m.owned, m.kept = owned, false
}

func (m *message) decode(v any) (err error) {
	src := m.bytes
	m.bytes = nil // not held until the next
	if k, ok := m.decoder.(codec.Keeper); ok && m.owned {
		m.kept, err = k.DecodeKeep(src, v)
		return err
	}
	return m.decoder.Decode(src, v)
}

// failure is an item of a chunk without a result.
type failure struct {
	index   int // in the chunk
	err     error
	skipped bool // not run at all: the call was cancelled
}

// cargo implements load.
type cargo[In, Out any] struct {
	run     func(context.Context, In) (Out, error)
	items   []In
	results []Out
}

func (c *cargo[In, Out]) len() int { return len(c.items) }

func (c *cargo[In, Out]) encodeItems(e codec.Encoder, dst []byte) ([]byte, error) {
	return e.Encode(dst, &c.items)
}

// decodeResults decodes results into memory of its own: a frame that is cut short
// or does not belong must not have touched the caller's.
func (c *cargo[In, Out]) decodeResults(m *message) (n int, err error) {
	c.results = scratch(c.results, m)
	if err := m.decode(&c.results); err != nil {
		c.results = nil // who knows what is in there
		return 0, err
	}
	return len(c.results), nil
}

// commit stores the results. The caller has checked that there are as many
// values as items that did not fail.
func (c *cargo[In, Out]) commit(values load, failed []failure) {
	from := values.(*cargo[In, Out]).results
	if len(failed) == 0 {
		copy(c.results, from)
		return
	}
	next := 0
	for i := range c.results {
		if len(failed) > 0 && failed[0].index == i {
			failed = failed[1:]
			continue
		}
		c.results[i] = from[next]
		next++
	}
}

func (c *cargo[In, Out]) commitOne(i int, values load) {
	c.results[i] = values.(*cargo[In, Out]).results[0]
}

func (c *cargo[In, Out]) wipe() { clear(c.results) }

func (c *cargo[In, Out]) split(n int) (head, tail load) {
	return &cargo[In, Out]{run: c.run, items: c.items[:n:n], results: c.results[:n:n]},
		&cargo[In, Out]{run: c.run, items: c.items[n:], results: c.results[n:]}
}

// copyItems makes a private copy of the items, with room for their results:
// what an in-process worker still holds after a cancelled Map has returned.
func (c *cargo[In, Out]) copyItems(into load) load {
	private, ok := into.(*cargo[In, Out])
	if !ok {
		private = &cargo[In, Out]{run: c.run}
	}
	clear(private.items)
	clear(private.results)
	private.items = append(private.items[:0], c.items...)
	private.results = resize(private.results, len(c.items))
	return private
}

func (c *cargo[In, Out]) empty() load { return &cargo[In, Out]{run: c.run} }

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func (c *cargo[In, Out]) decodeItems(m *message) error {
	c.items = scratch(c.items, m)
	if err := m.decode(&c.items); err != nil {
		c.items = nil
		return err
	}
	clear(c.results)
	c.results = resize(c.results, len(c.items))
	return nil
}

// encodeResults encodes the results of the items that did not fail, packed.
func (c *cargo[In, Out]) encodeResults(e codec.Encoder, dst []byte, failed []failure) ([]byte, error) {
	if len(failed) == 0 {
		return e.Encode(dst, &c.results)
	}
	packed := make([]Out, 0, len(c.results)-len(failed))
	for i := range c.results {
		if len(failed) > 0 && failed[0].index == i {
			failed = failed[1:]
			continue
		}
		packed = append(packed, c.results[i])
	}
	return e.Encode(dst, &packed)
}

func (c *cargo[In, Out]) encodeResult(e codec.Encoder, dst []byte, i int) ([]byte, error) {
	one := c.results[i : i+1]
	return e.Encode(dst, &one)
}

// runFrom runs the items from i on. It returns at the first that fails, with
// its index and error, and otherwise with the index of the first item that was
// not started. A runtime.Goexit in the task ends the calling goroutine; p then
// tells at which item.
func (c *cargo[In, Out]) runFrom(ctx context.Context, i int, p *position) (next int, err error) {
	returned := false
	defer func() {
		if v := recover(); v != nil {
			next, err = i, panicked(v)
		} else if !returned { // GODEBUG=panicnil=1; of a Goexit, nobody asks
			next, err = i, panicked(new(runtime.PanicNilError))
		}
	}()
	for ; i < len(c.items) && !p.stopped.Load(); i++ {
		p.item.Store(int64(i))
		result, err := c.run(ctx, c.items[i])
		if err != nil {
			returned = true
			return i, err
		}
		c.results[i] = result
	}
	returned = true
	return i, nil
}

func panicked(v any) error {
	return &RemoteError{Type: typePanic, Text: fmt.Sprint(v), Stack: string(debug.Stack())}
}
