package profiles

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// part is some samples that are alike.
type part struct {
	phase, lane string
	n           int64
	stack       []string // innermost first
}

// cpuOf makes a CPU profile as bench.Profile writes them, of processes: samples
// with a lane are of worker 0, others of the coordinator.
func cpuOf(strategy string, parts ...part) *profile.Profile {
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 10_000_000,
		Comments: []string{"strategy: " + strategy, "cell: " + strategy + ",workers=1 digits=9", "on: linux/amd64, 2 CPUs", "items: 1000", "wall: 2s"},
		Mapping:  []*profile.Mapping{{ID: 1, File: "/bin/handoff", HasFunctions: true}},
	}
	for _, part := range parts {
		labels := map[string][]string{labelPhase: {part.phase}, labelStrategy: {strategy}, "proc": {"coordinator"}, labelRole: {"coordinator"}}
		if part.lane != "" {
			labels[labelLane], labels[labelRole] = []string{part.lane}, []string{"worker"}
		}
		if part.lane != "" && strategy != "serial" {
			labels["proc"] = []string{"worker 0"}
		}
		s := &profile.Sample{Value: []int64{part.n, part.n * 10_000_000}, Label: labels}
		for _, name := range part.stack {
			s.Location = append(s.Location, locate(p, name))
		}
		p.Sample = append(p.Sample, s)
	}
	return p
}

func locate(p *profile.Profile, name string) *profile.Location {
	id := uint64(len(p.Function) + 1)
	f := &profile.Function{ID: id, Name: name, SystemName: name}
	l := &profile.Location{ID: id, Address: id, Mapping: p.Mapping[0], Line: []profile.Line{{Function: f}}}
	p.Function, p.Location = append(p.Function, f), append(p.Location, l)
	return l
}

// gob is what was profiled in these tests.
func gob() *profile.Profile {
	return cpuOf("process-gob",
		part{"compute", "worker", 50, []string{"factor.Factorize", "main.task"}},
		part{"encode", "worker", 20, []string{"gob.encodeUint", "gob.Encode"}},
		part{"decode", "worker", 12, []string{"gob.decodeUint", "gob.Decode"}},
		part{"transfer", "worker", 5, []string{"syscall.write", "transport.Flush"}},
		part{"wait", "worker", 3, []string{"runtime.park"}},
		part{"transfer", "reader", 4, []string{"syscall.read"}},
		part{"collector", "", 5, []string{"runtime.gcDrain"}},
		part{"brewing", "", 1, []string{"main.coffee"}},
	)
}

// stopwatchOf makes the stopwatches' profile, in microseconds for an item, of
// which a fifth used a CPU if there are clocks.
func stopwatchOf(phases map[string]int64, clocks int64) *profile.Profile {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "wall", Unit: "nanoseconds"}, {Type: "cpu", Unit: "nanoseconds"}}}
	for phase, us := range phases {
		p.Sample = append(p.Sample, &profile.Sample{Value: []int64{us * 1000 * 1000, clocks * us * 1000 * 200}, Label: map[string][]string{labelPhase: {phase}, labelLane: {"worker"}}})
	}
	return p
}

