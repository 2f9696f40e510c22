package plots

import (
	"math"
	"slices"
)

// pushApart moves centers as little as need be, so that labels of these widths
// (or heights) do not overlap and stay between lo and hi. The order stays that
// of the slice.
func pushApart(centers, widths []float64, lo, hi float64) {
	// Each pass resolves overlaps from the one side and then from the other;
	// what is left after the first two moves is settled by the bounds.
	for range 50 {
		for i := 1; i < len(centers); i++ {
			need := (widths[i-1] + widths[i]) / 2
			if gap := centers[i] - centers[i-1]; gap < need {
				centers[i-1] -= (need - gap) / 2
				centers[i] += (need - gap) / 2
			}
		}
		bound(centers, widths, lo, hi)
	}
	for i := 1; i < len(centers); i++ {
		centers[i] = max(centers[i], centers[i-1]+(widths[i-1]+widths[i])/2)
	}
}

func bound(centers, widths []float64, lo, hi float64) {
	for i := range centers {
		centers[i] = min(max(centers[i], lo+widths[i]/2), hi-widths[i]/2)
	}
}

// clearest returns the candidate whose points are farthest from all obstacles;
// the first of equals. It is how a label finds a free place.
func clearest(candidates [][]point, obstacles []point, enough float64) (best int, bestRoom float64) {
	bestRoom = -1
	for i, c := range candidates {
		room := math.Inf(1)
		for _, p := range c {
			for _, o := range obstacles {
				room = min(room, math.Hypot(p.x-o.x, p.y-o.y))
			}
		}
		// Beyond this much more room does not make a better place.
		if room = min(room, enough); room > bestRoom {
			best, bestRoom = i, room
		}
	}
	return best, bestRoom
}

// setFree sets a text at the clearest of several places for its baseline, and
// returns which points it takes; the first of places that are clear enough. The
// text runs in direction d.
func setFree(s *sheet, pen pen, text string, d point, places, obstacles []point, enough float64) []point {
	if len(places) == 0 {
		return nil
	}
	candidates := make([][]point, len(places))
	for i, p := range places {
		candidates[i] = takenBy(pen, text, p, d)
	}
	best, _ := clearest(candidates, obstacles, enough)
	pen.turn = math.Atan2(-d.y, d.x)
	s.text(places[best], pen, text)
	return candidates[best]
}

// takenBy returns points on a text's baseline and along its top.
func takenBy(pen pen, text string, p, d point) []point {
	width := pen.width(text)
	from := offset(p, d, -pen.align*width)
	to := offset(from, d, width)
	up := point{d.y, -d.x}
	top := 0.75 * pen.size
	return append(along([]point{from, to}, 6), along([]point{offset(from, up, top), offset(to, up, top)}, 6)...)
}

// along returns points on a polyline, at most step apart.
func along(line []point, step float64) []point {
	all := slices.Clone(line)
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		n := math.Ceil(math.Hypot(b.x-a.x, b.y-a.y) / step)
		for k := 1.0; k < n; k++ {
			all = append(all, point{a.x + (b.x-a.x)*k/n, a.y + (b.y-a.y)*k/n})
		}
	}
	return all
}
