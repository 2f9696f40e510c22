package runner

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// repository makes a git repository of the module in testdata/sides, below a
// directory, and returns the module's directory.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for key, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "GOWORK": "off",
		"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
		"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		t.Setenv(key, value)
	}
	module := filepath.Join(root, "sides")
	if err := os.CopyFS(module, os.DirFS(filepath.Join("testdata", "sides"))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "-ldflags=-w") // links faster
	pressureOf(t, "")
	gitIn(t, root, "init", "--quiet", "--initial-branch=main")
	commit(t, module, "v1")
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	t.Cleanup(func() { checkNothingIsLeft(t, root, temp) })
	return module
}

// pressureOf has pressure read from a file that no other program moves.
func pressureOf(t *testing.T, path string) {
	was := pressureFile
	pressureFile = path
	t.Cleanup(func() { pressureFile = was })
}

// checkNothingIsLeft looks for worktrees, for changes in the checkout and for
// temporary files.
func checkNothingIsLeft(t *testing.T, root, temp string) {
	t.Helper()
	if list := gitIn(t, root, "worktree", "list"); strings.Count(list, "\n") != 0 {
		t.Errorf("worktrees are left:\n%s", list)
	}
	if changes := gitIn(t, root, "status", "--porcelain"); changes != "" {
		t.Errorf("the checkout was touched:\n%s", changes)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left in the temporary directory: %v", left)
	}
}

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit commits all and tags it.
func commit(t *testing.T, module, tag string) {
	t.Helper()
	gitIn(t, module, "add", "-A")
	gitIn(t, module, "commit", "--quiet", "--allow-empty", "-m", tag)
	gitIn(t, module, "tag", tag)
}

