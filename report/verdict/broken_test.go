package verdict

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// damage breaks a file in one of the ways in which files break.
func damage(random *rand.Rand, text []byte) []byte {
	text = slices.Clone(text)
	at := random.IntN(len(text))
	switch random.IntN(5) {
	case 0: // it ends early
		return text[:at]
	case 1: // a part is missing
		return slices.Delete(text, at, min(len(text), at+random.IntN(2000)))
	case 2: // a part is there twice
		return slices.Insert(text, at, text[at/2:at]...)
	case 3: // other characters
		for range 1 + random.IntN(5) {
			text[random.IntN(len(text))] = "0 \n-#:/eN"[random.IntN(9)]
		}
	case 4: // numbers that nobody measures
		return []byte(strings.ReplaceAll(string(text), []string{"1.", " 1", "ns", "round: 1"}[random.IntN(4)], []string{"-1.", " 0", "1e308", "round: 99999999"}[random.IntN(4)]))
	}
	return text
}

// Whatever the files hold, there is an error or a table that can be shown and does not
// contradict itself.
func TestBrokenFiles(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "busy", "base.txt"))
	if err != nil {
		t.Fatal(err)
	}
	unmarked := []byte(strings.Replace(string(whole), "# run: ", "# was: ", 1))
	random := rand.New(rand.NewPCG(1, 1))
	refused, judged := 0, 0
	for i := range 150 {
		broken, other := damage(random, whole), whole
		switch i % 3 { // against the whole file, one that is broken alike, and unpaired
		case 1:
			other = broken
		case 2:
			broken, other = damage(random, unmarked), unmarked
		}
		base, err := record.Parse("base.txt", broken)
		if err != nil {
			refused++
			continue
		}
		head := parse(t, "head.txt", string(other))
		rows, design, err := Rows(base, head, []string{"time", "cpu", "wire", "phases"})
		if err != nil {
			refused++
			continue
		}
		judged++
		table := Judge(rows, Rules{Design: design})
		if text := table.Text(about, false) + table.Markdown(about); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("the text holds what is no number:\n%s", text)
		}
		if _, err := table.JSON(about); err != nil {
			t.Error(err)
		}
		if exit := table.Exit(); exit == 1 && table.Count(Failed) == 0 || exit == 0 && table.Count(Undecided) > 0 {
			t.Errorf("exit %d with %d failed and %d undecided rows", exit, table.Count(Failed), table.Count(Undecided))
		}
	}
	if refused < 20 || judged < 20 {
		t.Errorf("%d refused, %d judged: the damage is too much alike", refused, judged)
	}
}
