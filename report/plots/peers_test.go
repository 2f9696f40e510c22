package plots

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

// peersPicture draws the picture of a recorded file.
func peersPicture(t *testing.T, path string) *Picture {
	t.Helper()
	run, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	m := analysis.PeersMatrix(analysis.Matrices(run))
	p, err := analysis.NewPeers(m, m.Works[0])
	if err != nil {
		t.Fatal(err)
	}
	return Peers(p, caption)
}

func TestPeersGoldenImage(t *testing.T) {
	got, err := peersPicture(t, "../testdata/peers").png(dpi / 2)
	if err != nil {
		t.Fatal(err)
	}
	compareImage(t, filepath.Join("testdata", "peers.png"), got)
}

func TestPeersText(t *testing.T) {
	svg := svgOf(t, peersPicture(t, "../testdata/peers"))
	for _, label := range []string{
		"Ours are fastest: in process by 3.", "conc iter.Map", "Python Pool.map, default chunksize", "go-plugin gRPC, 1 a call, 16 in flight",
		"subprocess gob, chunk 1", "ideal: serial ÷ 2", "of ideal", "100 ns", "10 µs", "2 workers, 2 digits, shape number",
		"Medians of 10 samples, lines: 95% intervals", "redraw: handoff report results/x", "Python computes in Python",
	} {
		if !strings.Contains(svg, label) {
			t.Errorf("peers.svg lacks %q", label)
		}
	}
}

// The faster pool is to the left of the slower one, on a scale where each
// decade is as wide as the next.
func TestPeersScale(t *testing.T) {
	p := &peersPlot{Peers: &analysis.Peers{Workers: 2, Ideal: exactly(1e-8), Rows: []analysis.PeerRow{{Time: exactly(1e-7)}, {Time: exactly(1e-5)}}}}
	p.layout()
	if a, b := p.x.at(1e-7)-p.x.at(1e-8), p.x.at(1e-5)-p.x.at(1e-6); math.Abs(a-b) > 1e-9 || a <= 0 {
		t.Errorf("decades are %g and %g wide", a, b)
	}
	if at := p.x.at(1e-5); at >= p.x.b || p.x.at(1e-8) <= p.x.a {
		t.Errorf("rows at the very edge: %g of %g", at, p.x.b)
	}
}

func exactly(v float64) analysis.Interval {
	return analysis.Interval{Center: v, Lo: v, Hi: v, N: 10}
}

func TestPeersOddNumbers(t *testing.T) {
	few := analysis.Interval{Center: 1e-6, Lo: math.Inf(-1), Hi: math.Inf(1), N: 2}
	row := func(label string, i analysis.Interval, ours bool) analysis.PeerRow {
		return analysis.PeerRow{Label: label, Time: i, OverIdeal: i, Ours: ours, Column: analysis.Column{Strategy: label}}
	}
	var crowd []analysis.PeerRow
	for range 60 {
		crowd = append(crowd, row("a", exactly(1e-6), true))
	}
	for name, rows := range map[string][]analysis.PeerRow{
		"one sample":     {row("few", few, true)},
		"nothing":        {},
		"zero":           {row("zero", exactly(0), false)},
		"all the same":   {row("a", exactly(1e-6), true), row("b", exactly(1e-6), false)},
		"twelve decades": {row("a", exactly(1e-10), true), row("b", exactly(1e2), false)},
		"a long name":    {row(strings.Repeat("long ", 20), exactly(1e-6), false)},
		"a crowd":        crowd,
	} {
		t.Run(name, func(t *testing.T) {
			p := &analysis.Peers{Workers: 2, Ideal: exactly(1e-8), Rows: rows}
			if name == "zero" || name == "nothing" {
				p.Ideal = exactly(0)
			}
			svgOf(t, Peers(p, caption))
		})
	}
}
