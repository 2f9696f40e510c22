package analysis

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

func matricesOf(t *testing.T, text string) []*Matrix {
	t.Helper()
	run, err := record.Parse("x.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Matrices(run)
}

// cells are lines of rounds with the same values in each, but for a jitter that
// all cells of a round share: nanoseconds per item by the name's rest.
func cells(rounds int, jitter float64, ns map[string]float64) string {
	var out strings.Builder
	for round := 1; round <= rounds; round++ {
		slow := 1 + jitter*float64(round%3)
		for name, v := range ns {
			fmt.Fprintf(&out, "# round: %d\nBenchmark%s-2 1 %g ns/op %g ns/item 10 compute-ns/item\n", round, name, 100*v*slow, v*slow)
		}
	}
	return out.String()
}

// A winner needs a gap of 5 %, and an interval that is clear of a draw.
func TestContest(t *testing.T) {
	rounds := func(values ...float64) times {
		all := times{}
		for i, v := range values {
			all[pairKey{i + 1, 0}] = v
		}
		return all
	}
	base := rounds(10, 20, 30, 40, 50, 60, 70, 80)
	for _, c := range []struct {
		name  string
		other times
		tied  int
	}{
		{"6 % slower in every round", base.scaled(1.06), 0},
		{"4 % slower in every round", base.scaled(1.04), 1},
		{"slower, but not in every round", rounds(12, 18, 36, 36, 60, 54, 90, 70), 1},
		{"nobody there", times{}, 0},
		{"other rounds", times{pairKey{99, 0}: 1000}, 1},
	} {
		if best, tied := contest([]times{base, c.other}); best != 0 || len(tied) != c.tied {
			t.Errorf("%s: best %d, tied %v; want 0 and %d", c.name, best, tied, c.tied)
		}
	}
	few := rounds(1, 1, 1)
	if _, tied := contest([]times{few, few.scaled(3)}); len(tied) != 1 {
		t.Error("three rounds make a winner")
	}
	if best, _ := contest(nil); best != -1 {
		t.Errorf("best of none: %d", best)
	}
}

func handoffCell(strategy string, payload, workers int) string {
	return fmt.Sprintf("Handoff/strategy=%s/payload=%d/shape=record/workers=%d/chunk=auto", strategy, payload, workers)
}

func handoffRun(jitter float64) string {
	return cells(8, jitter, map[string]float64{
		handoffCell("serial", 0, 1): 20, handoffCell("serial", 4096, 1): 20,
		handoffCell("process-gob", 0, 2): 500, handoffCell("process-gob", 4096, 2): 4500, handoffCell("process-gob", 65536, 2): 64500,
		handoffCell("process-json", 0, 2): 505, handoffCell("process-json", 4096, 2): 9000, handoffCell("process-json", 65536, 2): 130000,
		handoffCell("goroutines", 0, 2): 50, handoffCell("goroutines", 4096, 2): 51, handoffCell("goroutines", 65536, 2): 52,
	})
}

func TestPayload(t *testing.T) {
	p, err := NewPayload(matricesOf(t, handoffRun(0.1)))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Panels) != 1 || len(p.Panels[0].Lines) != 3 || p.Workers != 2 {
		t.Fatalf("%+v", p)
	}
	gob := p.Panels[0].Lines[1]
	// 1000 ns of two workers without a payload, 8 µs more for 4096 bytes: twice
	// as much from 512 bytes on, in every round.
	if gob.Column.Strategy != "process-gob" || !near(gob.Knee.Center, 512) || !near(gob.Knee.Lo, 512) || gob.Knee.N != 8 {
		t.Errorf("knee %+v, want 512 bytes without spread", gob.Knee)
	}
	if flat := p.Panels[0].Lines[0]; flat.Knee.N != 0 {
		t.Errorf("goroutines have a knee: %+v", flat.Knee)
	}
	if got := p.Title(); got != "Subprocess gob carries 64 KiB at the least cost" {
		t.Error(got)
	}
	if _, err := NewPayload(matricesOf(t, cells(8, 0, map[string]float64{handoffCell("process-gob", 0, 2): 1}))); err == nil || err.Error() != "plot payload: the file has no strategy at two payloads in Handoff" {
		t.Errorf("one payload: %v", err)
	}
}

