package wordcount

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/strategytest"
)

func TestMain(m *testing.M) {
	strategies.Init()
	os.Exit(m.Run())
}

// pages returns n pages and what counting them comes to.
func pages(n int) (items []Page, want []Counts) {
	for i := range n {
		p := Page{Title: fmt.Sprintf("page %d", i), Lines: []string{"Übung macht den Meister", fmt.Sprintf("Mal %d", i)}}
		c, err := CountWords(context.Background(), p)
		if err != nil {
			panic(err)
		}
		items, want = append(items, p), append(want, c)
	}
	return items, want
}

// TestAllStrategies leaves out the codec binary, which says at Open that it
// cannot carry a map.
func TestAllStrategies(t *testing.T) {
	for _, name := range strategies.Names() {
		if strings.HasSuffix(name, "-binary") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			pool, err := strategies.Open(ctx, Count, strategies.MustParse(name), strategies.WithDir(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			countAll(ctx, t, pool)
			countEmpty(ctx, t, pool)
		})
	}
}

func countAll(ctx context.Context, t *testing.T, pool *strategies.Pool[Page, Counts]) {
	t.Helper()
	items, want := pages(100)
	got, err := pool.Map(ctx, items)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("counts differ from those of a plain call:\n%+v\n%+v", got, want)
	}
}

func countEmpty(ctx context.Context, t *testing.T, pool *strategies.Pool[Page, Counts]) {
	t.Helper()
	got, err := pool.Map(ctx, []Page{{Title: "blank"}, {Title: "one", Lines: []string{"word"}}})
	var failed *strategies.MapError
	if !errors.As(err, &failed) || len(failed.Failed) != 1 || failed.Failed[0].Index != 0 || !errors.Is(err, ErrEmpty) {
		t.Errorf("error is %v, want ErrEmpty for page 0", err)
	}
	if got[1].Words != 1 {
		t.Errorf("page 1 has %d words, want 1", got[1].Words)
	}
}

// TestConformance runs the library's own suite from here: its tasks are found
// in the workers of any program.
func TestConformance(t *testing.T) {
	strategytest.Run(t, strategies.MustParse("process-gob,workers=2"))
}
