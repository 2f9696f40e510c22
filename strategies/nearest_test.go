package strategies

import "testing"

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"gob", "gob", 0},
		{"", "gob", 3},
		{"gob", "", 3},
		{"gob", "job", 1},
		{"kitten", "sitting", 3},
		{"workers", "wrokers", 2},
		{"serial", "serials", 1},
		{"window", "no", 4},
		{"abc", "cab", 2},
	} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: %d steps, want %d", c.a, c.b, got, c.want)
		}
		if got := editDistance(c.b, c.a); got != c.want {
			t.Errorf("from %q to %q: %d steps, want %d as the other way", c.b, c.a, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"serial", "goroutines", "process-gob", "process-json"}
	for name, want := range map[string]string{
		"sereal":       ` (did you mean "serial"?)`,
		"goroutine":    ` (did you mean "goroutines"?)`,
		"process-jso":  ` (did you mean "process-json"?)`,
		"process-jobs": ` (did you mean "process-gob"?)`,
		"process":      "", // both are four away, and that is more than half
		"cluster":      "",
		"x":            "",
		"":             "",
	} {
		if got := didYouMean(name, known); got != want {
			t.Errorf("for %q: %q, want %q", name, got, want)
		}
	}
}
