package analysis

import "slices"

// largePayload is the size of item that the goals for transports are about.
const largePayload, largeWords = "1048576", "1 MiB each way, one at a time"

// floorGoals are literal, as goals is: what one item costs that is on its way
// alone, by a worker of its own, against what moving it costs.
var floorGoals = []struct {
	words           string
	bar, stretch    float64
	strategy, floor string
}{
	{"process-binary, " + largeWords + ", to the raw echo through pipes", 1.4, 1.15, "process-binary", "floor-pipe"},
	{"process-gob, " + largeWords + ", to the raw echo through pipes", unjudged, unjudged, "process-gob", "floor-pipe"},
	{"process-shm-binary, " + largeWords + ", to memcpy in and out", 1.5, 1.15, "process-shm-binary", "floor-memcpy"},
	{"process-shm-binary, " + largeWords + ", to the raw ring", unjudged, unjudged, "process-shm-binary", "floor-shm"},
}

// AllGoals compares a run with all goals, in their fixed order: those of the
// matrix of peers, those of transports, those of automatic chunks. The missing
// ones are left out if the run has no peers, for then it is not about goals.
func AllGoals(all []*Matrix) []Goal {
	var found []Goal
	peers := PeersMatrix(all)
	if peers != nil {
		found = Goals(peers)
	}
	found = slices.Concat(found, goalsOfFloors(all), goalsOfAuto(all))
	if peers == nil {
		found = slices.DeleteFunc(found, func(g Goal) bool { return g.Missing != "" })
	}
	return found
}

func goalsOfFloors(all []*Matrix) []Goal {
	found := make([]Goal, len(floorGoals))
	for i, g := range floorGoals {
		found[i] = Goal{Words: g.words, Kind: Ratio, Bar: g.bar, Stretch: g.stretch, Measured: NewInterval(nil)}
		ratio, ok := largeRatio(all, g.strategy, g.floor)
		if !ok {
			found[i].Missing = "suite floor"
			continue
		}
		found[i].Measured = ratio
	}
	return found
}

// largeRatio is the time of a large item as a multiple of its floor's.
func largeRatio(all []*Matrix, strategy, floor string) (Interval, bool) {
	for _, m := range all {
		if m.Bench != "Handoff" {
			continue
		}
		under := m.sibling(floorBench, all)
		if under == nil {
			continue
		}
		if ratio, ok := Speedup(m.alone(strategy), under.alone(floor), MetricItem); ok {
			return ratio, true
		}
	}
	return NewInterval(nil), false
}

// alone returns the cell where one worker has one large item at a time, nil
// where there is none.
func (m *Matrix) alone(strategy string) *Cell {
	for _, c := range m.Columns {
		for _, w := range m.Works {
			if c.Strategy == strategy && c.Workers() == 1 && c.single() && w.Key("payload") == largePayload && m.Cell(w, c) != nil {
				return m.Cell(w, c)
			}
		}
	}
	return nil
}

func goalsOfAuto(all []*Matrix) []Goal {
	goal := func(which string, bar, stretch float64) Goal {
		return Goal{
			Words: "auto chunk, to the best fixed one: the " + which + " cell", Kind: Ratio, Bar: bar, Stretch: stretch,
			Measured: NewInterval(nil), Missing: "suite auto",
		}
	}
	middle, worst := goal("median", 1.03, 1.01), goal("worst", 1.12, 1.05)
	for _, m := range all {
		if a := NewAuto(m); a != nil && a.Median.N > 0 {
			middle.Measured, middle.Missing = a.Median, ""
			worst.Measured, worst.Missing = a.Worst, ""
			break
		}
	}
	return []Goal{middle, worst}
}
