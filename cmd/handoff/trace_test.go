package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/report/trace"
	"github.com/handoff-go/handoff/strategies"
)

// TestTrace records the headline workload and reads it back, which holds it
// against the published format. Every item must be in it, once, and every chunk
// that travels must have its way.
func TestTrace(t *testing.T) {
	const items = 40_960
	for spec, flows := range map[string]bool{
		"process-gob,workers=2":                 true,
		"process-shm-binary,workers=2,chunk=32": true,
		"shared-file,workers=2":                 true,
		"goroutines,workers=2,chunk=8":          false,
	} {
		t.Run(spec, func(t *testing.T) {
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			if err := runProfile(&stdout, &stderr, []string{"-trace", "-strategy", spec, "-digits", "4", "-o", dir}); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"profiles/timeline.json", "plots/timeline.png", "plots/timeline.svg"} {
				if !strings.Contains(stderr.String(), "wrote "+filepath.Join(dir, name)+"\n") {
					t.Errorf("not written: %s\n%s", name, &stderr)
				}
			}
			got, err := trace.Open(filepath.Join(dir, "profiles", "timeline.json"))
			if err != nil {
				t.Fatal(err)
			}
			computed, chunks := 0, 0
			for _, l := range got.Lanes {
				for _, s := range l.Spans {
					if s.Phase == trace.Compute {
						computed += s.Items
						chunks++
					}
				}
			}
			if computed != items || got.Dropped != 0 {
				t.Errorf("%d items are in the trace, %d events were dropped; want %d and 0", computed, got.Dropped, items)
			}
			if want := map[bool]int{true: chunks}[flows]; len(got.Flows) != want {
				t.Errorf("%d flows for %d chunks, want %d", len(got.Flows), chunks, want)
			}
			if flows != strings.Contains(stdout.String(), "Clocks of the processes agree within ±") {
				t.Errorf("stdout:\n%s", &stdout)
			}
		})
	}
}

// A trace that is larger than its bounds keeps its end, says so, and still passes.
// The window is small, so that the coordinator cannot still be busy with all that
// it keeps when the workers are done.
func TestTraceIsCutToItsBounds(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	if err := runProfile(&stdout, &stderr, []string{"-trace", "-events", "500", "-strategy", "process-gob,workers=2,chunk=8,window=4", "-digits", "4", "-items", "20000", "-o", dir}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout.String(), " older events made room for newer ones") {
		t.Errorf("stdout:\n%s", &stdout)
	}
	path := filepath.Join(dir, "profiles", "timeline.json")
	got, err := trace.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range got.Lanes {
		if n := len(l.Spans); n > 500 {
			t.Errorf("%s has %d events", l.Name, n)
		}
	}
	// The file alone is enough for the picture.
	stdout.Reset()
	again := t.TempDir()
	if err := run(&stdout, &stderr, []string{"report", "-o", again, path}); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(filepath.Join(dir, "plots", "timeline.svg"))
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := os.ReadFile(filepath.Join(again, "plots", "timeline.svg"))
	if err != nil || !bytes.Equal(drawn, old) {
		t.Errorf("drawn again it is another picture (error: %v)", err)
	}
}

func TestTraceNames(t *testing.T) {
	p := profiler{specs: []strategies.Spec{strategies.MustParse("serial")}}
	if got := p.traceName(p.specs[0]); got != "timeline.json" {
		t.Error(got)
	}
	p.specs = append(p.specs, strategies.MustParse("process-gob"))
	if got := p.traceName(p.specs[1]); got != "timeline-process-gob.json" {
		t.Error(got)
	}
}

func TestTraceBadInput(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.json")
	if err := os.WriteFile(empty, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"profile", "-trace", "-events", "-3", "-o", dir}, "-events=-3: want 1 to "},
		{[]string{"profile", "-trace", "-o", blocked}, blocked + ": not a directory"},
		{[]string{"report", empty}, "report: " + empty + ": producer \"\": want a trace of handoff (" + empty + " holds no output of go test -json either)"},
		{[]string{"report", filepath.Join(dir, "none.json")}, "none.json: no such file"},
	} {
		var stdout, stderr bytes.Buffer
		err := run(&stdout, &stderr, c.args)
		if err == nil || !strings.Contains(err.Error(), c.want) || stdout.Len() > 0 {
			t.Errorf("%v: error %v, want one that says %q\n%s", c.args, err, c.want, &stdout)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	p := profiler{stderr: io.Discard, work: factor.Work{Digits: 4, Items: 10, Shape: "number"}}
	path := filepath.Join(dir, "interrupted.json")
	if err := os.WriteFile(path, []byte("of yesterday"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.traceInto(over, path, strategies.MustParse("serial")); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: error %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "of yesterday" {
		t.Errorf("an interrupted run left %q of an earlier trace (error: %v)", text, err)
	}
	if found, err := os.ReadDir(dir); err != nil || len(found) != 3 {
		t.Errorf("an interrupted run left something behind: %v, error %v", found, err)
	}
}
