package runner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newRecorder(t *testing.T, dir string) *recorder {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := openRecorder(dir, FileName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.file.Close() })
	if err := r.begin(nil, []string{"# run: x"}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecorderWritesWhatChanged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	r := newRecorder(t, dir)
	add := func(round int, s sample) {
		t.Helper()
		if err := r.add(turn{round: round}, s); err != nil {
			t.Fatal(err)
		}
	}
	unit := []string{"Unit u better=lower"}
	add(1, sample{line: "BenchmarkA 1 1 ns/op", config: map[string]string{"suite": "s", "goos": "linux"}, units: unit, pressure: 5})
	add(1, sample{line: "BenchmarkB 1 1 ns/op", config: map[string]string{"suite": "s", "goos": "linux", "data": "big"}, units: unit, pressure: -1})
	add(2, sample{line: "BenchmarkA 1 1 ns/op", config: map[string]string{"suite": "s", "goos": "linux"}, pressure: 0})
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	want := `# run: x
goos: linux
suite: s
Unit u better=lower
# round: 1
# pressure: 5
BenchmarkA 1 1 ns/op
data: big
# round: 1
BenchmarkB 1 1 ns/op
data:
# round: 2
# pressure: 0
BenchmarkA 1 1 ns/op
`
	got, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRecorderRefusesASecondWriter(t *testing.T) {
	dir := t.TempDir()
	a, b := newRecorder(t, dir), newRecorder(t, dir)
	s := sample{line: "BenchmarkA 1 1 ns/op", config: map[string]string{}, pressure: -1}
	if err := a.add(turn{round: 1}, s); err != nil {
		t.Fatal(err)
	}
	if err := b.add(turn{round: 1}, s); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("error %v, want another process", err)
	}
}

func TestRecorderRefusesAnotherMachine(t *testing.T) {
	r := newRecorder(t, t.TempDir())
	r.config["cpu"] = "old"
	err := r.add(turn{round: 1}, sample{line: "BenchmarkA 1 1 ns/op", config: map[string]string{"cpu": "new"}})
	if err == nil || !strings.Contains(err.Error(), "recorded on a old, this is a new") || r.size != 0 {
		t.Errorf("error %v, size %d", err, r.size)
	}
}

func TestRecorderLeavesNothingOfAnEmptyRun(t *testing.T) {
	parent := t.TempDir()
	f, err := openFolder(filepath.Join(parent, "run"))
	if err != nil {
		t.Fatal(err)
	}
	r := newRecorder(t, f.path)
	if err := errors.Join(r.close(), f.close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(parent, "run")); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
