package strategies

import (
	"context"
	"runtime"
	"testing"
)

// nextCollection is at which size of the heap the next collection comes, right
// after one.
var nextCollection = Define("next-collection-test", func(context.Context, int) (uint64, error) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NextGC, nil
})

// TestBallast: a worker collects later than a program of its size would, unless
// somebody has said when.
func TestBallast(t *testing.T) {
	const own = 5 << 20 // more than the collector waits for in a small worker by itself
	for _, c := range []struct {
		gogc, limit string
		later       bool
	}{
		{later: true},
		{gogc: "100"},
		{limit: "1GiB"},
	} {
		t.Setenv("GOGC", c.gogc)
		t.Setenv("GOMEMLIMIT", c.limit)
		pool, err := Open(t.Context(), nextCollection, MustParse("process-gob,workers=1"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := pool.Map(t.Context(), []int{1})
		pool.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got[0] > 2*ballastBytes+own || (got[0] >= 2*ballastBytes) != c.later {
			t.Errorf("GOGC=%q GOMEMLIMIT=%q: the next collection is at %d bytes; later: %v, want %v",
				c.gogc, c.limit, got[0], !c.later, c.later)
		}
	}
}
