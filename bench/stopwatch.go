package bench

import (
	"time"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/strategies"
)

// stopwatch makes a profile of what the lanes counted: a function a phase,
// called by its lane.
func (t *taking) stopwatch() (*profile.Profile, error) {
	w := watched{strategy: t.stats.Spec.Strategy, p: &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "wall", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "wall", Unit: "nanoseconds"},
		Period:     1,
	}}
	for i, worker := range t.stats.Workers {
		proc := procOf(i)
		if t.stats.Spec.InProcess() {
			proc = procOf(-1)
		}
		w.lane("worker", "worker", proc, worker.Lane)
	}
	w.lane("sender", "coordinator", procOf(-1), t.stats.Sender)
	w.lane("receiver", "coordinator", procOf(-1), t.stats.Receiver)
	return t.merge([]*profile.Profile{w.p})
}

// watched is the profile in the making.
type watched struct {
	p        *profile.Profile
	strategy string
}

func (w *watched) lane(lane, role, proc string, spent strategies.Phases) {
	caller := w.location(lane)
	for _, part := range []struct {
		phase string
		spent time.Duration
	}{{"wait", spent.Wait}, {"transfer", spent.Transfer}, {"decode", spent.Decode}, {"compute", spent.Compute}, {"encode", spent.Encode}} {
		if part.spent <= 0 {
			continue
		}
		w.p.Sample = append(w.p.Sample, &profile.Sample{
			Location: []*profile.Location{w.location(part.phase), caller},
			Value:    []int64{int64(part.spent)},
			Label: map[string][]string{
				strategies.LabelPhase: {part.phase}, strategies.LabelLane: {lane},
				labelRole: {role}, labelProc: {proc}, labelStrategy: {w.strategy},
			},
		})
	}
}

// location returns a place in the code that is nowhere but in this profile.
func (w *watched) location(name string) *profile.Location {
	id := uint64(len(w.p.Location) + 1)
	f := &profile.Function{ID: id, Name: name, SystemName: name}
	l := &profile.Location{ID: id, Address: id, Line: []profile.Line{{Function: f}}}
	w.p.Function = append(w.p.Function, f)
	w.p.Location = append(w.p.Location, l)
	return l
}
