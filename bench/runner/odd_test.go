package runner

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever a benchmark does, it costs its own row at most, and that is named with its
// reason; the others are measured in all rounds.
func TestOddBenchmarksCostTheirOwnRows(t *testing.T) {
	c := tiny(t, ".")
	c.Dir, c.Package, c.Benchtime, c.Timeout = filepath.Join("testdata", "odd"), "./...", "", 5*time.Second
	dir, err := Run(within(t), c)
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) {
		t.Fatalf("folder %q, error %v", dir, err)
	}
	for i, text := range incomplete.Failed {
		incomplete.Failed[i] = regexp.MustCompile(`at=[0-9.]+`).ReplaceAllString(text, "at=T")
	}
	checkLeftOut(t, "failed", incomplete.Failed, []string{
		"example.com/odd/broken: build example.com/odd/broken: # example.com/odd/broken [example.com/odd/broken.test] broken/broken_test.go:6:38: undefined: undefined",
		"example.com/odd/dies BenchmarkPanic: exit status 2: panic: oops",
		"example.com/odd/dies BenchmarkMany/bad: it failed: dies_test.go:23: boom",
		"example.com/odd/dies BenchmarkMany/exit: it ended the process with exit code 0",
		"example.com/odd/dies BenchmarkMany/late: round 1: exit status 1: dies_test.go:28: late boom",
		"example.com/odd/dies BenchmarkHang: no result after 5s: give it longer with -timeout",
		"example.com/odd/spoils BenchmarkLater: round 1: exit status 2: panic: later",
		"example.com/odd/spoils BenchmarkLogs: exit status 1: no database",
		"example.com/odd/spoils BenchmarkNames/at=T: round 1: this time there is no benchmark of that name: one whose name differs from run to run cannot be measured",
		"example.com/odd/talks BenchmarkNaN: round 1: its metric hit-rate is NaN: want a number from 0",
		"example.com/odd/talks BenchmarkInf: round 1: its metric peak is +Inf: want a number from 0",
		"example.com/odd/talks BenchmarkNegative: round 1: its metric delta is -3: want a number from 0",
		"example.com/odd/talks BenchmarkZeroN: it reports 0 iterations: b.N must stay as it is",
	})
	r, turns := recordedTurns(t, dir)
	rounds := map[string][]int{}
	for i, turn := range turns {
		name := r.taken[i].cell.pkg + " " + turn.cell.name
		rounds[name] = append(rounds[name], turn.round)
		if n := r.taken[i].iters; n < 1000 {
			t.Errorf("%s: %d iterations measure the timer", name, n)
		}
	}
	for _, name := range []string{
		"dies BenchmarkFirst", "dies BenchmarkMany/ok", "dies BenchmarkLast", "spoils BenchmarkAway", "spoils BenchmarkNear", "spoils BenchmarkMeanwhile", "talks BenchmarkLine", "talks BenchmarkNoNewline",
		"talks BenchmarkLikeConfig", "talks BenchmarkLog", "talks BenchmarkLongLine", "talks BenchmarkZeroTime",
	} {
		name = "example.com/odd/" + name
		if !slices.Equal(rounds[name], []int{1, 2}) {
			t.Errorf("%s has samples in rounds %v, want 1 and 2", name, rounds[name])
		}
		delete(rounds, name)
	}
	if len(rounds) > 0 {
		t.Errorf("these have samples, too: %v", rounds)
	}
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# left-out: ./tagged: the build leaves out the benchmarks of tagged_test.go (integration): set GOFLAGS=-tags=TAG to have them\n",
		"# left-out: example.com/odd/dies BenchmarkMany/skip: it skips itself: dies_test.go:22: no network\n",
		"# left-out: example.com/odd/absent: it ended with exit code 0 before its benchmarks were run, as its TestMain wants it: no database here\n",
		"size: 7\n", // is said each time: configuration
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the record lacks %q", want)
		}
	}
	for _, not := range []string{"took:", "xxx", "yyy", "NaN hit"} {
		if strings.Contains(string(text), not) {
			t.Errorf("the record has %q", not)
		}
	}
}

