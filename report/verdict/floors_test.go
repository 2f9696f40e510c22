package verdict

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was learnt from relinked binaries keeps the next one from being red, in the row
// and in others of its class.
func TestLearn(t *testing.T) {
	f := &Floors{Machine: "here"}
	for _, part := range []float64{0.06, -0.05, 0.04} {
		f.Learn(Judge([]Row{row("Factor/strategy=serial", "ns/op", 12, part, 0.005), byteRow("A", 1, 2), row("few", "ns/op", 3, 0.5, 0)}, Rules{}))
	}
	own := Row{Cell: "Factor/strategy=serial", Metric: "ns/op", Class: Compute}
	floor, ok := f.Of(own)
	if !ok || floor < 0.12 || floor > 0.25 {
		t.Errorf("floor %g, %v: want about three times 5%%", floor, ok)
	}
	own.Cell = "Factor/strategy=goroutines"
	if class, ok := f.Of(own); !ok || math.Abs(class-floor) > 1e-9 {
		t.Errorf("a row that was not measured: floor %g, %v; want its class's, %g", class, ok, floor)
	}
	for _, unknown := range []Row{{Cell: "A", Metric: "wire-B/item", Class: Other}, {Cell: "few", Metric: "ns/op", Class: Other}} {
		if floor, ok := f.Of(unknown); ok {
			t.Errorf("%s: floor %g, want none", unknown.Cell, floor)
		}
	}
	if f.Tables != 3 || math.Abs(f.Rows["ns/op"]["Factor/strategy=serial"]-0.055) > 0.006 {
		t.Errorf("%d tables, row's own %v", f.Tables, f.Rows)
	}
	if _, ok := (*Floors)(nil).Of(own); ok {
		t.Error("no floors at all have one")
	}
}

// Identical binaries, with noise that the interval accounts for, leave next to no floor.
func TestNoiseIsNoFloor(t *testing.T) {
	f := &Floors{}
	for seed := range 20 {
		f.Learn(Judge(simulate(machines[0], uint64(seed), experiment{rounds: 12}), Rules{}))
	}
	for class, want := range map[Class]float64{Compute: 0.004, Codec: 0.008, IPC: 0.015} {
		if got := f.Classes["cpu-ns/item"][class].Floor(); got > want {
			t.Errorf("%s: floor %.4f, want at most %.4f", class, got, want)
		}
	}
}

func TestFloorsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache", "floors.json")
	if f, err := ReadFloors(path, "here"); f != nil || err != nil {
		t.Errorf("no file: %v, %v", f, err)
	}
	for _, f := range []*Floors{
		{Machine: "here", Tables: 1, Rows: map[string]map[string]float64{"ns/op": {"A": 0.5}}},
		{Machine: "there"},
		{Machine: "here", Tables: 2, Rows: map[string]map[string]float64{"ns/op": {"A": 0.1}}, Classes: map[string]map[Class]Spread{"ns/op": {IPC: {Seen: 3, Variance: 0.01}}}},
	} {
		if err := WriteFloors(path, f); err != nil {
			t.Fatal(err)
		}
	}
	f, err := ReadFloors(path, "here")
	if err != nil || f.Tables != 2 || f.Rows["ns/op"]["A"] != 0.1 || f.Classes["ns/op"][IPC].Seen != 3 {
		t.Errorf("read back %+v, %v", f, err)
	}
	if f, err := ReadFloors(path, "there"); f == nil || err != nil {
		t.Errorf("the other machine: %v, %v", f, err)
	}
	if f, err := ReadFloors(path, "elsewhere"); f != nil || err != nil {
		t.Errorf("an unknown machine: %v, %v", f, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// A file that holds null holds no floors, and takes some.
func TestNullFloors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "floors.json")
	if err := os.WriteFile(path, []byte("null\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if f, err := ReadFloors(path, "here"); f != nil || err != nil {
		t.Errorf("%v, %v", f, err)
	}
	if err := WriteFloors(path, &Floors{Machine: "here", Tables: 1}); err != nil {
		t.Fatal(err)
	}
	if f, err := ReadFloors(path, "here"); err != nil || f == nil || f.Tables != 1 {
		t.Errorf("read back %v, %v", f, err)
	}
}

func TestBadFloors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "floors.json")
	for text, want := range map[string]string{
		"{":              "floors.json: unexpected EOF (no noise floors: name another file, or delete it",
		`{"here": null}`: "floors.json: here: no floors",
		`{"here": {"rows": {"ns/op": {"A": -1}}}}`:                                "floors.json: here: floor of A ns/op is -1, want",
		`{"here": {"rows": {"ns/op": {"A": 1e9}}}}`:                               "floors.json: here: floor of A ns/op is 1e+09, want",
		`{"here": {"classes": {"ns/op": {"ipc": {"seen": 3, "variance": 1e9}}}}}`: "floors.json: here: floor of class ipc, ns/op: seen 3, variance 1e+09, scatter 0: want",
		`{"here": {"classes": {"ns/op": {"ipc": {"seen": 3, "scatter": 1e9}}}}}`:  "want a floor below 10",
		`{"here": {"classes": {"ns/op": {"ipc": {"seen": -3}}}}}`:                 "want a floor below 10",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFloors(path, "here"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if err := WriteFloors(path, &Floors{Machine: "here"}); err == nil {
			t.Errorf("%s: overwritten", text)
		}
	}
}