// Tiles are computed from the handoff cost; what is tied is called so.
func TestBest(t *testing.T) {
	b, err := NewBest(matricesOf(t, handoffRun(0)))
	if err != nil {
		t.Fatal(err)
	}
	if !b.Computed || len(b.Rows) != 3 || b.Rows[0].Words != "record, no payload" || b.Rows[1].Words != "record, 4 KiB" {
		t.Fatalf("%+v", b)
	}
	tile := func(row int, compute float64) Tile {
		for i, c := range b.Computes {
			if near(c, compute) {
				return b.Rows[row].Tiles[i]
			}
		}
		t.Fatalf("no column of %g in %g", compute, b.Computes)
		return Tile{}
	}
	if got := tile(0, 1e-7); !got.Best.IsSerial() || !got.Clear() {
		t.Errorf("100 ns: %+v, want serial", got)
	}
	// o = 2·500 − 10 = 990 ns, so P·c/(c+o) = 20/10.99.
	if got := tile(0, 1e-5); got.Best.Strategy != "process-gob" || len(got.Tied) != 1 || got.Tied[0].Strategy != "process-json" || !near(got.Speedup.Center, 20/10.99) {
		t.Errorf("10 µs: %+v, want gob tied with JSON, 1.82 times as fast", got)
	}
	if got := tile(1, 1e-5); got.Best.Strategy != "process-gob" || !got.Clear() || !near(got.Speedup.Center, 20/18.99) {
		t.Errorf("10 µs and 4 KiB: %+v, want gob alone", got)
	}
	if got := b.Title(); got != "Where leaving the process pays, subprocess gob is never clearly beaten" {
		t.Error(got)
	}
}

// With Factor in several shapes tiles are what was measured.
func TestBestMeasured(t *testing.T) {
	ns := map[string]float64{}
	for shape, other := range map[string]float64{"number": 1, "tree": 6} {
		for digits, compute := range map[int]float64{2: 100, 9: 10000} {
			name := func(strategy string, workers int) string {
				return fmt.Sprintf("Factor/strategy=%s/digits=%d/shape=%s/workers=%d/chunk=auto", strategy, digits, shape, workers)
			}
			ns[name("serial", 1)] = compute
			ns[name("process-gob", 2)] = compute/2 + 400*other
			ns[name("process-json", 2)] = compute/2 + 1000
		}
	}
	b, err := NewBest(matricesOf(t, cells(8, 0, ns)))
	if err != nil {
		t.Fatal(err)
	}
	if b.Computed || len(b.Rows) != 2 || len(b.Computes) != 2 {
		t.Fatalf("%+v", b)
	}
	number, tree := b.Rows[0], b.Rows[1]
	if !number.Tiles[0].Best.IsSerial() || number.Tiles[1].Best.Strategy != "process-gob" || tree.Tiles[1].Best.Strategy != "process-json" {
		t.Errorf("number %+v\ntree %+v", number, tree)
	}
	if got := number.Tiles[1].Speedup.Center; !near(got, 10000.0/5400) {
		t.Errorf("speed-up %g", got)
	}
	if got := b.Title(); got != "Which strategy wins depends on the data; whether one does, on the work" {
		t.Error(got)
	}
}

