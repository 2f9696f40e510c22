package strategies

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestAbandonedGoroutineTakesNothing: a task ignores the end of its context,
// another goroutine takes the place of its worker, and then the task returns.
func TestAbandonedGoroutineTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		def := &definition{name: "stubborn", load: func() load {
			return &cargo[int, int]{run: func(_ context.Context, n int) (int, error) {
				if n == 0 {
					<-release
				}
				return 10 * n, nil
			}}
		}}
		p, err := newCore(def, MustParse("goroutines,workers=1"), newOptions(nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		pool := &Pool[int, int]{p}
		ctx, cancel := context.WithTimeout(t.Context(), cancelGrace)
		defer cancel()
		if _, err := pool.Map(ctx, []int{0}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the Map of a task that never ends: %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 10*cancelGrace)
		defer cancel()
		for i := range 5 {
			if i == 1 { // by now there is another goroutine
				close(release)
				synctest.Wait()
			}
			if got, err := pool.Map(ctx, []int{1, 2, 3}); err != nil || !slices.Equal(got, []int{10, 20, 30}) {
				t.Fatalf("Map number %d after that: %v, %v", i, got, err)
			}
		}
		if n := pool.Stats().Abandoned; n != 1 {
			t.Errorf("%d goroutines were abandoned, want 1", n)
		}
		pool.Close()
	})
}

// TestClaims: every item is claimed once, and nothing beyond the last.
func TestClaims(t *testing.T) {
	const n = 10_000
	st := &array[int, int]{load: &cargo[int, int]{}, items: make([]int, n), results: make([]int, n)}
	var all sync.WaitGroup
	counts := make([]atomic.Int32, n)
	for size := 1; size <= 4; size++ {
		all.Go(func() {
			for l := load(nil); ; {
				var first int
				first, l = st.claim(size, l)
				for i := range l.len() {
					counts[first+i].Add(1)
				}
				if l.len() == 0 {
					return
				}
			}
		})
	}
	all.Wait()
	for i := range counts {
		if c := counts[i].Load(); c != 1 {
			t.Fatalf("item %d was claimed %d times", i, c)
		}
	}
	if st.taken() != n || st.ready() != 0 || st.left() != 0 {
		t.Errorf("in the end %d are taken, %d ready, %d left", st.taken(), st.ready(), st.left())
	}
}

// sleepers is a task whose items take a millisecond each of a bubble's clock.
func sleepers(t *testing.T, spec string) *Pool[int, int] {
	t.Helper()
	def := &definition{name: "sleep", load: func() load {
		return &cargo[int, int]{run: func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Millisecond)
			return n, nil
		}}
	}}
	p, err := newCore(def, MustParse(spec), newOptions(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &Pool[int, int]{p}
}

// TestShiftsEnd: one goroutine works for two calls in turn, whichever came
// first.
func TestShiftsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := sleepers(t, "goroutines,workers=1,chunk=1")
		defer pool.Close()
		var took [2]time.Duration
		var both sync.WaitGroup
		begin := time.Now()
		for i, n := range []int{1000, 100} {
			both.Go(func() {
				if _, err := pool.Map(t.Context(), make([]int, n)); err != nil {
					t.Error(err)
				}
				took[i] = time.Since(begin)
			})
		}
		both.Wait()
		if took[0] < 1100*time.Millisecond || took[1] > 300*time.Millisecond {
			t.Errorf("the long call took %v and the short one %v, want 1.1 s and about 0.2 s", took[0], took[1])
		}
	})
}

// TestShiftIsCancelled: a worker in the midst of a shift claims no more.
func TestShiftIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := sleepers(t, "goroutines,workers=1,chunk=1")
		defer pool.Close()
		pool.core.slots[0].pace.item = 1 // ns: the shift would last for ever
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond+time.Microsecond)
		defer cancel()
		results, err := pool.Map(ctx, []int{99: 1})
		if !errors.Is(err, context.DeadlineExceeded) || len(results) != 100 {
			t.Errorf("%d results, error %v", len(results), err)
		}
		time.Sleep(time.Minute)
		if n := pool.Stats().Items; n > 12 {
			t.Errorf("%d items were computed or given up after the call had 10", n)
		}
	})
}