// write writes profiles into a folder and returns it.
func write(t *testing.T, files map[string]*profile.Profile) string {
	t.Helper()
	dir := t.TempDir()
	for name, p := range files {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Write(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func openOne(t *testing.T, files map[string]*profile.Profile) *Cell {
	t.Helper()
	cells, err := Open(write(t, files))
	if err != nil || len(cells) != 1 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	return cells[0]
}

func TestOpen(t *testing.T) {
	p := gob()
	p.Comments = append(p.Comments, "lost: worker 1 was lost: killed")
	dir := write(t, map[string]*profile.Profile{
		"process-gob.cpu.pb.gz": p, "serial.cpu.pb.gz": cpuOf("serial", part{"compute", "worker", 9, []string{"factor.Factorize"}}),
		"process-gob.stopwatch.pb.gz": stopwatchOf(map[string]int64{"compute": 5}, 0),
	})
	cells, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(cells) != 2 || cells[0].Name != "serial" || cells[0].Stopwatch != nil || cells[0].HandsOver() {
		t.Fatalf("first of %d cells is %+v, want serial", len(cells), cells[0])
	}
	c := cells[1]
	if c.Name != "process-gob" || c.What != "process-gob,workers=1 digits=9" || c.On != "linux/amd64, 2 CPUs" || c.Items != 1000 || c.Wall.Seconds() != 2 ||
		c.Stopwatch == nil || c.Allocs != nil || !c.HandsOver() || strings.Join(c.Lost, "") != "worker 1 was lost: killed" {
		t.Errorf("read %+v", c)
	}
}

func TestOpenRefuses(t *testing.T) {
	foreign, heap, damaged := gob(), gob(), gob()
	foreign.Comments = nil
	heap.SampleType[0].Type = "alloc_objects"
	damaged.Comments[2] = "items: many"
	for name, c := range map[string]struct {
		p    *profile.Profile
		want string
	}{
		"foreign": {foreign, "it was not written by handoff"},
		"heap":    {heap, "its sample types are not samples and cpu"},
		"damaged": {damaged, `comment "items: many"`},
	} {
		dir := write(t, map[string]*profile.Profile{"x.cpu.pb.gz": c.p})
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.cpu.pb.gz") {
			t.Errorf("%s: %v, want the file's name and %q", name, err, c.want)
		}
	}
	dir := write(t, map[string]*profile.Profile{"a.cpu.pb.gz": gob()})
	if err := os.WriteFile(filepath.Join(dir, "a.stopwatch.pb.gz"), []byte("not a profile"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "a.stopwatch.pb.gz") {
		t.Errorf("with a file that is no profile: %v", err)
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "there is no file *.cpu.pb.gz") {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestShares: the parts sum up to the whole, and a phase that is not ours is
// other.
func TestShares(t *testing.T) {
	c := openOne(t, map[string]*profile.Profile{"process-gob.cpu.pb.gz": gob()})
	want := map[string]int64{"compute": 50, "encode": 20, "transfer": 9, "decode": 12, "wait": 3, "collector": 5, "other": 1}
	whole := 0.0
	for _, s := range c.Shares() {
		whole += s.Part
		if s.Samples != want[s.Phase] || math.Abs(s.Part-float64(want[s.Phase])/100) > 1e-9 {
			t.Errorf("%+v, want %d samples of 100", s, want[s.Phase])
		}
		if s.Phase == "encode" && math.Abs(s.PerItem-200e-6) > 1e-9 {
			t.Errorf("encode takes %g s an item, want 200 µs", s.PerItem)
		}
	}
	if math.Abs(whole-1) > 1e-9 || c.Samples() != 100 {
		t.Errorf("the parts of %d samples sum up to %g", c.Samples(), whole)
	}
}

// TestCovered holds the samples against the system's count.
func TestCovered(t *testing.T) {
	p := gob()
	if _, ok := openOne(t, map[string]*profile.Profile{"g.cpu.pb.gz": p}).Covered(); ok {
		t.Error("a part of an unknown whole")
	}
	p.Comments = append(p.Comments, "cpu: 1.25s")
	if part, ok := openOne(t, map[string]*profile.Profile{"g.cpu.pb.gz": p}).Covered(); !ok || part != 0.8 {
		t.Errorf("100 samples of 10 ms are %g of 1.25 s", part)
	}
}

func TestProportion(t *testing.T) {
	for _, c := range []struct {
		k, n         int64
		part, margin float64
	}{
		{50, 100, 0.5, 0.0962}, // Wilson: 0.4038 to 0.5962
		{0, 100, 0, 0.0370},
		{10, 1000, 0.01, 0.0083}, // 0.0054 to 0.0183
		{0, 0, 0, 1},
	} {
		part, margin := proportion(c.k, c.n)
		if part != c.part || math.Abs(margin-c.margin) > 5e-5 {
			t.Errorf("%d of %d are %g ± %.4f, want %g ± %.4f", c.k, c.n, part, margin, c.part, c.margin)
		}
	}
}

func TestNeeded(t *testing.T) {
	shares := []Share{{Margin: 0.02}, {Margin: 0.1}}
	for want, samples := range map[float64]int64{0.1: 100, 0.05: 400, 0.01: 10_000, 0.2: 25} {
		if got := Needed(shares, 100, want); got != samples {
			t.Errorf("for ±%g: %d samples, want %d", want, got, samples)
		}
	}
}

// TestWitnesses: waiting, and what no lane did, is in neither account.
func TestWitnesses(t *testing.T) {
	for name, c := range map[string]struct {
		stopwatch map[string]int64
		by        float64
		differ    bool
	}{
		"agree":  {map[string]int64{"compute": 50, "encode": 20, "decode": 12, "transfer": 5, "wait": 900}, 0, false},
		"near":   {map[string]int64{"compute": 48, "encode": 21, "decode": 12, "transfer": 6, "wait": 900}, 2.0 / 87, false},
		"differ": {map[string]int64{"compute": 50, "encode": 20, "decode": 12, "transfer": 60}, 92.0/142 - 37.0/87, true},
	} {
		cell := openOne(t, map[string]*profile.Profile{"g.cpu.pb.gz": gob(), "g.stopwatch.pb.gz": stopwatchOf(c.stopwatch, 1)})
		w, ok := cell.Witnesses()
		if !ok || w.Samples != 87 || math.Abs(w.Profile.Serialization()-37.0/87) > 1e-9 {
			t.Errorf("%s: %t, serialization is %g of %d samples, want 37 of 87", name, ok, w.Profile.Serialization(), w.Samples)
		}
		for _, witness := range []Witness{w.Wall, w.CPU} {
			if by, differ := w.Differ(witness); math.Abs(by-c.by) > 1e-9 || differ != c.differ {
				t.Errorf("%s: they differ by %g, %t; want %g, %t", name, by, differ, c.by, c.differ)
			}
		}
		if wall, cpu := w.Wall.PerItem["encode"], w.CPU.PerItem["encode"]; !w.Clocks || math.Abs(cpu-wall/5) > 1e-12 {
			t.Errorf("%s: of %g s of wall time in encode %g s used a CPU, want a fifth", name, wall, cpu)
		}
	}
	noClocks := openOne(t, map[string]*profile.Profile{"g.cpu.pb.gz": gob(), "g.stopwatch.pb.gz": stopwatchOf(map[string]int64{"compute": 5}, 0)})
	if w, ok := noClocks.Witnesses(); !ok || w.Clocks {
		t.Errorf("without clocks of threads: %t, %+v", ok, w)
	}
	if _, ok := openOne(t, map[string]*profile.Profile{"g.cpu.pb.gz": gob()}).Witnesses(); ok {
		t.Error("there is a second witness without stopwatches")
	}
}

func TestTop(t *testing.T) {
	c := openOne(t, map[string]*profile.Profile{"process-gob.cpu.pb.gz": gob()})
	top, n := c.Top("encode", "decode")
	want := []Function{
		{"gob.encodeUint", 0.625, 0.625}, {"gob.decodeUint", 0.375, 0.375}, {"gob.Encode", 0, 0.625}, {"gob.Decode", 0, 0.375},
	}
	if n != 32 || len(top) != len(want) {
		t.Fatalf("%d samples, %v", n, top)
	}
	for i := range want {
		if top[i] != want[i] {
			t.Errorf("at %d is %v, want %v", i, top[i], want[i])
		}
	}
}

// outside matches what a page could load from elsewhere.
var outside = regexp.MustCompile(`(?i)(src|href)=["']?(https?:)?//|url\(["']?(https?:)?//|@import|<script[^>]+src|<link|fetch\(["']https?:`)

func TestOutside(t *testing.T) {
	for _, loads := range []string{`<script src="https://x.org/a.js">`, `<img src=//x.org/a.png>`, `<style>@import "a.css"`, `url("http://x.org/a")`, `<link rel=stylesheet>`} {
		if !outside.MatchString(loads) {
			t.Errorf("%s is not seen", loads)
		}
	}
}

// TestFlame: the pages are pprof's, say what was profiled, load nothing, and
// nothing is written elsewhere.
func TestFlame(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("PPROF_TMPDIR", home)
	json := cpuOf("process-json", part{"compute", "worker", 40, []string{"factor.Factorize"}}, part{"encode", "worker", 70, []string{"json.Marshal"}})
	cells, err := Open(write(t, map[string]*profile.Profile{"process-gob.cpu.pb.gz": gob(), "process-json.cpu.pb.gz": json}))
	if err != nil {
		t.Fatal(err)
	}
	graph, err := Flame(cells[0])
	if err != nil {
		t.Fatal(err)
	}
	diff, err := FlameDiff(cells[0], cells[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		page []byte
		want []string
	}{
		"graph": {graph, []string{"stackViewer(", "process-gob cpu", "gob.encodeUint", "factor.Factorize", `"FullName":"worker"`, `"FullName":"encode"`, "display: none"}},
		"diff":  {diff, []string{"process-gob to process-json, a million items cpu", "json.Marshal", "gob.encodeUint", `"FullName":"encode"`}},
	} {
		for _, want := range c.want {
			if !strings.Contains(string(c.page), want) {
				t.Errorf("%s: %q is not in the page", name, want)
			}
		}
		if at := outside.FindIndex(c.page); at != nil {
			t.Errorf("%s loads from outside: %s", name, c.page[at[0]:min(len(c.page), at[1]+60)])
		}
	}
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("left in the home directory: %v (%v)", left, err)
	}
	if cells[0].CPU.Mapping[0].File != "/bin/handoff" || len(cells[0].CPU.Sample[0].Label) != 5 {
		t.Errorf("drawing changed the profile: %v, %v", cells[0].CPU.Mapping[0], cells[0].CPU.Sample[0].Label)
	}
}

func TestFlameOfNothing(t *testing.T) {
	empty := openOne(t, map[string]*profile.Profile{"serial.cpu.pb.gz": cpuOf("serial")})
	page, err := Flame(empty)
	if err == nil && !strings.Contains(string(page), "stackViewer(") {
		t.Errorf("without samples the page is %s", page)
	}
}
