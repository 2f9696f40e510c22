package verdict

import (
	"slices"
	"strings"
	"testing"
)

func TestParseGate(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "time,cpu,wire=0",
		"none":                      "none",
		"time=5%,wire=0,allocs=1%":  "time=5%,wire=0,allocs=1%",
		" time = 5% ":               "",
		"time=0.05":                 "time=5%",
		"time,cpu":                  "time,cpu",
		"ns/op=2.5%,B/s":            "ns/op=2.5%,B/s",
		"phases=10%,peak-RSS-bytes": "phases=10%,peak-RSS-bytes",
		"widgets=5%,hit%=1%":        "widgets=5%,hit%=1%",
	} {
		g, err := ParseGate(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q is read as %s", text, g)
			}
			continue
		}
		if err != nil || g.String() != want {
			t.Errorf("%q: %s, %v; want %s", text, g, err, want)
		}
		if again, err := ParseGate(g.String()); err != nil || again.String() != want {
			t.Errorf("%q does not read back: %s, %v", g, again, err)
		}
	}
}

func TestParseGateErrors(t *testing.T) {
	for text, want := range map[string]string{
		"tiem=5%":         `gate "tiem=5%": "tiem" is no metric: time is meant?`,
		"alloc=5%":        `"alloc" is no metric: allocs is meant?`,
		"time=5":          `time="5": want a tolerance such as 5% or 0.05`,
		"time=":           `time="": want a tolerance such as 5% or 0.05`,
		"time=-5%":        `time="-5%": want a tolerance`,
		"time=NaN":        `time="NaN": want a tolerance`,
		"time=five":       `time="five": want a tolerance`,
		"time=1000%":      "below 1000%",
		"time=5%,,wire":   `"" is no metric`,
		"time=5%,time=6%": "time is given twice",
		"none,time":       `"none" is no metric`,
	} {
		if _, err := ParseGate(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// A unit's own limit goes before that of its group, wherever it stands.
func TestGateLimit(t *testing.T) {
	g, err := ParseGate("ns/op=20%,time=5%,wire")
	if err != nil {
		t.Fatal(err)
	}
	turned, err := ParseGate("time=5%,ns/op=20%,wire")
	if err != nil {
		t.Fatal(err)
	}
	for metric, want := range map[string]float64{"ns/op": 0.2, "ns/item": 0.05, "wire-B/item": -1} {
		for _, g := range []Gate{g, turned} {
			if got, ok := g.limit(metric); !ok || got != want {
				t.Errorf("%s of %s: %g, %v; want %g", metric, g, got, ok, want)
			}
		}
	}
	if _, ok := g.limit("cpu-ns/item"); ok {
		t.Error("a metric that the gate does not name is gated")
	}
	if got := g.Metrics(); !slices.Equal(got, []string{"ns/op", "time", "wire"}) {
		t.Errorf("metrics %q", got)
	}
}

func TestClassOf(t *testing.T) {
	for cell, want := range map[string]Class{
		"Factor/strategy=serial/digits=9":     Compute,
		"Factor/strategy=goroutines/digits=9": Compute,
		"Factor/strategy=process-gob":         IPC,
		"Handoff/strategy=shared-file":        IPC,
		"Codec/codec=gob/way=encode":          Codec,
		"example.org/x: Canary":               Canary,
		"Canary":                              Canary,
		"Sort/n=100":                          Other,
		"Canaryish":                           Other,
	} {
		if got := ClassOf(cell); got != want {
			t.Errorf("%s is %s, want %s", cell, got, want)
		}
	}
}
