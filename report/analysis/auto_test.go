package analysis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func autoCell(work, chunk string) string {
	return "Auto/strategy=process-gob/" + work + "/workers=2/chunk=" + chunk
}

func autoOf(t *testing.T, text string) *Auto {
	t.Helper()
	for _, m := range Matrices(mustParse(t, text)) {
		if a := NewAuto(m); a != nil {
			return a
		}
	}
	t.Fatal("no automatic chunks")
	return nil
}

func TestAuto(t *testing.T) {
	text := rounds(map[string]float64{
		autoCell("compute-ns=100/payload=0/spread=even", "auto"): 102, autoCell("compute-ns=100/payload=0/spread=even", "1"): 900,
		autoCell("compute-ns=100/payload=0/spread=even", "64"): 100, autoCell("compute-ns=100/payload=0/spread=even", "1024"): 110,
		autoCell("compute-ns=1000/payload=0/spread=even", "auto"): 980, autoCell("compute-ns=1000/payload=0/spread=even", "4"): 1000,
		autoCell("compute-ns=1000/payload=0/spread=skewed", "auto"): 1300, autoCell("compute-ns=1000/payload=0/spread=skewed", "16"): 1000,
		// What has no other to be compared with is left out.
		autoCell("compute-ns=5/payload=0/spread=even", "auto"): 1, autoCell("compute-ns=6/payload=0/spread=even", "4"): 1,
	}, "ns/item")
	a := autoOf(t, text)
	var got []string
	for _, r := range a.Rows {
		got = append(got, fmt.Sprintf("%s: %s x%.4g", r.Work.Name, r.Best, r.OfBest.Center))
	}
	want := []string{
		"compute-ns=100/payload=0/spread=even: 64 x1.02",
		"compute-ns=1000/payload=0/spread=even: 4 x0.98",
		"compute-ns=1000/payload=0/spread=skewed: 16 x1.3",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !near(a.Median.Lo, 1.02) || !near(a.Median.Hi, 1.02) || a.Median.N != 6 || !near(a.Worst.Center, 1.3) {
		t.Errorf("median %+v, worst %+v", a.Median, a.Worst)
	}
	for i, want := range []string{"1.02 bar", "1.3 missed"} {
		g := goalsOfAuto(Matrices(mustParse(t, text)))[i]
		if got := g.Spell(g.Measured.Center) + " " + g.Verdict(); got != want || g.Missing != "" {
			t.Errorf("%s: %s, want %s", g.Words, got, want)
		}
	}
}

// Fixed chunks that take as long as the automatic one, with noise: the best of
// six is none the better for having been lucky.
func TestAutoIsNotComparedWithLuck(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for round := 1; round <= 7; round++ {
		for work := range 200 {
			for _, chunk := range []string{"auto", "1", "4", "16", "64", "256", "1024"} {
				text.WriteString(benchLine(autoCell(fmt.Sprintf("compute-ns=%d", work), chunk), round, 100*math.Exp(0.1*rng.NormFloat64()), "ns/item"))
			}
		}
	}
	if got := autoOf(t, text.String()).Median; math.Abs(got.Center-1) > 0.02 {
		t.Errorf("%g, want 1: the smallest median of six would give about 1.05", got.Center)
	}
}

// One round says nothing of which chunk is the best.
func TestAutoNeedsTwoRounds(t *testing.T) {
	text := benchLine(autoCell("compute-ns=100", "auto"), 1, 100, "ns/item") + benchLine(autoCell("compute-ns=100", "4"), 1, 100, "ns/item")
	for _, m := range Matrices(mustParse(t, text)) {
		if a := NewAuto(m); a != nil {
			t.Errorf("%+v", a)
		}
	}
	for _, m := range Matrices(mustParse(t, strings.ReplaceAll(text+text, "Auto", "Chunk"))) {
		if a := NewAuto(m); a != nil {
			t.Error("Chunk is another question")
		}
	}
}
