//go:build linux

package strategytest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var clockFaults = []fault{
	{36, "wall-clock", func(s strategies.Spec) bool { return s.Strategy == strategies.Names()[0] }, wallClock},
}

// wallClocks are the functions and methods that read the wall clock, or turn
// a time into one that has no monotonic part. Nobody can set the clock of a
// machine that others use, so this is looked up in the sources.
var wallClocks = []string{
	"Unix", "UnixNano", "UnixMilli", "UnixMicro", "AddDate", "UTC", "Local", "Date",
	"WithDeadline", "WithDeadlineCause", "SetDeadline", "Chtimes", "ModTime", "Gettimeofday", "CLOCK_REALTIME",
}

// wallClockAllowed are the places where that is no clock reading: the time
// of a file tells builds apart.
var wallClockAllowed = []string{"build.go"}

// wallClock wants no part of the library to use the wall clock.
func wallClock(t *testing.T, _ env) {
	_, here, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(here) {
		t.Skip("the sources are not known: the test binary was built with -trimpath")
	}
	n := 0
	root := filepath.Dir(filepath.Dir(here))
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"testdata", "strategytest"}, d.Name()):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			n++
			checkClocks(t, path)
		}
		return nil
	})
	if err != nil || n < 20 {
		t.Errorf("%d sources in %s: %v", n, root, err)
	}
}

func checkClocks(t *testing.T, path string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(wallClocks, s.Sel.Name) &&
			!slices.Contains(wallClockAllowed, filepath.Base(path)) {
			t.Errorf("%v: %s may jump", set.Position(s.Pos()), s.Sel.Name)
		}
		return true
	})
}
