package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/handoff-go/handoff/bench/runner"
	"github.com/handoff-go/handoff/report/verdict"
)

// recorded writes a file of 10 rounds with these figures in ns/op, by benchmark.
func recorded(t *testing.T, dir, name string, figures map[string]float64) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("# run: r\n# side: " + strings.TrimSuffix(name, ".txt") + "\n# cpus: 2\ngoos: linux\ngoarch: amd64\npkg: p\ncpu: c\n")
	for round := range 10 {
		fmt.Fprintf(&text, "# round: %d\n", round+1)
		for _, bench := range []string{"A", "B", "C"} {
			if figure, ok := figures[bench]; ok {
				fmt.Fprintf(&text, "Benchmark%s-2 1 %g ns/op\n", bench, figure)
			}
		}
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// handoff runs the command as in a shell without noise floors.
func handoff(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	var out, err bytes.Buffer
	code = status(&err, run(&out, &err, args))
	return code, out.String(), err.String()
}

func TestCompareRecordedFiles(t *testing.T) {
	dir := t.TempDir()
	base := recorded(t, dir, "base.txt", map[string]float64{"A": 100, "B": 200})
	same := recorded(t, dir, "same.txt", map[string]float64{"A": 100, "B": 201})
	slower := recorded(t, dir, "head.txt", map[string]float64{"A": 100, "B": 240})
	for _, c := range []struct {
		args   []string
		code   int
		stdout string
	}{
		{[]string{base, same}, 0, "pass: "},
		{[]string{base, slower}, 1, "regression: 1 of 2 gated rows worse, most of all +20.0% (B, ns/op)"},
		{[]string{slower, base}, 0, "1 row better"},
		{[]string{dir}, 1, "regression: "}, // as the folder of a comparison
		{[]string{"-gate", "time=30%", base, slower}, 0, "pass: "},
		{[]string{"-gate", "none", base, slower}, 0, "pass: nothing is gated"},
		{[]string{"-threshold", "25%", base, slower}, 0, "pass: "},
		{[]string{"-format", "markdown", base, slower}, 1, "## regression: "},
		{[]string{"-format", "json", base, slower}, 1, `"exit": 1,`},
		{[]string{"-alpha", "0.1%", base, slower}, 3, "inconclusive: "}, // 2/2^10 is no less
	} {
		code, stdout, stderr := handoff(t, append([]string{"compare"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || stderr != "" {
			t.Errorf("compare %s: code %d, want %d; stderr %q; stdout, want %q:\n%s", c.args, code, c.code, stderr, c.stdout, stdout)
		}
	}
}

// goneReader is a pipe whose reader has gone away.
type goneReader struct{}

func (goneReader) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

// A regression is one, and is kept, whether or not somebody reads on.
func TestCompareWithoutReader(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	base := recorded(t, dir, "base.txt", map[string]float64{"A": 100})
	head := recorded(t, dir, "head.txt", map[string]float64{"A": 130})
	for want, files := range map[int][]string{exitFailed: {base, head}, exitFine: {base, base}} {
		var stderr strings.Builder
		err := run(goneReader{}, &stderr, append([]string{"compare", "-floors", noFloors(t), "-o", out}, files...))
		if got := status(&stderr, err); got != want {
			t.Errorf("%s: exit code %d, want %d\n%s", files, got, want, &stderr)
		}
	}
	if text, err := os.ReadFile(filepath.Join(out, "verdict.md")); err != nil || len(text) == 0 {
		t.Errorf("verdict.md: %d bytes, %v", len(text), err)
	}
}

// The line that repeats a comparison can be pasted into a shell.
func TestCompareRepeats(t *testing.T) {
	dir := t.TempDir()
	base, head := filepath.Join(dir, "b'x y.txt"), filepath.Join(dir, "h$x.txt")
	for _, path := range []string{base, head} {
		if err := os.WriteFile(path, []byte(strings.Repeat("BenchmarkA-2 1 5 ns/op\n", 6)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, stdout, _ := handoff(t, "compare", "-floors", noFloors(t), base, head)
	line := stdout[strings.Index(stdout, "repeat: ")+len("repeat: "):]
	line, _, _ = strings.Cut(line, "\n")
	words, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '%s\\n' "+line).Output()
	if err != nil || !strings.HasSuffix(string(words), "\n"+base+"\n"+head+"\n") {
		t.Errorf("%s: a shell takes it for %q, %v", line, words, err)
	}
}

// noFloors is a file that knows of no machine.
func noFloors(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "floors.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What cannot be compared ends with 2, and one line that says why.
func TestCompareBadInput(t *testing.T) {
	dir := t.TempDir()
	good := recorded(t, dir, "good.txt", map[string]float64{"A": 100, "B": 200})
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(dir, "absent.txt")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{good, absent}, absent + " is no file, so a revision: want two of a kind"},
		{[]string{"-C", dir, "no-such-base", "no-such-head"}, dir + " is in no git repository"},
		{[]string{good, write("empty.txt", "")}, "empty.txt: empty file"},
		{[]string{good, write("cut.txt", string(text[:len(text)-3]))}, "the file ends in the middle of this line"},
		{[]string{good, write("broken.txt", "BenchmarkA 1 x ns/op\n")}, "broken.txt:1:"},
		{[]string{good, write("none.txt", "PASS\n")}, "none.txt: no benchmark lines"},
		{[]string{good, recorded(t, dir, "fewer.txt", map[string]float64{"A": 100})}, "head lacks what the gate looks at: p: B-2 (-gone ok, if that is meant to be)"},
		{[]string{good, write("units.txt", strings.ReplaceAll(string(text), "ns/op", "cycles/op"))}, "no benchmark has any of the metrics time, cpu, wire on both sides: only in " + good + ": ns/op of p: A-2"},
		{[]string{"-rounds", "20", good, good}, "-rounds: the samples are recorded already: want none but -o, -gate"},
		{[]string{"-max", "1m", good, good}, "-max: the samples are recorded already"},
		{[]string{"-C", dir, "-gate", "time", good, good}, "-C: the samples are recorded already"},
		{[]string{"-o", filepath.Join(dir, "new")}, "want BASE and HEAD"},
		{[]string{good}, good + ": want BASE and HEAD, or the folder of a comparison"},
		{[]string{good, good, good}, "got 3 arguments, want two"},
		{nil, "want BASE and HEAD"},
		{[]string{"-gate", "speed=1%", good, good}, `"speed" is no metric`},
		{[]string{"-gate", "allocs=1%", good, good}, "the gate asks for allocs, which no row has"},
		{[]string{"-threshold", "0", good, good}, "want a share such as 2% or 0.02"},
		{[]string{"-alpha", "70%", good, good}, "below 50%"},
		{[]string{"-format", "html", good, good}, "want text, markdown or json"},
		{[]string{"-floors", absent, good, good}, "-floors " + absent},
		{[]string{"-max", "-1s", "HEAD", "HEAD"}, "-max -1s: want more than 0"},
	} {
		code, _, stderr := handoff(t, append([]string{"compare"}, c.args...)...)
		if code != 2 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("compare %s: code %d, stderr %q, want %q", c.args, code, stderr, c.want)
		}
	}
}

// "." stands for the sources, whatever lies among them.
func TestSourcesAreNoRun(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("bench.txt", []byte("BenchmarkA 1 1 ns/op\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sidesOf([]string{"main", "."})
	if err != nil || s.recorded {
		t.Fatalf("%+v, %v", s, err)
	}
	if base, head := s.sources(); base.Revision != "main" || head.String() != (runner.Source{}).String() {
		t.Errorf("base %v, head %v", base, head)
	}
}

// The command that is shown judges as this one did.
func TestCompareShowsItsCommand(t *testing.T) {
	dir := t.TempDir()
	base := recorded(t, dir, "base.txt", map[string]float64{"A": 100})
	head := recorded(t, dir, "head.txt", map[string]float64{"A": 103})
	floors := noFloors(t)
	_, out, _ := handoff(t, "compare", "-threshold=3%", "-gate", "time=5%,cpu", "-alpha", "1%", "-floors", floors, base, head)
	want := "handoff compare -alpha 1% -floors " + floors + " -gate time=5%,cpu -threshold 3% " + base + " " + head
	if !strings.Contains(out, want) {
		t.Errorf("want %s in\n%s", want, out)
	}
}

// A measured floor is found by the machine that the files were recorded on.
func TestCompareUsesFloors(t *testing.T) {
	dir := t.TempDir()
	base := recorded(t, dir, "base.txt", map[string]float64{"A": 100})
	head := recorded(t, dir, "head.txt", map[string]float64{"A": 103})
	floors := filepath.Join(dir, "floors.json")
	learnt := &verdict.Floors{Machine: "linux/amd64, c, 2 CPUs", Rows: map[string]map[string]float64{"ns/op": {"A": 0.01}}}
	if err := verdict.WriteFloors(floors, learnt); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := handoff(t, "compare", base, head); code != 0 || !strings.Contains(out, "threshold 5%") {
		t.Errorf("without floors: code %d\n%s", code, out)
	}
	if code, out, _ := handoff(t, "compare", "-floors", floors, base, head); code != 1 || strings.Contains(out, "no noise floor") {
		t.Errorf("with floors: code %d\n%s", code, out)
	}
}

// gitModule makes a repository of the runner's module for comparisons, with a
// revision v2 in which one benchmark is slower.
const gitModule = `set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
export GOWORK=off GOFLAGS=-ldflags=-w
git init -q . && git add . && git commit -q -m v1 && git tag v1
sed -i.old 's/"moving": 100/"moving": 120/' sides_test.go && rm sides_test.go.old && git commit -q -a -m v2 && git tag v2
`

func TestCompareRevisions(t *testing.T) {
	dir, temp, out := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "out")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "bench", "runner", "testdata", "sides"))); err != nil {
		t.Fatal(err)
	}
	line := gitModule + "handoff compare -pkg . -bench Cost -rounds 8 -benchtime 1x -gate time -o " + out + " v1 v2"
	p := shell(t, temp, line)
	p.Dir = dir
	if err := p.Run(); code(err) != 1 || !strings.Contains(p.out.String(), "regression: 1 of 2 gated rows worse, most of all +20.0% (Cost/kind=moving, ns/op)") {
		t.Fatalf("code %d\n%s%s", code(err), &p.out, &p.err)
	}
	checkEmpty(t, temp)
	checkDocument(t, out)
	again := shell(t, temp, "handoff compare -C "+dir+" -gate time -o "+out+" && false || [ $? -eq 1 ] && git worktree list | wc -l")
	again.Dir = dir
	if err := again.Run(); err != nil || !strings.HasSuffix(strings.TrimSpace(again.out.String()), "1") {
		t.Errorf("judged again: %v\n%s%s", err, &again.out, &again.err)
	}
}

// checkDocument reads what a comparison has left in its folder.
func checkDocument(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"base.txt", "head.txt", "verdict.md", "plots/compare.png", "plots/compare.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "verdict.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d verdict.Document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.Exit != 1 || d.Rounds != 8 || !strings.HasPrefix(d.Base, "v1 (") || !strings.HasPrefix(d.Command, "handoff compare -gate time -pkg example.com/sides -bench 'Cost' -rounds 8 -benchtime 1x ") {
		t.Errorf("%+v", d)
	}
}

// sidesBinary builds the test binary of the runner's module for comparisons.
func sidesBinary(t *testing.T) string {
	t.Helper()
	module := filepath.Join("..", "..", "bench", "runner", "testdata", "sides")
	binary := filepath.Join(t.TempDir(), "sides.test")
	t.Setenv("GOWORK", "off")
	if out, err := execIn(module, "go", "test", "-c", "-ldflags=-w", "-o", binary, "."); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// What -max leaves no time for is inconclusive: it could have been measured.
func TestCompareOutOfTime(t *testing.T) {
	binary := sidesBinary(t)
	out := filepath.Join(t.TempDir(), "compare")
	code, _, stderr := handoff(t, "compare", "-pkg", ".", "-bench", "Cost", "-benchtime", "1x", "-rounds", "1", "-o", out, binary, binary)
	if code != 3 || !strings.Contains(stderr, "[4/4]") {
		t.Fatalf("code %d\n%s", code, stderr)
	}
	for _, name := range []string{runner.BaseFile, runner.HeadFile} { // of the two cells, one has been measured
		dropLastSample(t, filepath.Join(out, name))
	}
	code, stdout, stderr := handoff(t, "compare", "-o", out, "-max", "1ns")
	if want := "handoff compare: inconclusive: -max 1ns was over before each of the 2 benchmarks had been measured once\n"; code != 3 || stdout != "" || !strings.HasSuffix(stderr, want) {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Who asks for more rounds of a comparison that has been judged is told what that does.
func TestCompareExtended(t *testing.T) {
	binary, out := sidesBinary(t), filepath.Join(t.TempDir(), "compare")
	const want = "warning: rounds were added to the number first fixed"
	for i, args := range [][]string{
		{"compare", "-pkg", ".", "-bench", "Cost", "-benchtime", "1x", "-rounds", "1", "-o", out, binary, binary},
		{"compare", "-rounds", "2", "-o", out},
	} {
		code, stdout, stderr := handoff(t, args...)
		if warned := strings.Contains(stdout, want); code != 3 || warned != (i == 1) {
			t.Errorf("%q: code %d, warned: %v\n%s%s", args, code, warned, stdout, stderr)
		}
	}
}

// Where the intervals are narrow the rounds end: after as many as something could be
// significant with. What is narrow already is not measured again.
func TestCompareWidth(t *testing.T) {
	binary, out := sidesBinary(t), filepath.Join(t.TempDir(), "compare")
	var lengths []int64
	for _, sides := range [][]string{{binary, binary}, nil} {
		code, _, stderr := handoff(t, append([]string{"compare", "-pkg", ".", "-bench", "Cost", "-benchtime", "1x", "-gate", "time", "-width", "5%", "-o", out}, sides...)...)
		if code != 0 || !strings.Contains(stderr, "stopped after 7 rounds: all intervals are within ±5 %\n") {
			t.Errorf("code %d\n%s", code, stderr)
		}
		info, err := os.Stat(filepath.Join(out, runner.BaseFile))
		if err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, info.Size())
	}
	if len(lengths) != 2 || lengths[0] != lengths[1] {
		t.Errorf("files of %d bytes: it took more samples", lengths)
	}
	if code, _, stderr := handoff(t, "compare", "-width", "0", "-o", out); code != 2 || !strings.Contains(stderr, "-width") {
		t.Errorf("a width of 0: code %d, %s", code, stderr)
	}
}

// dropLastSample cuts a record before its last round mark.
func dropLastSample(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:bytes.LastIndex(text, []byte("# round: "))], 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCompareInterruptedSaysHowToGoOn(t *testing.T) {
	binary := sidesBinary(t)
	out := filepath.Join(t.TempDir(), "compare")
	var stdout strings.Builder
	err := runCompare(&stdout, &interrupter{}, []string{"-pkg", ".", "-bench", ".", "-benchtime", "1x", "-rounds", "500", "-timeout", "50s", "-gate", "time=3%", "-o", out, binary, binary})
	var interrupted *runner.InterruptedError
	if !errors.As(err, &interrupted) || interrupted.Total != 2000 {
		t.Fatalf("error %v, want an interruption", err)
	}
	if want := "go on with handoff compare -o " + out + " -gate time=3% -timeout 50s"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %q does not end in %q", err, want)
	}
}