func TestMemory(t *testing.T) {
	var text string
	for round := 1; round <= 6; round++ {
		text += line("serial", "digits=9", 1, round, 1000, 990, "95 coord-B/item 2e7 coord-peak-RSS-bytes") +
			line("process-gob", "digits=9", 2, round, 600, 990, "12 wire-B/item 100 worker-B/item 60 coord-B/item 1e7 worker-peak-RSS-bytes 3e7 coord-peak-RSS-bytes") +
			line("process-json", "digits=9", 2, round, 700, 990, "30 wire-B/item 110 worker-B/item 90 coord-B/item 1e7 worker-peak-RSS-bytes 3e7 coord-peak-RSS-bytes")
	}
	m, err := NewMemory(matrixOf(t, text))
	if err != nil {
		t.Fatal(err)
	}
	gob := func(amount int) AmountRow { return m.Amounts[amount].Rows[1] }
	if len(m.Amounts) != 3 || gob(0).Total.Center != 12 || gob(1).Total.Center != 160 || gob(2).Total.Center != 5e7 || gob(2).Workers != 2e7 {
		t.Errorf("%+v", m.Amounts)
	}
	if got := m.Title(); got != "Subprocess JSON sends 2.50× the bytes of subprocess gob" {
		t.Error(got)
	}
	// What the largest worker holds bounds the others: how far bounds are apart is no finding.
	bounds := strings.NewReplacer("wire-B/item", "x", "worker-B/item", "y", "coord-B/item", "z").Replace(text)
	if m, err := NewMemory(matrixOf(t, bounds)); err != nil || len(m.Amounts) != 1 || m.Amounts[0].Words != "peak of all processes, at most" || m.Title() != "What an item takes in memory" {
		t.Errorf("peaks alone: %v %+v, %q", err, m, m.Title())
	}
	old := strings.NewReplacer("worker-peak-RSS-bytes", "x", "coord-peak-RSS-bytes", "peak-RSS-bytes").Replace(text)
	if m, err := NewMemory(matrixOf(t, old)); err != nil || m.Amounts[2].Words != "peak size, largest process" || m.Amounts[2].Rows[1].Total.Center != 3e7 {
		t.Errorf("a run of before: %v %+v", err, m)
	}
	if _, err := NewMemory(matrixOf(t, line("serial", "digits=9", 1, 1, 1, 1, "")+line("goroutines", "digits=9", 2, 1, 1, 1, ""))); err == nil {
		t.Error("no bytes at all, and no error")
	}
}

// Two workers that compute for 1000 ns and serialize for 500 can do two items
// in 1500 ns. A coordinator's lane that takes longer than that is the limit.
func TestRoofline(t *testing.T) {
	var text string
	for round := 1; round <= 6; round++ {
		for _, c := range []struct {
			work    string
			compute float64
		}{{"digits=2", 1000}, {"digits=9", 100000}} {
			text += line("serial", c.work, 1, round, c.compute, c.compute, "") +
				line("process-gob", c.work, 2, round, (c.compute+500)/2+250, c.compute, "200 worker-encode-ns/item 100 worker-transfer-ns/item 200 worker-decode-ns/item 600 receiver-decode-ns/item") +
				line("process-json", c.work, 2, round, 4000, c.compute, "500 worker-encode-ns/item 6000 receiver-decode-ns/item")
		}
	}
	r, err := NewRoofline(matrixOf(t, text))
	if err != nil {
		t.Fatal(err)
	}
	gob, json := r.Curves[0], r.Curves[1]
	if !near(gob.Worker.Center, 500e-9) || !near(gob.Coordinator.Center, 600e-9) || !near(r.Roof(gob, 1e-6), 2/1500e-9) || !near(gob.Points[0].OfRoof.Center, 0.75) {
		t.Errorf("%+v", gob)
	}
	if !near(json.Worker.Center, 500e-9) || !near(json.Coordinator.Center, 6000e-9) || !near(r.Roof(json, 1e-6), 2/6000e-9) || !near(r.Roof(json, 1e-3), 2/1000.5e-6) {
		t.Errorf("%+v", json)
	}
	if got := r.Title(); got != "Serialization allows subprocess gob 1.3 million items a second; waiting leaves 1.0 million" {
		t.Error(got)
	}
}

