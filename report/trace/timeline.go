package trace

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Timeline is what a trace says about one run, and a stretch of it to draw.
type Timeline struct {
	*Trace
	Rows    []Row
	Begin   int64 // of the run: from the first span that is about a chunk
	End     int64 // to the last
	Chunks  int   // computed in it
	Workers int

	From, To int64 // the stretch
	Shown    int   // chunks that are computed in it
	Trip     *Trip // one chunk's way in it, nil if none is whole
}

// Row is the lane of one worker's goroutine, whichever processes filled its place.
type Row struct {
	Name  string
	Kind  Kind
	Spans []Span
	Share map[string]float64 // of the run, by phase; the rest is bookkeeping
}

// Trip is one chunk's way: indices of rows, and when it left and came there.
type Trip struct {
	Chunk                uint64
	Sender, Worker, Back int
	Sent, Taken          int64 // encoded by the sender; decoding begins
	Answered, Received   int64 // encoded by the worker; decoding begins
}

// NewTimeline takes the part of the trace in which there was work, and chooses a
// stretch of it: ten chunks, one after the other, that took about as long as ten
// usually do; of all such, those next to the run's middle in which some chunk can
// be followed there and back.
func NewTimeline(t *Trace) (*Timeline, error) {
	l := &Timeline{Trace: t, Rows: rows(t)}
	computed := l.computed()
	switch {
	case len(computed) > 0:
	case t.Dropped > 0:
		return nil, fmt.Errorf("no chunk was computed in what is left of the trace after %d events were dropped: let each lane keep more of them", t.Dropped)
	default:
		return nil, errors.New("no chunk was computed in the trace")
	}
	l.Chunks = len(computed)
	l.bound()
	for i := range l.Rows {
		if l.Rows[i].Kind == Worker {
			l.Workers++
		}
		l.Rows[i].Share = shares(l.Rows[i].Spans, l.Begin, l.End)
	}
	l.choose(computed)
	return l, nil
}

// rows makes one of all lanes of a name: the coordinator's first, then the
// workers. A lane without spans, of a process that is lost, has none.
func rows(t *Trace) []Row {
	var all []Row
	for _, kinds := range [][]Kind{{Sender, Receiver}, {Worker}} {
		for _, l := range t.Lanes {
			if !slices.Contains(kinds, l.Kind) || len(l.Spans) == 0 {
				continue
			}
			i := slices.IndexFunc(all, func(r Row) bool { return r.Name == l.Name })
			if i < 0 {
				i = len(all)
				all = append(all, Row{Name: l.Name, Kind: l.Kind})
			}
			all[i].Spans = append(all[i].Spans, l.Spans...)
		}
	}
	for _, r := range all {
		slices.SortStableFunc(r.Spans, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	}
	return all
}

// computed are the spans in which a worker computed, in order.
func (l *Timeline) computed() []Span {
	var all []Span
	for _, r := range l.Rows {
		for _, s := range r.Spans {
			if s.Phase == Compute && r.Kind == Worker {
				all = append(all, s)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	return all
}

// bound finds when there was work.
func (l *Timeline) bound() {
	first := true
	for _, r := range l.Rows {
		for _, s := range r.Spans {
			if s.Items == 0 {
				continue
			}
			if first || s.Start < l.Begin {
				l.Begin = s.Start
			}
			l.End, first = max(l.End, s.End), false
		}
	}
}

// shares are the parts of a time that a lane spent in each phase.
func shares(spans []Span, from, to int64) map[string]float64 {
	all := map[string]float64{}
	for _, s := range spans {
		if d := min(s.End, to) - max(s.Start, from); d > 0 {
			all[s.Phase] += float64(d) / float64(to-from)
		}
	}
	return all
}

// Names of phases, as strategies writes them.
const (
	Wait     = "wait"
	Transfer = "transfer"
	Decode   = "decode"
	Compute  = "compute"
	Encode   = "encode"
)

// follow finds a flow's spans. It returns nil if not all of them are known.
func (l *Timeline) follow(f Flow) *Trip {
	if len(f.Stops) != 3 {
		return nil
	}
	t := &Trip{Chunk: f.Chunk, Sender: l.row(f.Stops[0]), Worker: l.row(f.Stops[1]), Back: l.row(f.Stops[2])}
	t.Sent, t.Taken, t.Received = f.Stops[0].span().End, f.Stops[1].span().Start, f.Stops[2].span().Start
	for _, s := range f.Stops[1].Lane.Spans[f.Stops[1].Span:] {
		if s.Chunk == f.Chunk && s.Phase == Encode {
			t.Answered = s.End
			return t
		}
		if s.Start > t.Received {
			break
		}
	}
	return nil
}

func (s Stop) span() Span { return s.Lane.Spans[s.Span] }

func (l *Timeline) row(s Stop) int {
	return slices.IndexFunc(l.Rows, func(r Row) bool { return r.Name == s.Lane.Name })
}

// WorkerShare is the part of the run that the workers spent in a phase.
func (l *Timeline) WorkerShare(phase string) float64 {
	sum := 0.0
	for _, r := range l.Rows {
		if r.Kind == Worker {
			sum += r.Share[phase]
		}
	}
	return sum / float64(l.Workers)
}

// Duration is how long the run was.
func (l *Timeline) Duration() time.Duration { return time.Duration(l.End - l.Begin) }