// change replaces text in the module's benchmarks and commits that.
func change(t *testing.T, module, old, new, tag string) {
	t.Helper()
	path := filepath.Join(module, "sides_test.go")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("there is no %q", old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	commit(t, module, tag)
}

func twoRevisions(t *testing.T, module string) Comparison {
	return Comparison{
		Config: Config{
			Dir: module, Package: "./...", Bench: ".", Rounds: 3, Benchtime: "1x",
			Timeout: 20 * time.Second, Out: filepath.Join(t.TempDir(), "compare"),
		},
		Base: Source{Revision: "v1"}, Head: Source{Revision: "v2"},
	}
}

var sidesCells = append(cellsOf("example.com/sides", "BenchmarkCost/kind=steady", "BenchmarkCost/kind=moving"),
	cell{"example.com/sides/more", "BenchmarkMore"})

// readSides reads what a comparison has recorded.
func readSides(t *testing.T, dir string) (base, head *recorded) {
	t.Helper()
	var sides [2]*recorded
	for i, name := range []string{BaseFile, HeadFile} {
		r, err := readRecorded(dir, name)
		if err != nil || r == nil {
			t.Fatalf("%s: %v, %v", name, r, err)
		}
		sides[i] = r
	}
	return sides[0], sides[1]
}

func turnsOf(r *recorded) []turn {
	var turns []turn
	for _, s := range r.samples(runtime.GOMAXPROCS(0)) {
		turns = append(turns, s.turn)
	}
	return turns
}

// Both sides have a sample of every cell in every round, in one order; each has
// measured its own revision.
func TestCompareRevisions(t *testing.T) {
	module := repository(t)
	change(t, module, `"moving": 100`, `"moving": 120`, "v2")
	gitIn(t, module, "checkout", "--quiet", "v1")
	c := twoRevisions(t, module)
	done, err := Compare(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	if done.Dir != c.Out || done.Done != 18 || done.Total != 18 || done.Cells != 3 || done.OutOfTime {
		t.Errorf("%+v", done)
	}
	base, head := readSides(t, done.Dir)
	want := schedule(sidesCells, plan{rounds: 3, seed: 1}, nil)
	if !slices.Equal(turnsOf(base), want) || !slices.Equal(turnsOf(head), want) {
		t.Errorf("base %v\nhead %v\nwant %v", turnsOf(base), turnsOf(head), want)
	}
	for i := range base.taken {
		if b, h := base.taken[i], head.taken[i]; strings.Contains(b.cell.name, "moving") != (h.op == 120) || b.op == 120 {
			t.Errorf("%s: base %v, head %v", b.cell.name, b.op, h.op)
		}
	}
	v1, v2 := gitIn(t, module, "rev-parse", "v1"), gitIn(t, module, "rev-parse", "v2")
	for _, side := range []struct{ got, want string }{
		{base.marks["revision"], v1}, {head.marks["revision"], v2}, {base.marks["side"], "v1"}, {head.marks["side"], "v2"},
		{base.marks["run"], head.marks["run"]}, {head.marks["packages"], "example.com/sides example.com/sides/more"},
		{head.marks["command"], "handoff compare -pkg 'example.com/sides example.com/sides/more' -bench '.' -rounds 3 -benchtime 1x -C " + module + " -timeout 20s " + v1[:12] + " " + v2[:12]},
	} {
		if side.got != side.want {
			t.Errorf("mark %q, want %q", side.got, side.want)
		}
	}
	if base.marks["binary"] == head.marks["binary"] {
		t.Error("two revisions have one binary")
	}
}

// The mark by which two files are taken for the sides of one comparison is that of
// no other run, though its folder may have the same name.
func TestRunsAreTold(t *testing.T) {
	seen := map[string]bool{}
	for _, parent := range []string{t.TempDir(), t.TempDir()} {
		r := newRun(comparison, Config{Out: filepath.Join(parent, "same")}, Comparison{}.sides())
		folder, err := r.openFolder()
		if err != nil {
			t.Fatal(err)
		}
		defer folder.close()
		r.dir = folder.path
		if err := errors.Join(r.choosePlan(), r.openRecorders()); err != nil {
			t.Fatal(err)
		}
		for _, s := range r.sides {
			if err := errors.Join(s.begin(nil, nil, r), s.recorder.add(turn{1, cell{}}, sample{line: "BenchmarkX 1 5 ns/op"}), s.recorder.close()); err != nil {
				t.Fatal(err)
			}
		}
		base, head := readSides(t, r.dir)
		mark := base.marks[runMark]
		if !strings.HasPrefix(mark, "same id=") || head.marks[runMark] != mark || seen[mark] {
			t.Errorf("base %q, head %q, of earlier runs %v", mark, head.marks[runMark], seen)
		}
		seen[mark] = true
	}
}

// Where nothing says how often a loop is to run, that is found out once, and all
// samples do the same.
func TestCompareFindsOutIterations(t *testing.T) {
	module := repository(t)
	c := twoRevisions(t, module)
	c.Head, c.Package, c.Bench, c.Benchtime, c.Rounds = c.Base, ".", "Cost/kind=moving", "", 1
	if _, err := Compare(within(t), c); err != nil {
		t.Fatal(err)
	}
	c.Rounds = 2
	done, err := Compare(within(t), c) // goes on with what was found out
	if err != nil {
		t.Fatal(err)
	}
	base, head := readSides(t, done.Dir)
	for _, s := range slices.Concat(base.taken, head.taken) {
		if s.iters != base.taken[0].iters || s.iters < 1000 {
			t.Errorf("%d iterations, in the first sample %d", s.iters, base.taken[0].iters)
		}
	}
}

// The sources as they are have their changes in them.
func TestCompareWhatIsNotCommitted(t *testing.T) {
	module := repository(t)
	path := filepath.Join(module, "sides_test.go")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), `"moving": 100`, `"moving": 160`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	c := twoRevisions(t, module)
	c.Head, c.Rounds, c.Package, c.Bench = Source{}, 1, ".", "Cost/kind=moving"
	done, err := Compare(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	base, head := readSides(t, done.Dir)
	if base.taken[0].op != 100 || head.taken[0].op != 160 || head.marks["dirty"] != "true" || !strings.HasSuffix(head.marks["command"], " .") {
		t.Errorf("base %v, head %v, marks %v", base.taken[0].op, head.taken[0].op, head.marks)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCompareBinaries(t *testing.T) {
	module := repository(t)
	binaries := [2]string{testBinary(t, module)}
	change(t, module, `"moving": 100`, `"moving": 101`, "v2")
	binaries[1] = testBinary(t, module)
	c := twoRevisions(t, module)
	c.Base, c.Head = Source{Binary: binaries[0]}, Source{Binary: binaries[1]}
	done, err := Compare(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	base, head := readSides(t, done.Dir)
	for i, s := range base.taken {
		if h := head.taken[i]; strings.Contains(s.cell.name, "moving") && (s.op != 100 || h.op != 101) {
			t.Errorf("base %v, head %v", s.op, h.op)
		}
	}
	if head.marks["test-binary"] != binaries[1] || len(head.taken) != 6 {
		t.Errorf("marks %v, %d samples", head.marks, len(head.taken))
	}
	checkForeign(t, c)
}

// checkForeign compares binaries that nothing is said about: they are not
// handoff's own, so its suites are not for them.
func checkForeign(t *testing.T, c Comparison) {
	t.Helper()
	c.Package, c.Bench, c.Rounds, c.Out = "", "", 1, filepath.Join(t.TempDir(), "foreign")
	done, err := Compare(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	if base, _ := readSides(t, done.Dir); len(base.taken) != 2 || base.config["suite"] != customSuite {
		t.Errorf("%d samples of suite %q, want all there are", len(base.taken), base.config["suite"])
	}
	c.Suite, c.Out = compareSuite, filepath.Join(t.TempDir(), "suite")
	if _, err := Compare(within(t), c); err == nil || !strings.Contains(err.Error(), "-suite compare: suites are for "+OwnPackage) {
		t.Errorf("a suite of somebody else's benchmarks: %v", err)
	}
}

func testBinary(t *testing.T, module string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.test")
	cmd := exec.Command("go", "test", "-c", "-o", path, ".")
	cmd.Dir = module
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// loseSample leaves of a side what a crash between the two writes of a turn does.
func loseSample(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:strings.LastIndex(string(text), "# round: ")], 0o600); err != nil {
		t.Fatal(err)
	}
}

// An interrupted comparison goes on from its folder alone, and its worktrees go
// with the interruption.
func TestCompareInterruptedGoesOn(t *testing.T) {
	module := repository(t)
	change(t, module, `"moving": 100`, `"moving": 120`, "v2")
	c := twoRevisions(t, module)
	c.Package = "."
	ctx, cancel := context.WithCancel(within(t))
	c.Progress = &cancelAfter{4, cancel}
	done, err := Compare(ctx, c)
	var interrupted *InterruptedError
	if !errors.As(err, &interrupted) || interrupted.Done != 8 || interrupted.Total != 12 || done.Dir != c.Out {
		t.Fatalf("%+v, error %v, want an interruption", done, err)
	}
	change(t, module, `"moving": 120`, `"moving": 140`, "v3")
	loseSample(t, filepath.Join(c.Out, HeadFile))
	if done, err = Compare(within(t), Comparison{Config: Config{Dir: module, Out: c.Out}}); err != nil {
		t.Fatal(err)
	}
	base, head := readSides(t, done.Dir)
	want := schedule(sidesCells[:2], plan{rounds: 3, seed: 1}, nil)
	if !slices.Equal(turnsOf(base), want) || !slices.Equal(turnsOf(head), want) {
		t.Errorf("base %v\nhead %v\nwant %v", turnsOf(base), turnsOf(head), want)
	}
	for _, s := range head.taken {
		if s.op == 140 {
			t.Error("it went on with another revision")
		}
	}
	c.Head = Source{Revision: "v3"}
	c.Progress = nil
	if _, err := Compare(within(t), c); err == nil || !strings.Contains(err.Error(), "was recorded with binary") {
		t.Errorf("another revision: error %v", err)
	}
}

// Who has enough is asked after each round, with the files as they are then.
func TestCompareEnough(t *testing.T) {
	c := twoRevisions(t, repository(t))
	c.Head, c.Package, c.Rounds = c.Base, ".", 5
	var sizes []int64
	c.Enough = func(base, head string) bool {
		for _, path := range []string{base, head} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, info.Size())
		}
		return len(sizes) == 4
	}
	done, err := Compare(within(t), c)
	perRound := 2 * done.Cells
	if err != nil || !done.HadEnough || done.OutOfTime || done.Done != 2*perRound || done.Total != done.Done {
		t.Errorf("%+v, %v, want 2 rounds", done, err)
	}
	if len(sizes) != 4 || sizes[2] <= sizes[0] || sizes[3] <= sizes[1] {
		t.Errorf("asked with files of %d bytes", sizes)
	}
}

// stopAfter lets the time of a run be over once n turns are reported.
type stopAfter struct {
	n   int
	run *run
}

func (s *stopAfter) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), "[") {
		if s.n--; s.n == 0 {
			s.run.deadline = time.Now()
		}
	}
	return len(p), nil
}

