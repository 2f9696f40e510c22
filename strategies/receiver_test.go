package strategies

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

// TestEveryFrameIsAccounted: of an answer that comes in parts, each says what its
// items took.
func TestEveryFrameIsAccounted(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=3,window=1,retries=0")
	d.mapOf(3)
	w := d.slots[0]
	d.spirit(w)
	c := d.send(w)[0]
	for i := range 3 {
		f := frameFor(c, 0)
		if i == 2 {
			f.Header.Flags = transport.Last
		}
		f.Trailer = appendTag(nil, tagLedger, appendLedger(nil, ledger{Busy: 1000}))
		r := &reply{single: map[int]load{i: &cargo[int, int]{results: []int{10 * i}}}}
		if err := d.take(w, f, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	if w.spent.lane.Busy != 3000 || w.pace.item != 1000 {
		t.Errorf("three items of 1 µs: %d ns in all, %v each", w.spent.lane.Busy, w.pace.item)
	}
}

// TestAnswersComeOneWay: what decodes answers belongs to who reads the data
// connection. An answer on the other one ends the worker.
func TestAnswersComeOneWay(t *testing.T) {
	said := func(kind transport.Kind) *transport.Stream {
		var wire bytes.Buffer
		s := transport.NewStream(1, 1<<10, &wire, &wire)
		if err := errors.Join(s.Send(&transport.Frame{Header: transport.Header{Kind: kind}}), s.Flush()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	d := newDesk(t, "process-gob,workers=1")
	for _, tt := range []struct {
		name          string
		data, control *transport.Stream
		from          func(pr *process) transport.Conn
		want          error
	}{
		{"data", said(transport.Answer), said(transport.Stop), func(pr *process) transport.Conn { return pr.data }, errAnswer},
		{"control", said(transport.Stop), said(transport.Answer), func(pr *process) transport.Conn { return pr.control }, errAnswerOnControl},
	} {
		pr := d.spirit(d.slots[0])
		pr.data, pr.control = tt.data, tt.control
		if err := pr.receive(tt.from(pr), newLane(false)); !errors.Is(err, tt.want) {
			t.Errorf("an answer without a table on the %s connection: %v, want %v", tt.name, err, tt.want)
		}
	}
	if err := (&process{}).receive(transport.NewStream(1, 1<<10, new(bytes.Buffer), io.Discard), newLane(false)); err != io.EOF {
		t.Errorf("the end of a connection is %v", err)
	}
}
