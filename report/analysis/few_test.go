package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

func TestFew(t *testing.T) {
	all := make([]int, 1000)
	for i := range all {
		all[i] = i
	}
	for most, want := range map[int][]int{2: {0, 999}, 4: {0, 333, 666, 999}} {
		if got := few(all, most); !slices.Equal(got, want) {
			t.Errorf("few of %d are %v, want %v", most, got, want)
		}
	}
	if got := few(all[:4], 4); !slices.Equal(got, all[:4]) {
		t.Errorf("few of as many are %v", got)
	}
}

// What pictures cannot show is left out and counted, in each direction that names can
// grow in.
func TestCrowded(t *testing.T) {
	const metrics = "%d ns/op %d ns/item %d compute-ns/item 5 worker-encode-ns/item\n"
	tests := map[string]struct {
		line func(i int) string
		want string
	}{
		"strategies": {func(i int) string {
			return fmt.Sprintf("BenchmarkFactor/digits=9/strategy=process-gob%d/workers=2-2 1 "+metrics, i, 700+i, 700+i, 1000)
		}, "48 of 101 strategies and set-ups"},
		"sizes": {func(i int) string {
			return fmt.Sprintf("BenchmarkFactor/digits=%d/strategy=serial-2 1 "+metrics, 100+i, 100+i, 100+i, 100+i) +
				fmt.Sprintf("BenchmarkFactor/digits=%d/strategy=process-gob/workers=2-2 1 "+metrics, 100+i, 70+i, 70+i, 100+i)
		}, "64 of 100 sizes"},
		"shapes": {func(i int) string {
			return fmt.Sprintf("BenchmarkHandoff/shape=s%d/payload=0/strategy=process-gob/workers=2-2 1 "+metrics, i, 70+i, 70+i, 10)
		}, "12 of 100 shapes of data"},
	}
	for name, test := range tests {
		var text strings.Builder
		fmt.Fprintf(&text, "BenchmarkFactor/digits=9/strategy=serial-2 1 "+metrics, 1000, 1000, 1000)
		for i := range 100 {
			text.WriteString(test.line(i))
		}
		run, err := record.Parse("test", []byte(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, m := range Matrices(run) {
			if left := m.Crowded(); left != "" {
				said = append(said, left)
			}
			cols, _ := m.chosen()
			if len(cols) > mostSetups {
				t.Errorf("%s: %d columns are chosen", name, len(cols))
			}
		}
		if !slices.Equal(said, []string{test.want}) {
			t.Errorf("%s: %q, want %q", name, said, test.want)
		}
	}
}
