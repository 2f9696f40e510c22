package analysis

import (
	"fmt"
	"math"
	"strings"
)

// Titles are findings only where the 95 % intervals carry them. The rules stand
// in order; the last one is neutral.

// Title puts the breakdown's finding into words.
func (b *Breakdown) Title() string {
	const neutral = "Where an item's time goes"
	if least, _ := b.Samples(); least < MinSamples {
		return neutral
	}
	var faster, slower, open []Bar
	for _, bar := range b.Bars {
		switch {
		case bar.Column.IsSerial():
		case bar.Speedup.Above(1):
			faster = append(faster, bar)
		case bar.Speedup.Below(1):
			slower = append(slower, bar)
		default:
			open = append(open, bar)
		}
	}
	others := len(faster) + len(slower) + len(open)
	switch {
	case others == 0:
		return neutral
	case len(faster) == 0 && len(open) > 0:
		return "No strategy clearly beats serial here"
	case len(faster) == 0:
		return "No strategy beats serial here"
	case b.hopDoubles():
		return "A subprocess hop more than doubles the cost of an item"
	case len(faster) == 1 && len(open) > 0:
		return "Only " + faster[0].Column.the() + " clearly beats serial here"
	case len(faster) == 1 && others > 1:
		return "Only " + faster[0].Column.the() + " beats serial here"
	case others == 1:
		return fmt.Sprintf("Speed-up over serial with %s: %s", faster[0].Column.the(), speed(faster[0]))
	case len(faster) < others:
		return fmt.Sprintf("%d of %d strategies beat serial here, by up to %s", len(faster), others, speed(fastest(faster)))
	}
	return allBeat(faster)
}

// allBeat is the finding where every strategy is faster than serial: between
// which ends the speed-ups lie, if the ends are apart.
func allBeat(bars []Bar) string {
	slow, fast := bars[0], fastest(bars)
	for _, bar := range bars {
		if bar.Speedup.Center < slow.Speedup.Center {
			slow = bar
		}
	}
	if slow.Speedup.Hi >= fast.Speedup.Lo || speed(slow) == speed(fast) {
		return fmt.Sprintf("Every strategy beats serial, by about %s", speed(fast))
	}
	return fmt.Sprintf("Every strategy beats serial: %s (%s) to %s (%s)",
		speed(slow), slow.Column.Label, speed(fast), fast.Column.Label)
}

// hopDoubles reports whether every strategy with subprocesses clearly needs
// more than twice serial's worker time.
func (b *Breakdown) hopDoubles() bool {
	hops := 0
	for _, bar := range b.Bars {
		if strings.HasPrefix(bar.Column.Strategy, "process-") {
			hops++
			if !bar.Ratio.Above(2) {
				return false
			}
		}
	}
	return hops > 0
}

func fastest(bars []Bar) Bar {
	best := bars[0]
	for _, bar := range bars {
		if bar.Speedup.Center > best.Speedup.Center {
			best = bar
		}
	}
	return best
}

func speed(b Bar) string { return Times(b.Speedup.Center) }

// Title puts the finding about break-even into words.
func (b *BreakEven) Title() string {
	const neutral = "When does handing over pay off?"
	always, never := 0, 0
	for _, c := range b.Curves {
		if !c.Crossing.Known() {
			return neutral
		}
		if c.Crossing.Hi == 0 {
			always++
		}
		if math.IsInf(c.Crossing.Lo, 1) && c.Crossing.Kind == Never {
			never++
		}
	}
	switch len(b.Curves) {
	case always:
		return "Handing over pays off at every size shown"
	case never:
		return "Handing over does not pay off up to " + Time(b.Largest(), 2) + " of work in an item"
	}
	if best := b.Earliest("process-"); best != nil {
		return b.processTitle(best.Crossing, neutral)
	}
	if best := b.Earliest(""); best != nil && best.Crossing.sharp() {
		return "Handing over pays off once " + b.item() + " holds " + Time(best.Crossing.X, 2) + " of work or more"
	}
	return neutral
}

func (b *BreakEven) processTitle(c Crossing, neutral string) string {
	switch {
	case c.Kind == Always && c.Hi == 0:
		return "A subprocess pays off at every size shown"
	case c.Kind == Never && math.IsInf(c.Lo, 1):
		return "A subprocess does not pay off up to " + Time(b.Largest(), 2) + " of work in an item"
	case c.sharp():
		return "A subprocess pays off once " + b.item() + " holds " + Time(c.X, 2) + " of work or more"
	}
	return neutral
}

// item names what is handed over: "a number" where all works have that shape.
func (b *BreakEven) item() string {
	if shape, ok := strings.CutPrefix(b.Family, shapePrefix); ok {
		return "a " + shape
	}
	return "an item"
}

// sharp reports whether the break-even is known well enough to be a headline:
// its interval spans less than a factor of two.
func (c Crossing) sharp() bool { return c.Kind == At && c.Lo > 0 && c.Hi < 2*c.Lo }

// Earliest returns the curve that pays off first among the strategies whose
// name begins with prefix, nil where there is no such strategy.
func (b *BreakEven) Earliest(prefix string) *Curve {
	var best *Curve
	for i := range b.Curves {
		c := &b.Curves[i]
		if strings.HasPrefix(c.Column.Strategy, prefix) && (best == nil || c.Crossing.number() < best.Crossing.number()) {
			best = c
		}
	}
	return best
}

// number orders crossings: what pays off earlier is smaller.
func (c Crossing) number() float64 {
	switch c.Kind {
	case Always:
		return 0
	case At:
		return c.X
	}
	return math.Inf(1)
}

// Words says from where the curve's strategy pays off: "pays off from 11 µs".
func (c Curve) Words() string {
	return c.Crossing.words(c.Points[len(c.Points)-1].Compute)
}

// words needs the largest compute that was looked at.
func (c Crossing) words(largest float64) string {
	switch {
	case c.Kind == Always && math.IsInf(c.Hi, 1):
		return "pays off, but not clearly"
	case c.Kind == Always && c.Hi > 0:
		return "pays off from " + Time(c.Hi, 2) + " or less"
	case c.Kind == Always:
		return "pays off at every size shown"
	case c.Kind == Never:
		return "does not pay off up to " + Time(largest, 2)
	case c.Kind == Unclear:
		return "no clear break-even"
	}
	return "pays off from " + Time(c.X, 2)
}

// IntervalWords says what is known about the break-even: "9.1–14 µs".
func (c Crossing) IntervalWords() string {
	switch {
	case !c.Known():
		return "too few rounds"
	case c.Hi == 0:
		return "below all sizes shown"
	case math.IsInf(c.Lo, 1):
		return "above all sizes shown"
	case c.Lo == 0 && math.IsInf(c.Hi, 1):
		return "anywhere"
	case c.Lo == 0:
		return "up to " + Time(c.Hi, 2)
	case math.IsInf(c.Hi, 1):
		return Time(c.Lo, 2) + " or more"
	}
	return TimeRange(c.Lo, c.Hi, 2)
}
