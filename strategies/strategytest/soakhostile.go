//go:build linux

package strategytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

const (
	wildItems = 2_000 // of one round
	wildEvery = 50    // one of so many does something, all stalls aside
)

// soakedHostile are the strategies that a hostile soak goes through, in turn.
var soakedHostile = []string{"process-gob", "process-json", "process-shm-cbor", "shared-file"}

// SoakHostile runs values of which some panic, exit, refuse, stall and lie wherever
// they are written or read, and tasks whose errors do, for d in all. It wants every
// other item to have its right answer, the bad ones an error each and only one, and
// all to be back where it was at the end: processes, children of theirs, descriptors,
// goroutines, files. As [Soak], it needs [Main], and no other test beside it.
func SoakHostile(t *testing.T, d time.Duration) {
	t.Helper()
	if !prepared {
		t.Fatal("strategytest.SoakHostile: TestMain must call strategytest.Main")
	}
	for _, name := range soakedHostile {
		t.Run(name, func(t *testing.T) {
			spec := strategies.Spec{Strategy: name, Workers: 2, ItemTimeout: 300 * time.Millisecond}
			s := hostileSoak{t: t, random: rand.New(rand.NewPCG(soakSeed, 2)), met: map[string]int{}}
			s.run(soakEnv(t, spec), d/time.Duration(len(soakedHostile)))
		})
	}
}

// envOffspring marks the processes of a soak, and all that they start.
const envOffspring = "HANDOFF_TEST_OFFSPRING"

// hostileSoak is one strategy's share.
type hostileSoak struct {
	t      *testing.T
	random *rand.Rand
	rounds int64
	failed int64
	met    map[string]int // what was done, and how often
}

// fate is what is to become of an item.
type fate int

const (
	tame   fate = iota // its right answer
	bad                // an error
	either             // one of the two: it lies
)

func (s *hostileSoak) run(e env, d time.Duration) {
	t := s.t
	mark := fmt.Sprintf("%s=%d-%d", envOffspring, os.Getpid(), s.random.Uint64())
	key, value, _ := bytes.Cut([]byte(mark), []byte("="))
	t.Setenv(string(key), string(value))
	pool := open(t, e, running)
	for end := time.Now().Add(d); time.Now().Before(end) && !t.Failed(); s.rounds++ {
		s.round(pool)
	}
	st := pool.Stats()
	if want := s.rounds * wildItems; st.Items != want {
		t.Errorf("%d items were answered, want %d", st.Items, want)
	}
	pool.Close()
	shortly(t, "all that the workers started has ended", func() bool { return len(carrying(mark)) == 0 })
	t.Logf("%d items in %d rounds, %d of them failed as they should; %d deaths, %d items sent again, %d splits, %d goroutines abandoned; %v",
		st.Items, s.rounds, s.failed, st.Deaths, st.Retries, st.Splits, st.Abandoned, s.met)
}

// round runs all items once, by Map and by Stream in turn. What stalls in this
// process ends with it.
func (s *hostileSoak) round(pool *strategies.Pool[wild, wild]) {
	defer stalling()()
	items, fates := s.items()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	results, failed, err := s.answers(ctx, pool, items)
	if err != nil || len(results) != len(items) {
		s.t.Errorf("round %d: %d results for %d items: %v", s.rounds, len(results), len(items), err)
		return
	}
	for i, f := range fates {
		n := failed[i]
		switch {
		case n > 1:
			s.t.Errorf("round %d: item %d has %d errors", s.rounds, i, n)
		case f == tame && (n > 0 || results[i].N != 3*items[i].N):
			s.t.Errorf("round %d: item %d is innocent: result %d, want %d, %d errors", s.rounds, i, results[i].N, 3*items[i].N, n)
		case f == bad && n == 0:
			s.t.Errorf("round %d: item %d has no error, and does %s", s.rounds, i, items[i].doing())
		}
		s.failed += int64(n)
	}
}

// answers returns the results, and how many errors each item had.
func (s *hostileSoak) answers(ctx context.Context, pool *strategies.Pool[wild, wild], items []wild) (results []wild, failed map[int]int, err error) {
	failed = map[int]int{}
	count := func(err error) error {
		var item *strategies.ItemError
		if !errors.As(err, &item) || item.Error() == "" {
			return err
		}
		failed[item.Index]++
		return nil
	}
	if s.rounds%2 == 0 {
		results, err := pool.Map(ctx, items)
		var all *strategies.MapError
		if !errors.As(err, &all) {
			return results, failed, err
		}
		for _, f := range all.Failed {
			count(f)
		}
		return results, failed, nil
	}
	for r, err := range pool.Stream(ctx, slices.Values(items)) {
		if err := count(err); err != nil {
			return results, failed, err
		}
		results = append(results, r)
	}
	return results, failed, nil
}

// items returns those of a round, and what is to become of them.
func (s *hostileSoak) items() ([]wild, []fate) {
	items, fates := make([]wild, wildItems), make([]fate, wildItems)
	for i := range items {
		items[i].N = int64(i + 1)
		if s.random.IntN(wildEvery) == 0 {
			fates[i] = s.spoil(&items[i])
		}
	}
	// What takes long is done once a round: a stall in one of the places, or an
	// error that stalls; and one task leaves a child behind.
	i := s.random.IntN(wildItems)
	items[i], fates[i] = wild{N: int64(i + 1)}, bad
	if place := s.random.IntN(5); place < 4 {
		s.does(&items[i], place, "stall")
	} else {
		items[i].Run = "error-stall"
	}
	i = (i + 1) % wildItems
	items[i], fates[i] = wild{N: int64(i + 1), Run: "bear"}, tame
	return items, fates
}

// spoil makes a value do something that is soon over.
func (s *hostileSoak) spoil(w *wild) fate {
	switch s.random.IntN(6) {
	case 0:
		w.Run = s.pick(quickRuns)
		s.met["in the task or its error"]++
		return bad
	case 1: // what another would say, or what none would
		s.does(w, 2*s.random.IntN(2), "lie")
		s.met["of these, lies"]++
		return either
	}
	s.does(w, s.random.IntN(4), s.pick(quickDeeds))
	return bad
}

func (s *hostileSoak) pick(from []string) string { return from[s.random.IntN(len(from))] }

var placeNames = []string{"encoding the item", "decoding the item", "encoding the result", "decoding the result"}

func (s *hostileSoak) does(w *wild, place int, deed string) {
	wildPlaces[placeNames[place]].at(w, deed)
	s.met[placeNames[place]]++
}

// doing says what is wrong with a value.
func (w wild) doing() string {
	return fmt.Sprintf("write %q, read %q, run %q, result %q", w.Write, w.Read, w.Run, w.Done)
}

// quickDeeds and quickRuns are those that are soon over, in a fixed order.
var quickDeeds, quickRuns = quick(deeds), quick(wildRuns)

// carrying returns the processes that have the mark in their environment.
func carrying(mark string) (pids []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		env, _ := os.ReadFile(path) // unless it is another user's, or has ended
		if bytes.Contains(env, []byte(mark)) {
			pids = append(pids, path)
		}
	}
	return pids
}