// The processes together have no more than the CPUs; and what serialization
// allows is known only where no lane waits for one of them.
func TestRooflineOfCPUs(t *testing.T) {
	run := func(cpus int, ns, ofCPU float64) *Roofline {
		t.Helper()
		var text string
		for round := 1; round <= 6; round++ {
			for work, compute := range map[string]float64{"digits=2": 1000, "digits=9": 100000} {
				text += line("serial", work, 1, round, compute, compute, "") + line("process-gob", work, 2, round, ns+(compute-1000)/2, compute,
					fmt.Sprintf("500 worker-encode-ns/item 600 receiver-decode-ns/item %g cpu-ns/item", compute-1000+ofCPU))
			}
		}
		r, err := NewRoofline(matrixOf(t, strings.ReplaceAll(text, "-2 1 ", fmt.Sprintf("-%d 1 ", cpus))))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	const serialize = "Subprocess gob handles items as fast as their serialization allows"
	const neutral = "How many items a second serialization and computing allow"
	for _, c := range []struct {
		name      string
		cpus      int
		ns, ofCPU float64
		roof      float64 // of items of 1 µs
		byCPUs    bool
		title     string
	}{
		{"CPUs for all", 4, 760, 2400, 2 / 1500e-9, false, serialize},
		{"lanes outnumber the CPUs", 2, 760, 1400, 2 / 1500e-9, false, neutral},
		{"as many items as cannot be", 4, 700, 2400, 2 / 1500e-9, false, neutral},
		{"few CPUs", 2, 1300, 2500, 2 / 2500e-9, true, "The 2 CPUs allow subprocess gob 800,000 items a second; it handles 770,000"},
		{"more items than the CPUs can do", 2, 1200, 2500, 2 / 2500e-9, true, neutral},
	} {
		r := run(c.cpus, c.ns, c.ofCPU)
		gob := r.Curves[0]
		if got := r.Roof(gob, 1e-6); !near(got, c.roof) || r.ByCPUs(gob, 1e-6) != c.byCPUs || !near(gob.Points[0].OfRoof.Center, 1e9/c.ns/c.roof) || r.Title() != c.title {
			t.Errorf("%s: roof %g, by CPUs %v, reached %g, %q; want %g, %v, %q", c.name, got, r.ByCPUs(gob, 1e-6), gob.Points[0].OfRoof.Center, r.Title(), c.roof, c.byCPUs, c.title)
		}
		if got, want := r.Roof(gob, 1e-4), min(2/(100e-6+500e-9), float64(c.cpus)/(100e-6+(c.ofCPU-1000)*1e-9)); !near(got, want) {
			t.Errorf("%s: roof of the large item %g, want %g", c.name, got, want)
		}
	}
}

func TestChunks(t *testing.T) {
	name := func(strategy, chunk string) string {
		return "Chunk/strategy=" + strategy + "/digits=2/workers=2/chunk=" + chunk
	}
	ns := map[string]float64{
		name("process-gob", "1"): 900, name("process-gob", "64"): 200, name("process-gob", "1024"): 300, name("process-gob", "auto"): 202,
		name("shared-file", "1"): 9000, name("shared-file", "64"): 800, name("shared-file", "1024"): 500, name("shared-file", "auto"): 600,
	}
	c, err := NewChunks(matricesOf(t, cells(8, 0.1, ns)))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Curves) != 2 || c.Curves[0].Best != "64" || len(c.Curves[1].Points) != 3 || !near(c.Curves[1].OfBest.Center, 1.2) {
		t.Fatalf("%+v", c)
	}
	if got := c.Title(); got != "With the shared file the automatic chunk takes 1.20× as long as the best" {
		t.Error(got)
	}
	ns[name("shared-file", "auto")] = 505
	c, _ = NewChunks(matricesOf(t, cells(8, 0.1, ns)))
	if got := c.Title(); got != "The automatic chunk is within 5% of the best, with every strategy" {
		t.Error(got)
	}
	c.Curves = c.Curves[:1]
	if got := c.Title(); got != "The automatic chunk is within 5% of the best one" {
		t.Error(got)
	}
}

