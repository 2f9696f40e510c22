package profiles

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/pprof/profile"
)

// Labels of samples.
const (
	labelPhase    = "phase"
	labelLane     = "lane"
	labelRole     = "role"
	labelStrategy = "strategy"
)

// Phases of a CPU profile, in the order in which they are shown.
var Phases = []string{"compute", "encode", "transfer", "decode", "wait", "collector", "scheduler", "profiler", "other"}

// Other is the phase of what could not be told.
const Other = "other"

// Share is a part of a whole that was sampled.
type Share struct {
	Phase   string
	Samples int64
	Part    float64 // of 1
	Margin  float64 // half of the 95 % interval of Part
	PerItem float64 // seconds of CPU time for each item
}

// Shares splits the CPU time of all processes into all of Phases.
func (c *Cell) Shares() []Share {
	samples, nanoseconds := byPhase(c.CPU, 0, all), byPhase(c.CPU, 1, all)
	total := sum(samples)
	var shares []Share
	for _, phase := range Phases {
		n := samples[phase]
		delete(samples, phase)
		s := Share{Phase: phase, Samples: n, PerItem: float64(nanoseconds[phase]) / 1e9 / float64(c.Items)}
		s.Part, s.Margin = proportion(n, total)
		shares = append(shares, s)
	}
	// A label that is none of ours is other, too.
	last := &shares[len(shares)-1]
	last.Samples += sum(samples)
	last.Part, last.Margin = proportion(last.Samples, total)
	return shares
}

// Samples is the number of samples of the CPU profile.
func (c *Cell) Samples() int64 { return sum(byPhase(c.CPU, 0, all)) }

// Covered is the part of the CPU time used, as the system counts it, for which
// there are samples. It reports false where that was not noted.
func (c *Cell) Covered() (part float64, ok bool) {
	if c.Used <= 0 {
		return 0, false
	}
	return float64(sum(byPhase(c.CPU, 1, all))) / float64(c.Used), true
}

func all(*profile.Sample) bool { return true }

// byPhase adds up the i-th value of samples.
func byPhase(p *profile.Profile, i int, of func(*profile.Sample) bool) map[string]int64 {
	sums := map[string]int64{}
	for _, s := range p.Sample {
		if of(s) {
			sums[label(s, labelPhase)] += s.Value[i]
		}
	}
	return sums
}

func label(s *profile.Sample, key string) string {
	if values := s.Label[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func sum(m map[string]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

// z is how many standard deviations hold 95 % of a normal distribution.
const z = 1.96

// proportion estimates a part from k samples of n, with half of its 95 %
// interval: the larger half of Wilson's, which is never 0 (Wilson, Probable
// inference, the law of succession, and statistical inference, 1927).
func proportion(k, n int64) (part, margin float64) {
	if n == 0 {
		return 0, 1
	}
	part = float64(k) / float64(n)
	m := float64(n)
	center := (part + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(part*(1-part)/m+z*z/(4*m*m))
	return part, max(center+half-part, part-(center-half))
}

// Needed is how many samples bring the widest margin of shares down to want.
func Needed(shares []Share, samples int64, want float64) int64 {
	widest := slices.MaxFunc(shares, func(a, b Share) int { return cmp.Compare(a.Margin, b.Margin) })
	// Margins shrink with the root of the number of samples.
	ratio := widest.Margin / want
	return int64(math.Ceil(float64(max(1, samples)) * ratio * ratio))
}
