package peers

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/handoff-go/handoff/bench"
	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// seed is the seed of all inputs, recorded as a config line.
const seed = 1

// listVar makes benchmarks print their names instead of measuring, as the
// runner wants it.
const listVar = "HANDOFF_LIST"

func TestMain(m *testing.M) {
	ServePlugin()
	strategies.Init()
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() != "" {
		fmt.Println("seed:", seed)
		// A config line and no mark: figures of two versions of a peer, under
		// one name, are not comparable.
		fmt.Println("peers:", Versions())
		bench.WriteUnits(os.Stdout)
	}
	os.Exit(m.Run())
}

// work is the numbers of 1 or 2 digits: next to nothing to compute, so that it
// is the pools that are measured.
func work(items int) factor.Work { return factor.Work{Digits: 2, Items: items, Seed: seed} }

// primes cost some 15 to 30 µs each with 9 digits, three times as much with 10:
// what a pool costs where there is something to compute.
func primes(digits, items int) factor.Work {
	return factor.Work{Digits: digits, Numbers: factor.Prime, Items: items, Seed: seed}
}

// ours are the strategies of handoff in the same table. One that this version
// of the library does not have yet is left out.
var ours = []struct {
	spec string
	work factor.Work
}{
	{"serial", work(many)},
	{"goroutines,workers=2", work(many)},
	{"goroutines,workers=2,chunk=1", work(many)},
	{"process-gob,workers=2", work(many)},
	{"process-gob,workers=2,chunk=1", work(many)},
	{"process-shm-binary,workers=2", work(many)},
	{"process-shm-binary,workers=2,chunk=1", work(many)},
	{"serial", primes(9, 8192)},
	{"goroutines,workers=2", primes(9, 8192)},
	{"process-gob,workers=2", primes(9, 8192)},
	{"process-shm-binary,workers=2", primes(9, 8192)},
	{"serial", primes(10, 4096)},
	{"goroutines,workers=2", primes(10, 4096)},
	{"process-gob,workers=2", primes(10, 4096)},
}

// BenchmarkPeers: how do handoff's pools compare with what users would take
// instead?
func BenchmarkPeers(b *testing.B) {
	for _, o := range ours {
		if spec, err := strategies.Parse(o.spec); err == nil {
			b.Run(bench.Name(spec, o.work.Keys()...), func(b *testing.B) { benchmarkOurs(b, spec, o.work) })
		}
	}
	for _, p := range All() {
		if err := p.Missing(); err != nil {
			fmt.Fprintf(os.Stderr, "peers: %s is left out: %v\n", p.Strategy, err)
			continue
		}
		b.Run(p.Name(work(p.Items).Keys()...), func(b *testing.B) { benchmarkPeer(b, p) })
	}
}

// listed prints the benchmark's name and skips it, if names are all that is
// wanted.
func listed(b *testing.B) {
	if os.Getenv(listVar) != "" {
		fmt.Println("# cell: " + b.Name())
		b.SkipNow()
	}
}

func benchmarkOurs(b *testing.B, spec strategies.Spec, w factor.Work) {
	listed(b)
	check, err := factor.Number.Check(w)
	if err != nil {
		b.Fatal(err)
	}
	bench.Run(b, factor.Number.Factor, spec, factor.Number.Items(w), check)
}

// benchmarkPeer measures a peer as bench.Run measures a strategy: opened,
// warmed up by an eighth of the items, and closed outside the timed region,
// answers checked.
func benchmarkPeer(b *testing.B, p Peer) {
	listed(b)
	w := work(p.Items)
	check, err := factor.Number.Check(w)
	if err != nil {
		b.Fatal(err)
	}
	pool, err := p.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if err := measure(b, pool, w); err != nil {
		b.Error(err)
	} else if answers, err := pool.Answers(); err != nil {
		b.Error(err)
	} else if err := check(answers); err != nil {
		b.Error(err)
	}
	if err := pool.Close(); err != nil {
		b.Error(err)
	}
}

// measure times the pool over the numbers of w. What the pool itself took
// counts, because it may be in another process.
func measure(b *testing.B, pool Pool, w factor.Work) error {
	if err := pool.Load(factor.Inputs(w)); err != nil {
		return err
	}
	if _, err := pool.Run(max(w.Items/8, 128*Workers)); err != nil {
		return err
	}
	runtime.GC()
	var all time.Duration
	for b.Loop() {
		took, err := pool.Run(w.Items)
		if err != nil {
			return err
		}
		all += took
	}
	op := float64(all) / float64(b.N)
	b.ReportMetric(op, "ns/op")
	b.ReportMetric(op/float64(w.Items), "ns/item")
	compute, err := pool.Compute(min(w.Items, 16384))
	if compute > 0 {
		b.ReportMetric(float64(compute), "compute-ns/item")
	}
	return err
}
