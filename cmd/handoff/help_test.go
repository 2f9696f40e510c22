package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of help do what they say: those that are cheap run, the flags of
// the others are parsed.
func TestExamples(t *testing.T) {
	for _, c := range commands() {
		for _, e := range c.examples {
			t.Run(e.line, func(t *testing.T) {
				switch c.name {
				case "run", "report", "compare", "selfcheck", "profile":
					checkFlags(t, e.line)
				default:
					runExample(t, c, e.line)
				}
			})
		}
	}
}

func runExample(t *testing.T, c command, line string) {
	dir := t.TempDir()
	for name, text := range map[string]string{"numbers.txt": "12 13\n14\n", "notes.txt": "15 is odd\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := shell(t, t.TempDir(), line)
	p.Dir = dir
	want := 0
	if strings.Contains(line, "notes.txt") {
		want = 1
	}
	if err := p.Run(); code(err) != want || p.out.Len() == 0 {
		t.Errorf("%v, want exit code %d\nstdout %s\nstderr %s", err, want, &p.out, &p.err)
	}
	if c.name == "factor" && !strings.Contains(p.out.String(), ": ") {
		t.Errorf("no factors: %s", &p.out)
	}
}

// checkFlags parses the flags of an example: a -h behind the last one ends the
// command there.
func checkFlags(t *testing.T, line string) {
	args := strings.Fields(strings.TrimPrefix(line, "handoff "))
	last := 0
	for i, a := range args {
		if strings.HasPrefix(a, "-") {
			last = i + 1 // all flags of these examples have a value
		}
	}
	args = append(args[:last+1:last+1], append([]string{"-h"}, args[last+1:]...)...)
	var stdout, stderr bytes.Buffer
	if err := run(&stdout, &stderr, args); err != nil || !strings.Contains(stdout.String(), "usage: ") {
		t.Errorf("handoff %s: %v\n%s", strings.Join(args, " "), err, &stdout)
	}
}

// Each command says its usage and its flags, then its examples.
func TestHelp(t *testing.T) {
	for _, c := range commands() {
		var stdout, stderr bytes.Buffer
		if err := run(&stdout, &stderr, []string{"help", c.name}); err != nil || stderr.Len() > 0 {
			t.Errorf("help %s: %v, stderr %q", c.name, err, &stderr)
		}
		text := stdout.String()
		if !strings.HasPrefix(text, "usage: handoff "+c.name) || !strings.HasSuffix(text, c.exampleText()) {
			t.Errorf("help %s:\n%s", c.name, text)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "run", 3}, {"run", "run", 0}, {"urn", "run", 2}, {"factr", "factor", 1}, {"report", "import", 2}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
