package strategies

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

// hello is the handshake, from both sides, as JSON. What identity holds must
// be the same at both ends.
type hello struct {
	identity
	Settings settings // from the coordinator
	Problem  string   // from the worker: why it will not work
}

type identity struct {
	Version   int
	Build     string
	Task      string
	Codec     string
	Transport string
	Items     string // the structure of In
	Results   string // the structure of Out
}

// settings is what a worker needs to know.
type settings struct {
	Phases   bool
	Limit    int
	Progress time.Duration // between two reports while it is busy
	Setup    bool          // a Setup frame follows
	Profile  *profileSettings
	Trace    int     // events to keep for a trace, 0 without one
	Recorder uintptr // descriptor of the flight recorder, 0 if there is none
	Parent   int     // process id of the coordinator
	Link     linkSettings
}

// connLimit is the frame limit of a connection. That of the Spec is for chunks;
// a handshake always fits.
func connLimit(limit int) int { return max(limit, 1<<20) }

func (p *core) identity() identity { return identify(p.def, p.row.codec, p.row.transport) }

func identify(d *definition, codec, conn string) identity {
	return identity{
		Version:   transport.Version,
		Build:     buildID(),
		Task:      d.name,
		Codec:     codec,
		Transport: conn,
		Items:     structure(d.in),
		Results:   structure(d.out),
	}
}

// difference returns the first thing in which two identities differ, with both
// values, or "".
func (a identity) difference(b identity) string {
	for _, f := range []struct {
		what string
		a, b any
	}{
		{"protocol version", a.Version, b.Version},
		{"task", a.Task, b.Task},
		{"codec", a.Codec, b.Codec},
		{"transport", a.Transport, b.Transport},
		{"type of the items", a.Items, b.Items},
		{"type of the results", a.Results, b.Results},
		{"build", a.Build, b.Build},
	} {
		if f.a != f.b {
			return fmt.Sprintf("%s: coordinator has %v, worker has %v", f.what, f.a, f.b)
		}
	}
	return ""
}

func sendJSON(c transport.Conn, kind transport.Kind, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := c.Send(&transport.Frame{Header: transport.Header{Kind: kind}, Payload: payload}); err != nil {
		return err
	}
	return c.Flush()
}

// recvJSON receives a frame that must be of that kind.
func recvJSON(c transport.Conn, kind transport.Kind, v any) error {
	var f transport.Frame
	if err := c.Recv(&f); err != nil {
		return err
	}
	if f.Header.Kind != kind {
		return fmt.Errorf("a frame of kind %d came instead of one of kind %d", f.Header.Kind, kind)
	}
	return json.Unmarshal(f.Payload, v)
}
