package plots

import (
	"bytes"
	"errors"
	"flag"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

var update = flag.Bool("update", false, "rewrite the golden images")

var caption = Caption{Machine: "linux/amd64, 2 CPUs, go1.26", Redraw: "handoff report results/x"}

// pictures draws all pictures of a recorded file.
func pictures(t testing.TB, path string) map[string]*Picture {
	t.Helper()
	run, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	all := analysis.Matrices(run)
	m := analysis.Main(all)
	breakdown, errPhases := analysis.NewBreakdown(m)
	breakEven, errBreakEven := analysis.NewBreakEven(m)
	if errBreakEven == nil {
		breakEven.Load(analysis.Answers(all))
	}
	payload, errPayload := analysis.NewPayload(all)
	memory, errMemory := analysis.NewMemory(m)
	roofline, errRoofline := analysis.NewRoofline(m)
	chunks, errChunks := analysis.NewChunks(all)
	workers, errWorkers := analysis.NewWorkers(all)
	spread, errSpread := analysis.NewSpread(all)
	codecs, errCodecs := analysis.NewCodecs(all)
	best, errBest := analysis.NewBest(all)
	if err := errors.Join(errPhases, errBreakEven, errBest, errPayload, errMemory, errCodecs, errRoofline, errChunks, errWorkers, errSpread); err != nil {
		t.Fatal(err)
	}
	return map[string]*Picture{
		"phases":    Phases(breakdown, caption),
		"breakeven": BreakEven(breakEven, caption),
		"best":      Best(best, caption),
		"payload":   Payload(payload, caption),
		"codec":     Payload(codecs, caption),
		"chunk":     Chunk(chunks, caption),
		"workers":   Workers(workers, caption),
		"spread":    Spread(spread, caption),
		"memory":    Memory(memory, caption),
		"roofline":  Roofline(roofline, caption),
	}
}

func TestGoldenImages(t *testing.T) {
	for name, p := range pictures(t, "../testdata/run") {
		got, err := p.png(dpi / 2) // half the size: the images live in the repository
		if err != nil {
			t.Fatal(err)
		}
		compareImage(t, filepath.Join("testdata", name+".png"), got)
	}
}

// compareImage leaves the new image beside the golden one when they differ.
func compareImage(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if ok, err := cmpimg.EqualApprox("png", got, want, 0.03); err != nil || !ok {
		kept := filepath.Join(os.TempDir(), "handoff-"+filepath.Base(path))
		if err := os.WriteFile(kept, got, 0o644); err != nil {
			t.Error(err)
		}
		t.Errorf("%s: the picture changed (error: %v); the new one is kept as %s; look at it, then run go test -update", path, err, kept)
	}
}

func TestResolution(t *testing.T) {
	p := &Picture{width: 72, height: 36, draw: func(*sheet) {}}
	data, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width != dpi || config.Height != dpi/2 {
		t.Errorf("an inch by half an inch gives %d x %d pixels (%v), want %d dpi", config.Width, config.Height, err, dpi)
	}
}

func TestSVGText(t *testing.T) {
	want := map[string][]string{
		"phases": {"serial", "goroutine pool", "subprocess gob", "subprocess JSON", "shared file", "compute", "encode", "transfer",
			"decode", "wait", "speed-up", "handoff cost", "1.00×", "10.7 µs", "Every strategy beats serial: 1.40× (shared file) to 1.96× (goroutine pool)", "redraw: handoff report results/x"},
		"breakeven": {"goroutine pool", "subprocess gob", "subprocess JSON", "shared file", "break-even: 680 ns", "pays off from 680 ns",
			"with 4 KiB, computed: from 5.1 µs", "A subprocess pays off once a number holds 680 ns of work or more", "100 ns", "1 µs", "10 µs", "slower than serial", "faster than serial"},
		"best": {"Where leaving the process pays, subprocess gob is never clearly beaten", "Pale: tied with", "stay in process",
			"no difference", "= JSON", "record, no payload", "tree, 1 MiB", "10 µs", "computed from the measured handoff cost"},
		"memory": {"Subprocess JSON sends 2.58× the bytes of subprocess gob", "on the wire, per item", "allocated per item", "peak of all processes, at most",
			"Dark: the workers, pale: the coordinator", "31.5 B", "12.2 B", "MiB"},
		"roofline": {"The 2 CPUs allow subprocess gob 3.1 million items a second; it handles 3.0 million", "computing alone: 2 workers", "serial",
			"roof 3.2 M/s: 2 CPUs", "95% of its line reached", "10 M/s", "measured 29 M/s"},
		"codec":   {"Binary carries 1 MiB at the least cost", "without a process", "tree", "cbor", "json", "1 MiB"},
		"chunk":   {"With the shared file the automatic chunk takes 1.20× as long as the best", "items in a chunk", "auto 192 ns", "0.97× the best, chunk 256", "1024", "10 µs"},
		"workers": {"More workers than the 2 CPUs bring nothing", "Times as fast as serial", "ideal, with 2 CPUs", "1.59× with 8", "2×", "goroutine pool"},
		"spread": {"130 of 130 medians are known to within 10%", "The 14 noisiest of 130 cells", "all cells, median of a round", "±9%, n=10", "first sample",
			"Factor, shared file, 5 digits, number"},
		"payload": {"Subprocess gob carries 1 MiB at the least cost, in every shape", "Bar across a line", "record", "tree", "0", "4 KiB", "1 MiB", "100 ns", "shared file"},
	}
	for name, p := range pictures(t, "../testdata/run") {
		svg := svgOf(t, p)
		for _, label := range want[name] {
			if !strings.Contains(svg, label) {
				t.Errorf("%s.svg lacks %q", name, label)
			}
		}
		if !strings.Contains(svg, "font-family:Liberation Sans, Arial, sans-serif") || strings.Contains(svg, "@font-face") {
			t.Errorf("%s.svg: fonts must be named with a fallback and not be embedded", name)
		}
		if len(svg) > 64<<10 {
			t.Errorf("%s.svg has %d bytes", name, len(svg))
		}
	}
}

var (
	textTag = regexp.MustCompile(`(?s)<text .*?>(.*?)</text>`)
	color6  = regexp.MustCompile(`(?:fill|stroke):([^;"]*)`)
	hex     = regexp.MustCompile(`^(#[0-9A-F]{6}|none)$`)
)

// svgOf renders a picture and checks what must hold for every SVG.
func svgOf(t *testing.T, p *Picture) string {
	t.Helper()
	data, err := p.SVG()
	if err != nil {
		t.Fatal(err)
	}
	svg := string(data)
	for _, bad := range []string{"NaN", "Inf", "-0 ns"} {
		if strings.Contains(svg, bad) {
			t.Errorf("the SVG holds %s", bad)
		}
	}
	for _, m := range color6.FindAllStringSubmatch(svg, -1) {
		if !hex.MatchString(m[1]) {
			t.Errorf("broken colour %q", m[1])
		}
	}
	texts := len(textTag.FindAllString(svg, -1))
	if texts < 5 {
		t.Error("the SVG has hardly any text")
	}
	if fixed := strings.Count(svg, `<text textLength="`); fixed != texts {
		t.Errorf("%d of %d texts say how wide they are", fixed, texts)
	}
	return svg
}

// Numbers that real runs bring and pretty ones do not.
func TestOddNumbers(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	curve := func(strategy string, x analysis.Crossing, costs ...float64) analysis.Curve {
		c := analysis.Curve{Column: analysis.Column{Strategy: strategy, Name: strategy, Label: strategy}, Crossing: x}
		for i, cost := range costs {
			c.Points = append(c.Points, analysis.CostPoint{Compute: math.Pow(10, float64(i-8)), Cost: analysis.Interval{Center: cost, Lo: cost - 1e-7, Hi: cost + 1e-7, N: 10}})
		}
		return c
	}
	few := curve("few", analysis.Crossing{Kind: analysis.Never, Lo: nan, Hi: nan}, 1e-6, 2e-6)
	for i := range few.Points {
		few.Points[i].Cost = analysis.Interval{Center: 1e-6, Lo: -inf, Hi: inf, N: 2}
	}
	always := analysis.Crossing{Kind: analysis.Always}
	for name, b := range map[string]*analysis.BreakEven{
		"negative costs":   {Workers: 2, Curves: []analysis.Curve{curve("a", always, -1e-6, -2e-6, 1e-9)}},
		"all negative":     {Workers: 2, Curves: []analysis.Curve{curve("a", always, -1e-6, -2e-6)}},
		"zero":             {Workers: 2, Curves: []analysis.Curve{curve("a", always, 0, 0)}},
		"one point":        {Workers: 2, Curves: []analysis.Curve{curve("a", always, 1e-6)}},
		"one worker":       {Workers: 1, Curves: []analysis.Curve{curve("a", analysis.Crossing{Kind: analysis.Never, Lo: inf, Hi: inf}, 1e-6, 1e-6)}},
		"many workers":     {Workers: 4096, Curves: []analysis.Curve{curve("a", always, 1e-9, 1e-9)}},
		"too few rounds":   {Workers: 2, Curves: []analysis.Curve{few}},
		"twelve decades":   {Workers: 2, Curves: []analysis.Curve{curve("a", always, 1e-12, 1, 1e-12)}},
		"break-even, edge": {Workers: 2, Curves: []analysis.Curve{curve("a", analysis.Crossing{Kind: analysis.At, X: 1e-7, Lo: 0, Hi: inf}, 2e-8, 1e-7)}},
		"ten strategies": {Workers: 2, Curves: []analysis.Curve{curve("a", always, 1e-6, 1e-6), curve("b", always, 1e-6, 1e-6), curve("c", always, 1e-6, 1e-6),
			curve("d", always, 1e-6, 1e-6), curve("e", always, 1e-6, 1e-6), curve("f", always, 1e-6, 1e-6), curve("g", always, 1e-6, 1e-6),
			curve("h", always, 1e-6, 1e-6), curve("i", always, 1e-6, 1e-6), curve("j, with a long name that leaves little room for the plot", always, 1e-6, 1e-6)}},
	} {
		t.Run(name, func(t *testing.T) {
			svgOf(t, BreakEven(b, caption))
		})
	}
	empty := make([]float64, len(analysis.Phases))
	for name, bars := range map[string][]analysis.Bar{
		"no phases":     {{Total: analysis.Interval{Center: 1e-6, N: 1}, Worker: empty, Rest: 1e-6}},
		"more than all": {{Total: analysis.Interval{Center: 1e-6, N: 1}, Worker: []float64{2e-6, 0, 0, 0, 0}, Rest: -1e-6}},
		"zero":          {{Total: analysis.Interval{Center: 0, N: 1}, Worker: empty}},
		"last bar bare": {{Total: analysis.Interval{Center: 1, N: 1}, Worker: []float64{.2, .2, .2, .2, .2}, Coordinator: []float64{0, .1, 0, .3, 0}}, {Total: analysis.Interval{Center: .2, N: 1}, Worker: []float64{.2, 0, 0, 0, 0}}},
	} {
		t.Run(name, func(t *testing.T) { svgOf(t, Phases(&analysis.Breakdown{Workers: 2, Bars: bars}, caption)) })
	}
}
