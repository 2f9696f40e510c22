package trace

import (
	"cmp"
	"slices"
)

// stretchChunks is how many chunks the stretch is to hold: as many as can be told
// apart in a picture.
const stretchChunks = 10

// stretch is a part of the run.
type stretch struct{ from, to int64 }

func (s stretch) length() int64 { return s.to - s.from }

// choose sets the stretch and the trip in it.
func (l *Timeline) choose(computed []Span) {
	candidates := usual(stretches(computed))
	middle := l.Begin + l.End
	slices.SortStableFunc(candidates, func(a, b stretch) int {
		return cmp.Compare(distance(a.from+a.to, middle), distance(b.from+b.to, middle))
	})
	trips := l.trips()
	for _, s := range candidates {
		if l.take(s, trips); l.Trip != nil {
			break
		}
	}
	if l.Trip == nil {
		l.take(candidates[0], trips)
	}
	l.Shown = min(stretchChunks, len(computed))
}

// stretches are all runs of consecutive chunks that are as many as are to be
// shown, or the one of all.
func stretches(computed []Span) []stretch {
	n := min(stretchChunks, len(computed))
	var all []stretch
	for i := range len(computed) - n + 1 {
		s := stretch{computed[i].Start, computed[i].End}
		for _, c := range computed[i : i+n] {
			s.to = max(s.to, c.End)
		}
		all = append(all, s)
	}
	return all
}

// usual are those of a length in the middle fifth of all lengths.
func usual(all []stretch) []stretch {
	byLength := slices.Clone(all)
	slices.SortFunc(byLength, func(a, b stretch) int { return cmp.Compare(a.length(), b.length()) })
	least, most := byLength[len(all)*2/5].length(), byLength[len(all)*3/5].length()
	return slices.DeleteFunc(all, func(s stretch) bool { return s.length() < least || s.length() > most })
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// take takes the stretch with a little of what is around it, and looks for a trip
// there, the nearest to its middle.
func (l *Timeline) take(s stretch, trips []*Trip) {
	edge := s.length() / 50
	l.From, l.To = max(s.from-edge, l.Begin), min(s.to+edge, l.End)
	l.Trip = nil
	first, _ := slices.BinarySearchFunc(trips, l.From, func(t *Trip, at int64) int { return cmp.Compare(t.Sent, at) })
	nearest := int64(0)
	for _, t := range trips[first:] {
		if t.Sent > l.To {
			break
		}
		d := distance(t.Taken+t.Answered, l.From+l.To)
		if t.Received <= l.To && (l.Trip == nil || d < nearest) {
			l.Trip, nearest = t, d
		}
	}
}

// trips are those of all flows that can be followed, in the order in which they
// were sent.
func (l *Timeline) trips() []*Trip {
	var all []*Trip
	for _, f := range l.Flows {
		if t := l.follow(f); t != nil {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b *Trip) int { return cmp.Compare(a.Sent, b.Sent) })
	return all
}