func TestCompareStopsInTime(t *testing.T) {
	module := repository(t)
	c := twoRevisions(t, module)
	c.Head, c.Package = c.Base, "."
	stop := &stopAfter{n: 3}
	c.Progress = stop
	r := newRun(comparison, c.Config, c.sides())
	stop.run = r
	done, err := c.do(within(t), r)
	if err != nil || !done.OutOfTime || done.Done != 6 || done.Total != 12 {
		t.Errorf("%+v, %v, want 6 of 12 samples", done, err)
	}
	c.Max, c.Out = time.Nanosecond, filepath.Join(t.TempDir(), "none")
	if _, err := Compare(within(t), c); err == nil || err.Error() != "-max 1ns: that was over before the first sample" {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(c.Out); !os.IsNotExist(err) {
		t.Errorf("the folder was left: %v", err)
	}
}

func TestCompareSaysWhatIsWrong(t *testing.T) {
	module := repository(t)
	change(t, module, `"kind="+kind`, `"sort="+kind`, "renamed")
	change(t, module, `costs[kind]/10`, `costs[kind]/undefined`, "broken")
	for want, edit := range map[string]func(*Comparison){
		`"v9": no such revision, and no such file: want a commit`:  func(c *Comparison) { c.Head.Revision = "v9" },
		`"--all": no such revision`:                                func(c *Comparison) { c.Head.Revision = "--all" },
		"undefined: undefined":                                     func(c *Comparison) { c.Head.Revision = "broken" },
		`base (v1): -bench "Nope" matches no benchmark of example`: func(c *Comparison) { c.Bench = "Nope" },
		"nothing to measure: example.com/sides BenchmarkCost/kind=steady: only in base; example.com/sides BenchmarkCost/kind=moving: only in base; example.com/sides BenchmarkCost/sort=steady: only in head": func(c *Comparison) { c.Head.Revision = "renamed" },
		`-benchtime "1s": want a number of iterations`:    func(c *Comparison) { c.Benchtime = "1s" },
		"is in no git repository: want two test binaries": func(c *Comparison) { c.Dir = t.TempDir() },
		"go.mod: not a test binary":                       func(c *Comparison) { c.Head = Source{Binary: filepath.Join(module, "go.mod")} },
		"has no directory later":                          func(c *Comparison) { c.Dir = later(t, module) },
	} {
		c := twoRevisions(t, module)
		c.Head.Revision = "v1"
		c.Package = "."
		edit(&c)
		done, err := Compare(within(t), c)
		if err == nil || !strings.Contains(err.Error(), want) || done.Dir != "" {
			t.Errorf("error %v, want %s", err, want)
		}
		if c.Head.Revision == "broken" && !strings.HasPrefix(err.Error(), "head (broken): build example.com/sides: ") {
			t.Errorf("error %v does not say whose it is", err)
		}
		if _, err := os.Stat(c.Out); !os.IsNotExist(err) {
			t.Errorf("%s: the folder was left", want)
		}
	}
}

// later makes a directory that no revision has.
func later(t *testing.T, module string) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(module), "later")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
