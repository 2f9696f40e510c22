package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

func TestMain(m *testing.M) {
	strategies.Init()
	os.Exit(m.Run())
}

// TestRun wants the same output from every strategy whose codec can carry maps.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	long, short := filepath.Join(dir, "long"), filepath.Join(dir, "short")
	write(t, long, "three small words\nand four more here\n")
	write(t, short, "one\n")
	want := fmt.Sprintf("%s: 7 words, the longest is three\n%s: 1 words, the longest is one\n", long, short)
	for _, name := range strategies.Names() {
		if strings.HasSuffix(name, "-binary") {
			continue
		}
		var out bytes.Buffer
		if err := run(&out, []string{"-strategy", name, long, short}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if out.String() != want {
			t.Errorf("%s printed %q, want %q", name, out.String(), want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
