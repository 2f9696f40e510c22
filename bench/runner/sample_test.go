package runner

import (
	"strings"
	"testing"
	"time"
)

const printed = `seed: 7
Unit parts/op better=lower assume=exact
goos: linux
chatter in between
BenchmarkX/k=v-2   	       1	      2500 ns/op	         3.000 parts/op
later: too late
PASS
`

func TestParseSample(t *testing.T) {
	s, err := parseSample([]byte(printed), "BenchmarkX/k=v-2", 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := "BenchmarkX/k=v-2   \t       1\t      2500 ns/op\t         3.000 parts/op"; s.line != want {
		t.Errorf("line %q, want %q", s.line, want)
	}
	if s.iters != 1 {
		t.Errorf("%d iterations, want 1", s.iters)
	}
	if s.op != 2500*time.Nanosecond {
		t.Errorf("op %v, want 2.5µs", s.op)
	}
	if len(s.config) != 2 || s.config["seed"] != "7" || s.config["goos"] != "linux" {
		t.Errorf("config %v, want seed 7 and goos linux alone", s.config)
	}
	if want := "Unit parts/op better=lower assume=exact"; strings.Join(s.units, "|") != want {
		t.Errorf("units %q, want %q", s.units, want)
	}
}

func TestParseSampleRefuses(t *testing.T) {
	for _, bad := range []struct{ out, name, want string }{
		{"PASS\n", "BenchmarkX-2", "it ended without a benchmark line"},
		{"BenchmarkX-2\t1\t", "BenchmarkX-2", "it ended without a benchmark line"},
		{printed, "BenchmarkX/k=v", "it printed a result of BenchmarkX/k=v-2, want one of BenchmarkX/k=v and"}, // GOMAXPROCS is part of the name
		{printed + "BenchmarkX/k=v-2 1 1 ns/op\n", "BenchmarkX/k=v-2", "want one of BenchmarkX/k=v-2 and no other"},
		{printed + "BenchmarkY-2 1 1 ns/op\n", "BenchmarkX/k=v-2", "it printed a result of BenchmarkY-2"},
	} {
		if _, err := parseSample([]byte(bad.out), bad.name, 0); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%q: error %v, want %s", bad.out, err, bad.want)
		}
	}
}

func TestOutputTail(t *testing.T) {
	var o output
	o.stream(true).Write([]byte(strings.Repeat("x\n", 5*tailBytes)))
	o.stream(false).Write([]byte("on stderr\n"))
	tail := o.tail()
	if lines := strings.Count(tail, "\n") + 1; lines != tailLines || !strings.HasSuffix(tail, "\non stderr") {
		t.Errorf("%d lines ending in %q, want %d and the last one from stderr", lines, tail[max(0, len(tail)-20):], tailLines)
	}
	if got := o.stdout.Len(); got != 10*tailBytes {
		t.Errorf("%d bytes of stdout, want %d", got, 10*tailBytes)
	}
	if _, err := o.stream(true).Write(make([]byte, maxOutput)); err == nil {
		t.Error("endless output is not refused")
	}
}

func TestAddCPU(t *testing.T) {
	for _, c := range []struct {
		line string
		cpu  time.Duration
		want string
	}{
		{"BenchmarkX 200 5 ns/op", 1234567, "BenchmarkX 200 5 ns/op\t6172.84 cpu-ns/op"},
		{"BenchmarkX 200 5 ns/op 7 cpu-ns/op", 1234567, "BenchmarkX 200 5 ns/op 7 cpu-ns/op"},
		{"BenchmarkX 200 5 ns/op", 0, "BenchmarkX 200 5 ns/op"}, // 0 would split benchstat's table
	} {
		s := sample{line: c.line, iters: 200}
		if s.addCPU(c.cpu); s.line != c.want {
			t.Errorf("got %q, want %q", s.line, c.want)
		}
	}
}
