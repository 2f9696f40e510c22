package strategies

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

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
		{"control", said(transport.Stop), said(transport.Answer), func(pr *process) transport.Conn { return pr.control }, errKind},
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
