package plots

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

// drawAll draws every picture that a file has data for, and returns their
// names.
func drawAll(t *testing.T, text string) string {
	t.Helper()
	run, err := record.Parse("x.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	all := analysis.Matrices(run)
	var names []string
	drew := func(name, title string, p *Picture) {
		names = append(names, name)
		if title == "" {
			t.Errorf("%s has no title", name)
		}
		svgOf(t, p)
	}
	if b, err := analysis.NewBest(all); err == nil {
		drew("best", b.Title(), Best(b, caption))
	}
	if p, err := analysis.NewPayload(all); err == nil {
		drew("payload", p.Title(), Payload(p, caption))
	}
	if p, err := analysis.NewCodecs(all); err == nil {
		drew("codec", p.Title(), Payload(p, caption))
	}
	if c, err := analysis.NewChunks(all); err == nil {
		drew("chunk", c.Title(), Chunk(c, caption))
	}
	if w, err := analysis.NewWorkers(all); err == nil {
		drew("workers", w.Title(), Workers(w, caption))
	}
	if s, err := analysis.NewSpread(all); err == nil {
		drew("spread", s.Title(), Spread(s, caption))
	}
	if m := analysis.Main(all); m != nil {
		if p, err := analysis.NewMemory(m); err == nil {
			drew("memory", p.Title(), Memory(p, caption))
		}
		if r, err := analysis.NewRoofline(m); err == nil {
			drew("roofline", r.Title(), Roofline(r, caption))
		}
	}
	return strings.Join(names, " ")
}

// oddRun is a small run of all benchmarks; edit changes its lines.
func oddRun(rounds int, edit func(round int, line string) string) string {
	var out strings.Builder
	for round := 1; round <= rounds; round++ {
		add := func(format string, args ...any) {
			line := fmt.Sprintf("# round: %d\nBenchmark%s\n", round, fmt.Sprintf(format, args...))
			out.WriteString(edit(round, line))
		}
		for i, s := range []string{"serial", "process-gob", "process-json", "shared-file"} {
			workers, slow := 1+min(i, 1), float64(1+i)*(1+0.01*float64(round))
			for j, digits := range []int{2, 9} {
				add("Factor/strategy=%s/digits=%d/shape=number/workers=%d/chunk=auto-2 1 9 ns/op %g ns/item %g compute-ns/item 20 worker-encode-ns/item 9 wire-B/item 80 coord-B/item",
					s, digits, workers, 100*slow*math.Pow(100, float64(j)), 90*math.Pow(100, float64(j)))
				add("Handoff/strategy=%s/payload=%d/shape=tree/workers=%d/chunk=auto-2 1 9 ns/op %g ns/item 3 compute-ns/item", s, j*4096, workers, 200*slow*float64(1+j))
			}
			for _, chunk := range []string{"1", "64", "auto"} {
				add("Chunk/strategy=%s/digits=2/workers=2/chunk=%s-2 1 9 ns/op %g ns/item", s, chunk, 300*slow)
			}
			for w := 1; w <= 4; w *= 2 {
				add("Workers/strategy=%s/digits=9/workers=%d/chunk=auto-2 1 9 ns/op %g ns/item", s, w, 9000*slow/float64(w))
			}
		}
	}
	return out.String()
}

// What real files bring and pretty ones do not. No picture panics, is empty or
// shows a number that is none.
func TestOddFiles(t *testing.T) {
	keep := func(_ int, line string) string { return line }
	without := func(what string) func(int, string) string {
		return func(_ int, line string) string {
			if strings.Contains(line, what) {
				return ""
			}
			return line
		}
	}
	replace := func(old, with string) func(int, string) string {
		return func(_ int, line string) string { return strings.ReplaceAll(line, old, with) }
	}
	const everything = "best payload chunk workers spread memory roofline"
	for name, c := range map[string]struct {
		text, want string
	}{
		"whole":                   {oddRun(7, keep), everything},
		"a single sample":         {oddRun(1, keep), "payload chunk workers memory roofline"},
		"two samples":             {oddRun(2, keep), "payload chunk workers spread memory roofline"},
		"no serial":               {oddRun(7, without("=serial")), "payload chunk workers spread"},
		"serial alone":            {oddRun(7, func(_ int, l string) string { return strings.Repeat(l, strings.Count(l, "=serial")) }), "spread"},
		"nothing on the wire":     {oddRun(7, replace("9 wire-B/item 80 coord-B/item", "")), "best payload chunk workers spread roofline"},
		"no phases":               {oddRun(7, replace("20 worker-encode-ns/item", "")), "best payload chunk workers spread memory"},
		"phases of zero":          {oddRun(7, replace("20 worker-encode-ns/item", "0 worker-encode-ns/item")), "best payload chunk workers spread memory"},
		"no item":                 {oddRun(7, replace("ns/item", "ns/thing")), "spread memory"},
		"no workers in names":     {oddRun(7, replace("/workers=", "/hands=")), "chunk spread"},
		"one worker everywhere":   {oddRun(7, replace("/workers=2", "/workers=1")), ""},
		"odd payloads":            {oddRun(7, replace("payload=4096", "payload=many")), "best chunk workers spread memory roofline"},
		"the same payload twice":  {oddRun(7, replace("payload=4096", "payload=0/other=1")), "best chunk workers spread memory roofline"},
		"odd chunks":              {oddRun(7, replace("chunk=64", "chunk=0")), "best payload workers spread memory roofline"},
		"no chunk by itself":      {oddRun(7, without("chunk=auto")), "spread"},
		"half of the cells":       {oddRun(7, without("digits=9")), "best payload chunk spread memory"},
		"rounds missing":          {oddRun(7, func(r int, l string) string { return strings.Repeat(l, (r+len(l))%2) }), "payload chunk workers spread memory roofline"},
		"infinities":              {oddRun(7, replace(" ns/item", "e300 ns/item")), everything},
		"next to nothing":         {oddRun(7, replace(" ns/item", "e-300 ns/item")), everything},
		"somebody else's":         {"BenchmarkSort/n=10-8 1 9 ns/op\nBenchmarkSort/n=10-8 1 9 ns/op\n", ""},
		"a name that is too long": {oddRun(7, replace("tree", strings.Repeat("tree-of-", 20))), everything},
	} {
		t.Run(name, func(t *testing.T) {
			if got := drawAll(t, c.text); c.want != "" && got != c.want {
				t.Errorf("drew %q, want %q", got, c.want)
			}
		})
	}
}
