package bench

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// trialVar makes BenchmarkTrial do what a test wants to see; without it the
// benchmark has no cells.
const trialVar = "HANDOFF_TEST_TRIAL"

// BenchmarkTrial is for the tests below.
func BenchmarkTrial(b *testing.B) {
	spec := strategies.MustParse("process-gob,workers=2")
	name, items := Name(spec), factor.Number.Items(factor.Work{Digits: 5, Items: 3000, Seed: seed})
	check := func([][]uint64) error { return nil }
	switch os.Getenv(trialVar) {
	case "":
		b.Skip("this one is for tests")
	case "good":
	case "lie":
		name = strings.Replace(name, "workers=2", "workers=3", 1)
	case "wrong":
		check = func([][]uint64) error { return errors.New("these answers are wrong") }
	case "empty":
		items = nil
	}
	b.Run(name, func(b *testing.B) { Run(b, factor.Number.Factor, spec, items, check) })
}

// bench runs this test binary's benchmarks once in a fresh process.
func bench(t *testing.T, pattern string, env ...string) (output string, err error) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-test.run=^$", "-test.bench="+pattern, "-test.benchtime=1x")
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

func TestRun(t *testing.T) {
	output, err := bench(t, "Trial", trialVar+"=good")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	reader := benchfmt.NewReader(strings.NewReader(output), "stdout")
	var results []*benchfmt.Result
	for reader.Scan() {
		switch r := reader.Result().(type) {
		case *benchfmt.Result:
			results = append(results, r.Clone())
		case *benchfmt.SyntaxError:
			t.Errorf("not in the benchmark format: %v", r)
		}
	}
	if len(results) != 1 {
		t.Fatalf("%d results, want 1:\n%s", len(results), output)
	}
	if got, want := results[0].GetConfig("seed"), "1"; got != want {
		t.Errorf("config seed is %q, want %q", got, want)
	}
	checkResult(t, results[0])
}

// checkResult checks a sample of process-gob on two workers.
func checkResult(t *testing.T, r *benchfmt.Result) {
	t.Helper()
	value := func(unit string) float64 {
		v, ok := r.Value(unit)
		if !ok || v <= 0 {
			t.Errorf("%s is %g", unit, v)
		}
		return v
	}
	// The lanes close on the wall clock, but for what comes between Stats and
	// the timer: small, and this is a small sample on a busy machine.
	total := 2 * value("sec/item")
	for lane, phases := range map[string][]string{
		"worker":   {"decode", "encode", "transfer", "wait"},
		"sender":   {"encode", "transfer", "wait"},
		"receiver": {"decode", "transfer", "wait"},
	} {
		sum := 0.0
		if lane == "worker" {
			sum = value("compute-sec/item")
		}
		for _, phase := range phases {
			v, _ := r.Value(lane + "-" + phase + "-sec/item") // transfer may be 0
			sum += v
		}
		if sum < 0.9*total || math.Abs(sum-total)*3000 > 0.1 {
			t.Errorf("the %s lanes sum up to %g s an item, their time is %g s", lane, sum, total)
		}
	}
	if got, want := value("sec/item")*3000, value("sec/op"); math.Abs(got-want) > 0.01*want {
		t.Errorf("3000 items of %g s are not an operation of %g s", got/3000, want)
	}
	for _, unit := range []string{
		"serialize-sec/item", "cpu-sec/item", "wire-B/item", "frames/item", "inflight-B", "coord-B/item", "coord-allocs/item",
		"worker-B/item", "worker-allocs/item", "coord-peak-RSS-bytes", "worker-peak-RSS-bytes",
	} {
		value(unit)
	}
	if deaths, ok := r.Value("deaths/op"); ok {
		t.Errorf("deaths/op is %g, want none", deaths)
	}
}

func TestRunFails(t *testing.T) {
	for trial, want := range map[string]string{
		"lie":   "should say workers=2, as the pool does",
		"wrong": "these answers are wrong",
		"empty": "there are no items",
	} {
		output, err := bench(t, "Trial", trialVar+"="+trial)
		if err == nil || !strings.Contains(output, want) {
			t.Errorf("%s: %v, output without %q:\n%s", trial, err, want, output)
		}
	}
}

func TestList(t *testing.T) {
	output, err := bench(t, "^BenchmarkFactor$/^strategy=process-gob$/^digits=9$|Canary", listVar+"=1")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, cell := range []string{"BenchmarkCanary", "BenchmarkFactor/strategy=process-gob/digits=9/shape=number/workers=2/chunk=auto"} {
		if !strings.Contains(output, "\n# cell: "+cell+"\n") {
			t.Errorf("%s is not listed:\n%s", cell, output)
		}
	}
	if n := strings.Count(output, "# cell: "); n != 2 || strings.Contains(output, "ns/op\t") {
		t.Errorf("%d cells listed, want 2, and none measured:\n%s", n, output)
	}
}
