//go:build linux

package strategytest

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

const (
	soakItems = 50_000                 // of one round
	killEvery = 100 * time.Millisecond // a random worker
	soakSeed  = 20260101
)

// soaked are the strategies that a soak goes through, in turn.
var soaked = []string{"process-gob", "process-json", "shared-file"}

// Soak runs items by the million through worker processes of which one is
// killed every 100 ms, for d in all, and wants every answer to be the one that
// serial gives, no item to fail, be lost or be answered twice, and processes,
// descriptors, goroutines, files and memory to be back where they were.
// [Main] must be in charge of the test binary, and no other test may run
// meanwhile.
func Soak(t *testing.T, d time.Duration) {
	t.Helper()
	if !prepared {
		t.Fatal("strategytest.Soak: TestMain must call strategytest.Main")
	}
	numbers := soakNumbers()
	want := serialDigest(t, numbers)
	for _, name := range soaked {
		t.Run(name, func(t *testing.T) {
			spec := strategies.Spec{Strategy: name, Workers: 2}
			s := soak{t: t, numbers: numbers, want: want, left: d / time.Duration(len(soaked))}
			s.run(soakEnv(t, spec))
		})
	}
}

func soakNumbers() []uint64 {
	random := rand.New(rand.NewPCG(soakSeed, soakSeed))
	numbers := make([]uint64, soakItems)
	for i := range numbers {
		numbers[i] = 1 + random.Uint64N(1_000_000)
	}
	return numbers
}

// serialDigest is that of the right answers.
func serialDigest(t *testing.T, numbers []uint64) uint64 {
	t.Helper()
	pool, err := strategies.Open(t.Context(), collatz, strategies.MustParse("serial"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	answers, err := pool.Map(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	return digest(answers)
}

func digest(answers []uint64) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, n := range answers {
		binary.LittleEndian.PutUint64(b[:], n)
		h.Write(b[:])
	}
	return h.Sum64()
}

// soakEnv is prepare without its watchdog.
func soakEnv(t *testing.T, spec strategies.Spec) env {
	t.Helper()
	e := env{spec: spec, dir: t.TempDir()}
	before := look()
	t.Cleanup(func() {
		before.compare(t)
		emptyDir(t, e.dir)
	})
	return e
}

// soak is one strategy's share.
type soak struct {
	t       *testing.T
	numbers []uint64
	want    uint64 // the digest of the right answers
	left    time.Duration

	heaps  []uint64 // after each round
	killed int
	rounds int64
}

func (s *soak) run(e env) {
	t := s.t
	pool := open(t, e, collatz)
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		s.kill(quit)
	}()
	for end := time.Now().Add(s.left); time.Now().Before(end) && !t.Failed(); {
		s.round(pool)
		s.rounds++
		// The list of the readings is not the pool's.
		s.heaps = append(s.heaps, heapNow()-uint64(8*cap(s.heaps)))
	}
	close(quit)
	<-gone
	s.check(pool.Stats())
	t.Log(s.summary(pool.Stats()))
}

// kill ends a random worker again and again.
func (s *soak) kill(quit <-chan struct{}) {
	random := rand.New(rand.NewPCG(soakSeed, 1))
	tick := time.NewTicker(killEvery)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			return
		case <-tick.C:
		}
		if all := workersOf(os.Getpid()); len(all) > 0 && killWorker(all[random.IntN(len(all))]) {
			s.killed++
		}
	}
}

// round runs all numbers once, by Map and by Stream in turn, with a deadline
// far beyond what that takes.
func (s *soak) round(pool *strategies.Pool[uint64, uint64]) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	answers, err := s.answers(ctx, pool)
	switch {
	case err != nil:
		s.t.Errorf("round %d: %v", s.rounds, err)
	case len(answers) != len(s.numbers):
		s.t.Errorf("round %d: %d answers for %d items", s.rounds, len(answers), len(s.numbers))
	case digest(answers) != s.want:
		s.t.Errorf("round %d: the answers are not those of serial", s.rounds)
	}
}

func (s *soak) answers(ctx context.Context, pool *strategies.Pool[uint64, uint64]) ([]uint64, error) {
	if s.rounds%2 == 0 {
		return pool.Map(ctx, s.numbers)
	}
	answers := make([]uint64, 0, len(s.numbers))
	for n, err := range pool.Stream(ctx, slices.Values(s.numbers)) {
		if err != nil {
			return answers, err
		}
		answers = append(answers, n)
	}
	return answers, nil
}

// heapNow is the memory that is in use, and not only not yet collected. What a
// sync.Pool keeps outlives one collection.
func heapNow() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// check looks at the counts and the memory of the whole soak.
func (s *soak) check(st strategies.Stats) {
	t := s.t
	if want := s.rounds * soakItems; st.Items != want {
		t.Errorf("%d items were answered, want %d", st.Items, want)
	}
	if st.Late != 0 {
		t.Errorf("%d answers came twice", st.Late)
	}
	if s.killed == 0 || st.Deaths == 0 {
		t.Errorf("%d workers were killed, %d deaths were noticed: that was no soak", s.killed, st.Deaths)
	}
	if first, last, ok := s.quarters(); ok && last > first+s.allowance(first) {
		t.Errorf("%d bytes in use in the first quarter, %d in the last", first, last)
	}
}

// quarters returns the least memory that was in use in the first and in the
// last quarter: what is always there, whatever else a round left to be used
// again. A soak of a few rounds is too short to tell.
func (s *soak) quarters() (first, last uint64, ok bool) {
	n := len(s.heaps) / 4
	if n < 2 {
		return 0, 0, false
	}
	return slices.Min(s.heaps[:n]), slices.Min(s.heaps[len(s.heaps)-n:]), true
}

// allowance is by how much the memory may grow: by a tenth. What two connections keep
// to send with varies by 400 KiB with the chunks that they carried, so that it takes
// many rounds to meet the least of it.
func (s *soak) allowance(first uint64) uint64 {
	const many, varies = 1000, 512 << 10
	if len(s.heaps)/4 < many {
		return max(first/10, varies)
	}
	return first / 10
}

func (s *soak) summary(st strategies.Stats) string {
	text := fmt.Sprintf("%d items in %d rounds; %d workers killed, %d deaths, %d restarts, %d items sent again, %d late answers",
		st.Items, s.rounds, s.killed, st.Deaths, st.Restarts, st.Retries, st.Late)
	if first, last, ok := s.quarters(); ok {
		text += fmt.Sprintf("; %d KiB in use in the first quarter, %d KiB in the last", first>>10, last>>10)
	}
	return text
}
