package record

import "testing"

// parsed returns the runs' IDs in the order of the lines.
func parsed(t *testing.T, text string) []ID {
	t.Helper()
	run, err := Parse("x.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]ID, len(run.Samples))
	for i, s := range run.Samples {
		ids[i] = s.ID
	}
	return ids
}

func TestID(t *testing.T) {
	const line = "BenchmarkA/n=1-8 1 5 ns/op\n"
	for _, c := range []struct {
		what, first, second string
		same                bool
	}{
		{"the same", "pkg: p\nmode: cold\n" + line, line, true},
		{"said again, in another order", "pkg: p\nmode: cold\n" + line, "mode: cold\npkg: p\n" + line, true},
		{"another package", "pkg: p\n" + line, "pkg: q\n" + line, false},
		{"another key", line, "BenchmarkA/n=2-8 1 5 ns/op\n", false},
		{"other processors", line, "BenchmarkA/n=1-4 1 5 ns/op\n", false},
		{"a number with a zero in front is none of processors", line, "BenchmarkA/n=1-08 1 5 ns/op\n", false},
		{"another configuration", "mode: cold\n" + line, "mode: warm\n" + line, false},
		{"a configuration that ends", "mode: cold\n" + line, "mode:\n" + line, false},
		{"another machine", "cpu: a\n" + line, "cpu: b\n" + line, false},
	} {
		ids := parsed(t, c.first+c.second)
		if same := ids[0] == ids[1]; same != c.same {
			t.Errorf("%s: %+v and %+v are the same: %v", c.what, ids[0], ids[1], same)
		}
	}
}

func TestSpeller(t *testing.T) {
	for _, c := range []struct{ text, first, last string }{
		{"goos: linux\npkg: p\nBenchmarkA-8 1 5 ns/op\nBenchmarkB-8 1 5 ns/op\n", "A", "B"},
		{"Benchmark-8 1 5 ns/op\nBenchmarkA-8 1 5 ns/op\n", "Benchmark", "A"},
		{"BenchmarkA 1 5 ns/op\nBenchmarkA-2 1 5 ns/op\n", "A", "A-2"},
		{"pkg: p\nBenchmarkA-8 1 5 ns/op\npkg: q\nBenchmarkA-8 1 5 ns/op\n", "p: A", "q: A"},
		{"BenchmarkA-8 1 5 ns/op\npkg: q\nBenchmarkA-8 1 5 ns/op\n", "unknown package: A", "q: A"},
		{"mode: cold\nsize: 1\nBenchmarkA-8 1 5 ns/op\nmode: warm\nBenchmarkA-8 1 5 ns/op\n", "A (mode: cold)", "A (mode: warm)"},
		{"BenchmarkA-8 1 5 ns/op\nmode: warm\nBenchmarkA-8 1 5 ns/op\n", "A", "A (mode: warm)"},
		{"pkg: p\nmode: cold\nBenchmarkA-8 1 5 ns/op\npkg: q\nmode: warm\nBenchmarkA-4 1 5 ns/op\n", "p: A-8 (mode: cold)", "q: A-4 (mode: warm)"},
	} {
		ids := parsed(t, c.text)
		s := NewSpeller(ids)
		if first, last := s.Name(ids[0]), s.Name(ids[len(ids)-1]); first != c.first || last != c.last {
			t.Errorf("%q, %q; want %q, %q", first, last, c.first, c.last)
		}
	}
	if id := parsed(t, "pkg: p\nmode: x: y\nBenchmarkA-8 1 5 ns/op\n")[0]; id.String() != "p: A-8" || id.Pairs()[0] != (Pair{"mode", "x: y"}) {
		t.Errorf("%q, %v", id, id.Pairs())
	}
}
