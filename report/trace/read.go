package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/handoff-go/handoff/report/record"
)

// maxSize is above what a trace becomes: strategies.MaxTraceEvents spans with
// flows, at their longest (TestTraceFileIsBounded there).
const maxSize = 1 << 30

// Open reads a trace from a file. Its errors name the file, and the event where
// there is one.
func Open(path string) (*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, record.Plain(err)
	}
	defer f.Close()
	t, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, record.Plain(err))
	}
	return t, nil
}

// Read reads a trace and checks it. It takes the object form of the Trace Event
// Format and the kinds of events that strategies.Trace writes.
func Read(r io.Reader) (*Trace, error) {
	limited := &io.LimitedReader{R: r, N: maxSize}
	d := json.NewDecoder(bufio.NewReaderSize(limited, 1<<16))
	b := newBuilder()
	err := b.readObject(d)
	if err == nil {
		err = b.finish()
	}
	switch {
	case err == nil:
		return b.trace, nil
	case limited.N == 0:
		return nil, fmt.Errorf("more than %d bytes, want a trace of handoff", maxSize)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("the file ends before the trace does")
	}
	return nil, err
}

// readObject reads the outermost object: the events are taken one by one, what
// describes them as a whole.
func (b *builder) readObject(d *json.Decoder) error {
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		switch key {
		case "traceEvents":
			err = b.readEvents(d)
		case "otherData":
			err = d.Decode(&b.about)
		default:
			var skipped json.RawMessage
			err = d.Decode(&skipped)
		}
		if err != nil {
			return err
		}
	}
	return expect(d, json.Delim('}'))
}

func (b *builder) readEvents(d *json.Decoder) error {
	if err := expect(d, json.Delim('[')); err != nil {
		return err
	}
	for ; d.More(); b.count++ {
		var e event
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("event %d: %w", b.count, err)
		}
		if err := b.add(e); err != nil {
			return fmt.Errorf("event %d: %w", b.count, err)
		}
	}
	return expect(d, json.Delim(']'))
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("got %v where the Trace Event Format has %v", got, want)
	}
	return nil
}

// event is one event as it is written. Pointers tell what is missing from what
// is zero.
type event struct {
	Ph   string
	Name string
	Cat  string
	Pid  *int64
	Tid  *int64
	Ts   *float64 // microseconds
	Dur  *float64 // microseconds
	ID   *uint64
	Bp   string
	Args arguments
}

// arguments are those of all events of ours together.
type arguments struct {
	Name       string
	Lane       Kind
	ClockError int64 `json:"clock_error_ns"`
	Lost       string
	Chunk      uint64
	Items      int
}

// about is what the file says of itself.
type about struct {
	Producer string
	Spec     string
	Machine  string
	CPUs     int
	Dropped  int64
}