func checkLeftOut(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// What a benchmark prints stands between its name and its figures, and may end in a digit.
func TestParseSampleOfATalker(t *testing.T) {
	const result = "      10\t       250 ns/op\t         3.000 x\n"
	for printed, n := range map[string]int{
		"BenchmarkX-2   \t" + result:                                                   0,
		"BenchmarkX-2   \thello\n" + result:                                            0,
		"BenchmarkX-2   \thello" + result:                                              0,
		"BenchmarkX-2   \t1234510\t       250 ns/op\t         3.000 x\n":               10,
		"BenchmarkX-2   \tBenchmarkX-2 is said\n5\tno figure\n" + result:               0,
		"BenchmarkX-20 is another\nBenchmarkX-2   \t" + result:                         0,
		"BenchmarkX-2   \t" + strings.Repeat("z", 1<<20) + "\n" + result + "PASS\n":    0,
		"BenchmarkX-2   \t" + result + "--- BENCH: BenchmarkX-2\n    a_test.go:1: a\n": 0,
	} {
		s, err := parseSample([]byte("goos: linux\n"+printed), "BenchmarkX-2", n)
		if err != nil || s.iters != 10 || s.op != 250 || s.config["goos"] != "linux" || s.line != "BenchmarkX-2   \t"+strings.TrimSuffix(result, "\n") {
			t.Errorf("%.80q: %q, %+v, %v", printed, s.line, s.iters, err)
		}
	}
}

// What both sides have is compared; the others are named.
func TestCompareTakesWhatBothHave(t *testing.T) {
	module := repository(t)
	change(t, module, `"moving": 100`, `"renamed": 100`, "v2")
	change(t, module, `[]string{"steady", "moving"}`, `[]string{"steady", "renamed", "fails"}`, "v3")
	change(t, module, `for b.Loop() {`, `if kind == "fails" { b.Fatal("boom") }; for b.Loop() {`, "v4")
	added := filepath.Join(module, "added")
	if err := os.CopyFS(added, os.DirFS(filepath.Join(module, "more"))); err != nil {
		t.Fatal(err)
	}
	commit(t, module, "v5")
	c := twoRevisions(t, module)
	c.Head, c.Rounds = Source{Revision: "v5"}, 2
	done, err := Compare(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	base, head := readSides(t, done.Dir)
	want := []cell{sidesCells[0], sidesCells[2]}
	for _, r := range []*recorded{base, head} {
		if turns := turnsOf(r); !slices.Equal(turns, schedule(want, plan{rounds: 2, seed: 1}, nil)) {
			t.Errorf("recorded %v", turns)
		}
	}
	text := ""
	for _, path := range []string{done.Base, done.Head} {
		part, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text += filepath.Base(path) + ":\n" + string(part)
	}
	parts := strings.SplitAfter(text, "head.txt:\n")
	n := procsSuffix(runtime.GOMAXPROCS(0))
	for _, want := range []string{
		"# alone: example.com/sides BenchmarkCost/kind=renamed" + n + ": only in head\n",
		"# alone: example.com/sides/added BenchmarkMore" + n + ": only in head\n",
		"# failed: example.com/sides BenchmarkCost/kind=fails: head: it failed: sides_test.go:16: boom\n",
	} {
		if !strings.Contains(parts[1], want) || strings.HasPrefix(want, "# alone") && strings.Contains(parts[0], want) {
			t.Errorf("%q is not where it belongs:\n%s", want, text)
		}
	}
	if want := "# alone: example.com/sides BenchmarkCost/kind=moving" + n + ": only in base\n"; !strings.Contains(parts[0], want) || strings.Contains(parts[1], want) {
		t.Errorf("%q is not where it belongs:\n%s", want, text)
	}
	if len(done.Failed) != 1 {
		t.Errorf("failed: %v", done.Failed)
	}
	c.Rounds = 3 // goes on, though the packages differ
	if _, err := Compare(within(t), c); err != nil {
		t.Error(err)
	}
}

// A benchmark that panics may look done to the testing package.
func TestListingBlamesWhoPanicked(t *testing.T) {
	b := &binary{pkg: "p", procs: runtime.GOMAXPROCS(0)}
	suffix := procsSuffix(b.procs)
	run := func(name string) string { return marker + "=== RUN   " + name + "\n" + name + "\n" }
	fine := run("BenchmarkA") + "BenchmarkA" + suffix + "  \t       1\t  25 ns/op\n" + marker + "=== NAME  \n"
	empty := run("BenchmarkB") + "BenchmarkB" + suffix + "  \t       1\n" + marker + "=== NAME  \n"
	for name, text := range map[string]string{
		"at once":              fine + run("BenchmarkB"),
		"after an empty line":  fine + empty,
		"after another began":  fine + empty + run("BenchmarkC"),
		"after all were done":  fine + empty + marker + "PASS\n",
		"with its figures":     fine + strings.Replace(empty, "       1\n", "       1\t  25 ns/op\n", 1) + marker + "PASS\n",
		"with its output open": fine + run("BenchmarkB") + "half a line",
	} {
		l := &listing{config: map[string]bool{}, knows: map[cell]bool{}}
		ended, open := l.read(b, text, "panic: oops", errors.New("exit status 2"))
		if open != "BenchmarkB" || len(ended) == 0 || ended[0] != "BenchmarkA" || slices.Contains(ended, "BenchmarkC") || !slices.Equal(l.cells, cellsOf("p", "BenchmarkA")) {
			t.Errorf("%s: %s is blamed, %v are over, cells %v", name, open, ended, l.cells)
		}
	}
	l := &listing{config: map[string]bool{}, knows: map[cell]bool{}}
	if _, open := l.read(b, fine+empty+marker+"PASS\n", "", nil); open != "" || len(l.cells) != 2 {
		t.Errorf("all is well, and %q is blamed; cells %v", open, l.cells)
	}
}
