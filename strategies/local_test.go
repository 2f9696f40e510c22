package strategies

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
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
