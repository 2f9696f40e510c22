package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/profiles"
)

// openProfiles opens the profiles in testdata, which were taken by
//
//	handoff profile -strategy serial -strategy process-gob -strategy process-json -shape record -seconds 2
func openProfiles(t *testing.T) Profiled {
	t.Helper()
	cells, err := profiles.Open(filepath.Join("testdata", "profiles"))
	if err != nil {
		t.Fatal(err)
	}
	return Profiled{Cells: cells}
}

func TestProfiledText(t *testing.T) {
	golden(t, filepath.Join("testdata", "profiles.md"), []byte(openProfiles(t).Text()))
}

// TestProfiledSaysWhatIsMissing: a worker that handed over nothing, and cells
// without stopwatches.
func TestProfiledSaysWhatIsMissing(t *testing.T) {
	p := openProfiles(t)
	for _, c := range p.Cells {
		c.Stopwatch, c.Lost = nil, []string{"worker 1 was lost: killed"}
	}
	text := p.Text()
	if !strings.Contains(text, "**Not in it:** worker 1 was lost: killed\n") || strings.Contains(text, "wall time: ") {
		t.Errorf("without a worker and stopwatches:\n%s", text)
	}
}

func TestProfiledWrite(t *testing.T) {
	dir := t.TempDir()
	paths, err := openProfiles(t).Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"profiles.md", "flame-serial.html", "flame-process-gob.html", "flame-process-json.html", "flame-process-gob-vs-process-json.html"}
	if len(paths) != len(want) {
		t.Fatalf("wrote %q, want %q", paths, want)
	}
	for i, name := range want {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || paths[i] != filepath.Join(dir, name) || len(data) < 1000 {
			t.Errorf("%s: %d bytes, %v; its path is given as %s", name, len(data), err, paths[i])
		}
	}
	if _, err := openProfiles(t).Write(filepath.Join(dir, "profiles.md", "in")); err == nil {
		t.Error("a folder that is a file was written to")
	}
}