func TestWorkers(t *testing.T) {
	name := func(strategy string, workers int) string {
		return fmt.Sprintf("Workers/strategy=%s/digits=9/workers=%d/chunk=auto", strategy, workers)
	}
	ns := map[string]float64{
		name("process-gob", 1): 1100, name("process-gob", 2): 600, name("process-gob", 4): 610,
		name("shared-file", 1): 2000, name("shared-file", 2): 1500, name("shared-file", 4): 1200,
	}
	w, err := NewWorkers(matricesOf(t, cells(8, 0.1, ns)))
	if err != nil || w.Serial || w.CPUs != 2 || !near(w.Curves[0].Points[1].Speedup.Center, 1100.0/600) || w.Ideal(4) != 2 {
		t.Fatalf("%+v (%v), want speed-ups over the first worker", w, err)
	}
	ns["Factor/strategy=serial/digits=9/workers=1/chunk=auto"] = 1000
	w, _ = NewWorkers(matricesOf(t, cells(8, 0.1, ns)))
	if !w.Serial || !near(w.Curves[0].Points[0].Speedup.Center, 1000.0/1100) {
		t.Errorf("%+v, want speed-ups over serial", w)
	}
	if got := w.Title(); got != "Only the shared file gains from more workers than the 2 CPUs: 1.25×" {
		t.Error(got)
	}
	ns[name("shared-file", 8)] = 1195
	ns[name("process-gob", 4)] = 500
	w, _ = NewWorkers(matricesOf(t, cells(8, 0.1, ns)))
	if got := w.Title(); got != "2 of 2 strategies clearly gain from more workers than the 2 CPUs, by up to 1.26×" {
		t.Error(got)
	}
	delete(ns, name("shared-file", 8))
	ns[name("shared-file", 4)], ns[name("process-gob", 4)] = 1490, 610
	w, _ = NewWorkers(matricesOf(t, cells(8, 0.1, ns)))
	if got := w.Title(); got != "More workers than the 2 CPUs bring nothing" {
		t.Error(got)
	}
}

// A machine that becomes slower is told from one that does not keep still.
func TestDrift(t *testing.T) {
	if got := drift([]float64{1, 1.01, 1.03, 1.04, 1.06, 1.07, 1.09, 1.1, 1.12}); !near(got, 1.1/1.01-1) {
		t.Errorf("a slope: %g", got)
	}
	for name, values := range map[string][]float64{
		"noise": {1, 1.2, 0.9, 1.1, 1, 0.8, 1.2, 1, 1.1}, "small": {1, 1.001, 1.002, 1.003, 1.004, 1.005, 1.006, 1.007, 1.008}, "few": {1, 2, 3},
	} {
		if got := drift(values); got != 0 {
			t.Errorf("%s: a drift of %g", name, got)
		}
	}
}

func TestSpread(t *testing.T) {
	var text string
	for round := 1; round <= 10; round++ {
		text += line("serial", "digits=9", 1, round, 100*(1+0.02*float64(round)), 90, "") + line("goroutines", "digits=9", 2, round, 60*(1+0.3*float64(round%2)), 90, "")
	}
	s, err := NewSpread(matricesOf(t, text))
	if err != nil {
		t.Fatal(err)
	}
	first := s.Strips[0]
	if s.Cells != 2 || s.Fine != 1 || first.Cell.Column.Strategy != "goroutines" || first.Words != "Factor, goroutine pool, 9 digits" || len(first.Points) != 10 {
		t.Errorf("%+v", s)
	}
	if serial := s.Strips[1]; serial.Points[0].Order != 0 || !near(serial.Points[0].Ratio, 1.02/1.11) {
		t.Errorf("first sample %+v", serial.Points[0])
	}
	if _, err := NewSpread(matricesOf(t, strings.ReplaceAll(text, "# round", "# lap"))); err == nil {
		t.Error("samples without rounds are drawn as if their order said something")
	}
}

