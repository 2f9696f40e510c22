package bench

import (
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// All strategies give the same answers, the right ones, in every shape.
func TestSameAnswers(t *testing.T) {
	w := factor.Work{Digits: 5, Items: 2000, Seed: seed}
	right, err := w.Answers()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range five {
		t.Run(text, func(t *testing.T) {
			for _, shape := range factor.Shapes() {
				w := w
				if w.Shape = shape; shape != factor.Number.Name {
					w.Payload = 20
				}
				if got := shapes[shape].digest(t, w, text); got != right {
					t.Errorf("%s: digest %s, want %s", shape, got, right)
				}
			}
		})
	}
}

// Each shape that package factor ships has its row here.
func TestShapesAreMeasured(t *testing.T) {
	for _, name := range factor.Shapes() {
		if _, ok := shapes[name]; !ok {
			t.Errorf("shape %s has no row in shapes", name)
		}
	}
	if got, want := len(shapes), len(factor.Shapes()); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	payloads := map[string]int{}
	for _, w := range handoffWork {
		payloads[w.Shape]++
	}
	for _, name := range factor.Shapes() {
		want := 4
		if name == factor.Number.Name {
			want = 1
		}
		if got := payloads[name]; got != want {
			t.Errorf("handoffWork has %d payloads for shape %s, want %d", got, name, want)
		}
	}
}

// Bytes on the wire are those of the items, whatever the chunking: they may be
// called exact.
func TestWireIsExact(t *testing.T) {
	w := factor.Work{Digits: 9, Items: 500, Seed: seed}
	for _, strategy := range []string{"process-gob", "process-json", "shared-file"} {
		var want int64
		for _, rest := range []string{",workers=1,chunk=500", ",workers=2,chunk=1", ",workers=2,chunk=7", ",workers=2"} {
			got := wireBytes(t, w, strategy+rest)
			if want == 0 {
				want = got
			}
			if got != want || got == 0 {
				t.Errorf("%s%s: %d bytes, want %d as in one chunk", strategy, rest, got, want)
			}
		}
	}
}

func wireBytes(t *testing.T, w factor.Work, text string) int64 {
	t.Helper()
	pool, err := strategies.Open(t.Context(), factor.Number.Factor, strategies.MustParse(text))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	before := pool.Stats()
	if _, err := pool.Map(t.Context(), factor.Number.Items(w)); err != nil {
		t.Fatal(err)
	}
	return pool.Stats().Wire - before.Wire
}
