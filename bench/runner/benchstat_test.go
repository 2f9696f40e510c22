package runner

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Two recorded runs must give one benchstat table a unit: a config line that
// differs between them would split it.
func TestBenchstatTablesTwoRuns(t *testing.T) {
	// Before tiny changes the temporary directory: benchstat is built here.
	if out, err := exec.Command("go", "tool", "-n", "benchstat").CombinedOutput(); err != nil {
		t.Fatalf("go tool -n benchstat: %v\n%s", err, out)
	}
	c := tiny(t, "Fast|Listed")
	var files []string
	for i := range 2 {
		c.Seed, c.Out = uint64(i+1), filepath.Join(t.TempDir(), "run")
		dir, err := Run(within(t), c)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, FileName))
	}
	cmd := exec.CommandContext(within(t), "go", append([]string{"tool", "benchstat"}, files...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for unit, want := range map[string]int{"sec/op": 1, "parts/op": 1} {
		// The unit stands once for each of a table's two columns.
		if got := strings.Count(string(out), " "+unit+" "); got != 2*want {
			t.Errorf("%s stands %d times, want %d:\n%s", unit, got, 2*want, out)
		}
	}
	if strings.Contains(string(out), "rounds:") || !strings.Contains(string(out), "suite: custom") {
		t.Errorf("config lines other than wanted:\n%s", out)
	}
}