func TestAnswers(t *testing.T) {
	var sentences []string
	for _, a := range Answers(matricesOf(t, handoffRun(0.1))) {
		text := Bytes(a.Payload, 3) + ", " + a.Shape + ", " + a.Subject + ": " + a.Words + "; " + a.Interval
		if len(a.Tied) > 0 {
			text += "; tied with " + strings.Join(a.Tied, ", ")
		}
		sentences = append(sentences, text)
	}
	want := []string{
		"0 B, record, goroutine pool: pays off from 100 ns; 90–110 ns",
		"0 B, record, subprocess gob: pays off from 1.1 µs; 990 ns–1.2 µs; tied with subprocess JSON",
		"0 B, record, subprocess JSON: pays off from 1.1 µs; 1.0–1.2 µs; tied with subprocess gob",
		"4 KiB, record, goroutine pool: pays off from 100 ns; 92–110 ns",
		"4 KiB, record, subprocess gob: pays off from 9.9 µs; 9.0–11 µs",
		"4 KiB, record, subprocess JSON: pays off from 20 µs; 18–22 µs",
		"64 KiB, record, goroutine pool: pays off from 100 ns; 94–110 ns",
		"64 KiB, record, subprocess gob: pays off from 140 µs; 130–150 µs",
		"64 KiB, record, subprocess JSON: pays off from 290 µs; 260–310 µs",
		"0 B, record, gob, json: gob and json tie; 1.01× to 1.01×; tied with json",
		"4 KiB, record, gob, json: gob wins over json by 2.00×; 2.00× to 2.00×",
		"64 KiB, record, gob, json: gob wins over json by 2.02×; 2.02× to 2.02×",
	}
	if got := strings.Join(sentences, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// A picture of break-evens tells what the smallest payload changes.
func TestLoad(t *testing.T) {
	b := &BreakEven{Curves: []Curve{{Column: Column{Label: "subprocess gob"}}, {Column: Column{Label: "shared file"}}}}
	b.Load(Answers(matricesOf(t, handoffRun(0.1))))
	if b.Curves[0].Loaded != "record with 4 KiB, computed: from 9.9 µs" || b.Curves[1].Loaded != "" {
		t.Errorf("%q and %q", b.Curves[0].Loaded, b.Curves[1].Loaded)
	}
	pays := func(shape string, payload float64) Answer {
		return Answer{About: WhenItPays, Shape: shape, Payload: payload, Subject: "subprocess gob", Words: "pays off from " + shape}
	}
	b.Load([]Answer{pays("map", 1), pays("record", 64), pays("record", 8), pays("record", 0), {About: WhichCodec, Payload: 2}})
	if b.Curves[0].Loaded != "record with 8 B: from record" {
		t.Errorf("%q, want the smallest payload of a record", b.Curves[0].Loaded)
	}
	b.Curves[0].Loaded = ""
	if b.Load([]Answer{pays("record", 0)}); b.Curves[0].Loaded != "" {
		t.Errorf("%q, but nothing was carried", b.Curves[0].Loaded)
	}
}

// Where Factor has a curve, the answer is read off it; a single sample gives no
// interval and no winner.
func TestAnswersFromCurves(t *testing.T) {
	var text string
	for digits, compute := range map[int]float64{2: 100, 9: 10000} {
		for round := 1; round <= 6; round++ {
			text += line("serial", fmt.Sprintf("digits=%d/shape=number", digits), 1, round, compute, compute, "") +
				line("process-gob", fmt.Sprintf("digits=%d/shape=number", digits), 2, round, (compute+1000)/2, compute, "")
		}
	}
	all := Answers(matricesOf(t, text))
	if len(all) != 1 || all[0].Shape != "number" || all[0].From != "Factor, 2 sizes" || all[0].N != 6 || !near(math.Round(all[0].Value*1e9), 1000) {
		t.Errorf("%+v, want a break-even of 1 µs", all)
	}
	for _, a := range Answers(matricesOf(t, cells(1, 0, map[string]float64{
		handoffCell("serial", 0, 1): 20, handoffCell("process-gob", 0, 2): 500, handoffCell("process-json", 0, 2): 900,
	}))) {
		if a.Interval != "too few rounds" || a.Lo == a.Lo || len(a.Tied) > 0 {
			t.Errorf("one round: %+v", a)
		}
	}
}

// Handing over costs more beside work than without: what is computed says so
// where the run measured the same shape, with as many workers.
func TestChecks(t *testing.T) {
	var text string
	for digits, compute := range map[int]float64{2: 100, 9: 10000} {
		for round := 1; round <= 6; round++ {
			name := fmt.Sprintf("digits=%d/shape=record", digits)
			text += line("serial", name, 1, round, compute, compute, "") + line("process-gob", name, 2, round, (compute+1000)/2, compute, "")
		}
	}
	all := matricesOf(t, text+handoffRun(0))
	answers := Answers(all)
	want := Check{Shape: "record", Subject: "subprocess gob", Computed: "pays off from 990 ns", Measured: "from 1.0 µs"}
	if got := Checks(all, answers); len(got) != 1 || got[0] != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, a := range answers {
		if a.About == WhenItPays && a.Computed != (a.From == "Handoff, computed") || a.Computed == (a.From == "Factor, 2 sizes") && a.About == WhenItPays {
			t.Errorf("%s of %s: computed %v", a.Subject, a.From, a.Computed)
		}
	}
	if got := Checks(matricesOf(t, handoffRun(0)), answers); got != nil {
		t.Errorf("nothing was measured, and %+v", got)
	}
	more := matricesOf(t, strings.ReplaceAll(text, "workers=2", "workers=3")+handoffRun(0))
	if got := Checks(more, Answers(more)); got != nil {
		t.Errorf("of three workers and of two: %+v", got)
	}
}

// Costs can be negative, so it is the difference within rounds that tells them
// apart, and it has to be clear and not small.
func TestBelow(t *testing.T) {
	costs := func(values ...float64) times {
		all := times{}
		for i, v := range values {
			all[pairKey{i + 1, 0}] = v
		}
		return all
	}
	base := costs(-5, 10, 20, 30, 40, 50, 60)
	for name, c := range map[string]struct {
		more times
		want bool
	}{
		"clearly more":       {costs(15, 31, 39, 52, 60, 71, 79), true},
		"more in the median": {costs(-50, 31, 39, 10, 60, 71, 79), false},
		"a little more":      {costs(-4, 11, 21, 31, 41, 51, 61), false},
		"less":               {costs(-9, 1, 2, 3, 4, 5, 6), false},
		"few rounds":         {costs(100, 100), false},
	} {
		if got := below(base, c.more); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Both ways count, of one item a message; what was measured one way only is not
// compared.
func TestCodecs(t *testing.T) {
	ns := map[string]float64{}
	for _, codec := range []struct {
		name           string
		encode, decode float64
	}{{"gob", 100, 300}, {"json", 200, 900}} {
		for _, payload := range []int{0, 4096} {
			cell := fmt.Sprintf("Codec/codec=%s/shape=tree/payload=%d", codec.name, payload)
			ns[cell+"/way=encode/batch=1"] = codec.encode + float64(payload)
			ns[cell+"/way=decode/batch=1"] = codec.decode + float64(payload)
			ns[cell+"/way=decode/batch=256"] = 1
			ns[fmt.Sprintf("Codec/codec=binary/shape=tree/payload=%d/way=encode/batch=1", payload)] = 1
		}
	}
	p, err := NewCodecs(matricesOf(t, cells(8, 0.1, ns)))
	if err != nil || len(p.Panels) != 1 || len(p.Panels[0].Lines) != 2 {
		t.Fatalf("%+v (%v)", p, err)
	}
	gob := p.Panels[0].Lines[0]
	// 400 ns without a payload, two more a byte: doubled at 200 bytes.
	if gob.Column.Label != "gob" || !near(gob.Points[0].Cost.Center, 400e-9*1.1) || !near(gob.Knee.Center, 200) {
		t.Errorf("%+v", gob)
	}
	if got := p.Title(); got != "Gob carries 4 KiB at the least cost" {
		t.Error(got)
	}
	if _, err := NewCodecs(matricesOf(t, handoffRun(0))); err == nil || err.Error() != "plot codec: the file has no benchmark Codec" {
		t.Error(err)
	}
}
