package record

import "testing"

func parse(t *testing.T, path, text string) *Run {
	t.Helper()
	run, err := Parse(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestOneMachine(t *testing.T) {
	const line = "BenchmarkX-2 1 5 ns/op\n"
	for _, c := range []struct{ name, text, want string }{
		{"one", "cpu: A\n" + line + line, ""},
		{"said twice", "goos: linux\ncpu: A\n" + line + "goos: linux\ncpu: A\n" + line, ""},
		{"not said at first", line + "cpu: A\n" + line, ""},
		{"another package", "cpu: A\npkg: p\n" + line + "pkg: q\n" + line, ""},
		{"another CPU", "cpu: A\n" + line + "cpu: B\n" + line, "x.txt:4: from here on samples of another machine (cpu: B, before that A)"},
		{"blanks behind it, which editors take away", "cpu: A   \n" + line + "cpu: A\n" + line, ""},
		{"another system", "goos: linux\n" + line + "goos: darwin\n" + line, "x.txt:4: from here on samples of another machine (goos: darwin, before that linux)"},
		{"more CPUs", "# cpus: 2\n" + line + "# cpus: 4\n" + line, `x.txt: samples of machines with different numbers of CPUs ("# cpus:" changes in the file)`},
	} {
		got := ""
		if err := OneMachine(parse(t, "x.txt", c.text)); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
