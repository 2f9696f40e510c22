package record

import (
	"fmt"
	"strings"
	"testing"
)

// matchedWords spells what belongs together, and what is alone.
func matchedWords(m Matched) string {
	var parts []string
	for _, p := range m.Pairs {
		parts = append(parts, fmt.Sprintf("%s=%s", withConfig(p.Base), withConfig(p.Head)))
	}
	for i, side := range []string{"base", "head"} {
		for _, id := range m.Only[i] {
			parts = append(parts, side+" "+withConfig(id))
		}
	}
	return strings.Join(parts, "; ")
}

func withConfig(id ID) string {
	return strings.TrimSpace(id.String() + " " + strings.ReplaceAll(strings.TrimSpace(id.Config), "\n", " "))
}

func TestMatch(t *testing.T) {
	const a, b, a4 = "BenchmarkA-8 1 5 ns/op\n", "BenchmarkB-8 1 5 ns/op\n", "BenchmarkA-4 1 5 ns/op\n"
	for _, c := range []struct{ what, base, head, want, ignored string }{
		{"the same", "pkg: p\n" + a + b, "pkg: p\n" + b + a, "p: A-8=p: A-8; p: B-8=p: B-8", ""},
		{"a header on one side", a + b, "goos: linux\npkg: p\ncpu: c\n" + a + b, "A-8=p: A-8 cpu: c goos: linux; B-8=p: B-8 cpu: c goos: linux", "cpu goos pkg"},
		{"blanks behind a header, which editors take away", "pkg: p \ncpu: c   \n" + a, "pkg: p\ncpu: c\n" + a, "p: A-8 cpu: c=p: A-8 cpu: c", ""},
		{"another machine", "cpu: c\n" + a, "cpu: d\n" + a, "A-8 cpu: c=A-8 cpu: d", "cpu"},
		{"another package", "pkg: p\n" + a, "pkg: q\n" + a, "base p: A-8; head q: A-8", ""},
		{"other processors", a, a4, "base A-8; head A-4", ""},
		{"two configurations", "mode: x\n" + a + "mode: y\n" + a, "mode: y\n" + a + "mode: z\n" + a, "A-8 mode: y=A-8 mode: y; base A-8 mode: x; head A-8 mode: z", ""},
		{"one of two configurations", "mode: x\n" + a + "mode: y\n" + a, "mode: y\n" + a, "A-8 mode: y=A-8 mode: y; base A-8 mode: x", ""},
		{"one configuration each", "mode: x\n" + a, "mode: y\n" + a, "A-8 mode: x=A-8 mode: y", "mode"},
		{"two packages and none that is said", a, "pkg: p\n" + a + "pkg: q\n" + a, "base A-8; head p: A-8; head q: A-8", ""},
		{"two packages with different benchmarks", a + b, "pkg: p\n" + a + "pkg: q\n" + b, "A-8=p: A-8; B-8=q: B-8", ""},
		{"a header in the middle", a + "pkg: p\n" + b, "pkg: p\n" + a + b, "A-8=p: A-8; p: B-8=p: B-8", ""},
		{"a header in the middle, and doubt", a + "pkg: p\n" + a, "pkg: p\n" + b + "pkg: q\n" + a, "A-8=q: A-8; base p: A-8; head p: B-8", ""},
	} {
		m := Match(parsed(t, c.base), parsed(t, c.head))
		if got := matchedWords(m); got != c.want || strings.Join(m.Ignored, " ") != c.ignored {
			t.Errorf("%s: %s, ignored %v; want %s, ignored %s", c.what, got, m.Ignored, c.want, c.ignored)
		}
		// The other way round it is the same.
		turned := Match(parsed(t, c.head), parsed(t, c.base))
		if len(turned.Pairs) != len(m.Pairs) || len(turned.Only[0]) != len(m.Only[1]) {
			t.Errorf("%s, the other way round: %s", c.what, matchedWords(turned))
		}
	}
}

func TestMatchSaysWhy(t *testing.T) {
	const a = "BenchmarkA-8 1 5 ns/op\n"
	base := parsed(t, "pkg: p\nmode: x\n"+a+"mode: y\n"+a)
	head := parsed(t, "pkg: p\nmode: x\nBenchmarkA-4 1 5 ns/op\nmode: z\n"+a+"pkg: q\nmode: x\n"+a)
	m := Match(base, head)
	if got, want := m.Why[0][base[0]], "the other side has it with GOMAXPROCS 4 and with mode: z and with package q"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// What differs least comes first.
	only := parsed(t, "pkg: p\nBenchmarkA 1 5 ns/op\n")
	m = Match(only, parsed(t, "pkg: q\nBenchmarkA-2 1 5 ns/op\nBenchmarkA-4 1 5 ns/op\nBenchmarkA 1 5 ns/op\n"))
	if got, want := m.Why[0][only[0]], "the other side has it with package q and with GOMAXPROCS 2, package q and with GOMAXPROCS 4, package q"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if d := Match(parsed(t, "mode: x\n"+a), parsed(t, "mode: y\n"+a)).Differ; len(d) != 1 || d[0] != (Difference{"mode", "x", "y"}) {
		t.Errorf("differences %v", d)
	}
}
