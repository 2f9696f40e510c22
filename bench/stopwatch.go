package bench

import (
	"time"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/strategies"
)

// stopwatch makes a profile of what the lanes counted: a function a phase, called
// by its lane. It has the wall time, of the stopwatches, and the CPU time, of the
// threads' clocks, which are zero where there are none.
func (t *taking) stopwatch() (*profile.Profile, error) {
	w := watched{strategy: t.stats.Spec.Strategy, p: &profile.Profile{
		SampleType:        []*profile.ValueType{{Type: "wall", Unit: "nanoseconds"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType:        &profile.ValueType{Type: "wall", Unit: "nanoseconds"},
		Period:            1,
		DefaultSampleType: "wall",
		// The name of a binary is a title to pprof.
		Mapping: []*profile.Mapping{{ID: 1, File: "stopwatch", HasFunctions: true}},
	}}
	wall, cpu := t.wallOfLanes(), t.cpuOfLanes()
	for _, l := range t.lanes() {
		w.lane(l, wall[l], cpu[l])
	}
	return t.merge([]*profile.Profile{w.p})
}

// watchedLane is where lanes of a kind ran.
type watchedLane struct{ proc, lane string }

// lanes returns all that there can be.
func (t *taking) lanes() []watchedLane {
	coordinator := procOf(-1)
	all := []watchedLane{{coordinator, "sender"}, {coordinator, "receiver"}, {coordinator, "worker"}}
	for i := range t.stats.Workers {
		all = append(all, watchedLane{procOf(i), "worker"})
	}
	return all
}

func (t *taking) wallOfLanes() map[watchedLane]strategies.Phases {
	coordinator := procOf(-1)
	wall := map[watchedLane]strategies.Phases{
		{coordinator, "sender"}:   t.stats.Sender,
		{coordinator, "receiver"}: t.stats.Receiver,
	}
	for i, worker := range t.stats.Workers {
		l := watchedLane{procOf(i), "worker"}
		if t.stats.Spec.InProcess() {
			l.proc = coordinator
		}
		wall[l] = wall[l].Add(worker.Lane)
	}
	return wall
}

func (t *taking) cpuOfLanes() map[watchedLane]strategies.Phases {
	cpu := map[watchedLane]strategies.Phases{}
	for _, p := range t.taken {
		for _, lane := range p.Lanes {
			l := watchedLane{procOf(p.Worker), lane.Lane}
			cpu[l] = cpu[l].Add(lane.CPU)
		}
	}
	return cpu
}

// watched is the profile in the making.
type watched struct {
	p        *profile.Profile
	strategy string
}

func (w *watched) lane(l watchedLane, wall, cpu strategies.Phases) {
	role := "coordinator"
	if l.lane == "worker" {
		role = "worker"
	}
	caller := w.location(l.lane)
	for _, part := range []struct {
		phase     string
		wall, cpu time.Duration
	}{
		{"wait", wall.Wait, 0}, {"transfer", wall.Transfer, cpu.Transfer}, {"decode", wall.Decode, cpu.Decode},
		{"compute", wall.Compute, cpu.Compute}, {"encode", wall.Encode, cpu.Encode},
	} {
		if part.wall <= 0 && part.cpu <= 0 {
			continue
		}
		w.p.Sample = append(w.p.Sample, &profile.Sample{
			Location: []*profile.Location{w.location(part.phase), caller},
			Value:    []int64{int64(part.wall), int64(part.cpu)},
			Label: map[string][]string{
				strategies.LabelPhase: {part.phase}, strategies.LabelLane: {l.lane},
				labelRole: {role}, labelProc: {l.proc}, labelStrategy: {w.strategy},
			},
		})
	}
}

// location returns a place in the code that is nowhere but in this profile.
func (w *watched) location(name string) *profile.Location {
	id := uint64(len(w.p.Location) + 1)
	f := &profile.Function{ID: id, Name: name, SystemName: name}
	l := &profile.Location{ID: id, Address: id, Mapping: w.p.Mapping[0], Line: []profile.Line{{Function: f}}}
	w.p.Function = append(w.p.Function, f)
	w.p.Location = append(w.p.Location, l)
	return l
}
