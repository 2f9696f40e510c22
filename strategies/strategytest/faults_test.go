//go:build linux

package strategytest

import (
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rows is the number of faults on the list.
const rows = 51

// table reads the faults and their tests from the documentation, those beyond
// the list as number 0.
func table(t *testing.T) map[int][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "faults.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`^\t *(\d+)  \S.*?   *([a-z0-9-]+(?: [a-z0-9-]+)*)$`)
	beyond := regexp.MustCompile(`^Beyond the list: (.*)\.$`)
	found := map[int][]string{}
	for line := range strings.Lines(file.Doc.Text()) {
		line = strings.TrimSuffix(line, "\n")
		if m := row.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[1])
			found[n] = strings.Fields(m[2])
		} else if m := beyond.FindStringSubmatch(line); m != nil {
			found[0] = strings.Fields(m[1])
		}
	}
	return found
}

// TestTable holds the table in the documentation against the tests that there
// are: no row without a test, no test without a row.
func TestTable(t *testing.T) {
	documented := table(t)
	tested := map[int][]string{}
	for _, f := range faults {
		tested[f.number] = append(tested[f.number], f.name)
		if f.run == nil {
			t.Errorf("fault %d: test %s does nothing", f.number, f.name)
		}
	}
	for n := 1; n <= rows; n++ {
		if len(documented[n]) == 0 {
			t.Errorf("fault %d is not in the table", n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(tested)) {
		if a, b := slices.Sorted(slices.Values(documented[n])), slices.Sorted(slices.Values(tested[n])); !slices.Equal(a, b) {
			t.Errorf("fault %d: the table names %q, the tests are %q", n, a, b)
		}
		delete(documented, n)
	}
	if len(documented) > 0 {
		t.Errorf("the table names tests that do not exist: %v", documented)
	}
}

// TestNames wants names by which HANDOFF_SKIP can tell the tests apart.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range faults {
		if seen[f.name] || strings.ContainsAny(f.name, ", /") {
			t.Errorf("%q is not a name, or is that of two tests", f.name)
		}
		seen[f.name] = true
	}
}
