package handoff_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/handoff-go/handoff"

// rule is what a package may import: of ours, with paths from the root of the
// module, and of others. A path that ends in "/..." stands for what is below
// it, too.
type rule struct {
	ours   []string
	others []string
}

// rules is the table of who may import whom. Imports run downward only.
var rules = map[string]rule{
	"strategies/codec":        {others: codecs},
	"strategies/transport":    {others: []string{"golang.org/x/sys/...", "github.com/fsnotify/fsnotify"}},
	"strategies":              {ours: []string{"strategies/codec", "strategies/transport", "internal/bytesize"}, others: []string{"golang.org/x/sys/..."}},
	"strategies/strategytest": {ours: []string{"strategies", "strategies/codec", "strategies/transport"}},
	"internal/bytesize":       {},
	"internal/wholefile":      {},
	"bench/factor":            {ours: []string{"strategies", "internal/wholefile"}},
	"bench":                   {ours: []string{"strategies", "bench/factor", "internal/wholefile"}, others: profile},
	"bench/runner":            {ours: []string{"strategies", "bench/factor", "report/record"}, others: slices.Concat(profile, recording)},
	"report/...":              {ours: []string{"report/...", "internal/wholefile"}, others: slices.Concat(profile, reporting)},
	"cmd/handoff":             {ours: []string{"strategies/...", "bench/...", "report/...", "internal/wholefile", "internal/bytesize"}, others: []string{"golang.org/x/term"}},
}

var (
	codecs    = []string{"github.com/fxamacker/cbor/v2", "github.com/shamaton/msgpack/v3", "github.com/go-json-experiment/json/..."}
	profile   = []string{"github.com/google/pprof/profile"}
	recording = []string{"golang.org/x/perf/benchfmt", "golang.org/x/term"}                                                                 // the format, and whether it speaks to a terminal
	reporting = []string{"golang.org/x/perf/...", "gonum.org/v1/plot/...", "golang.org/x/image/font/...", "github.com/google/pprof/driver"} // fonts have types of plot's interface; pprof draws flame graphs
)

// presentation is what strategies and all below it must do without, at any
// distance: what tests, prints, draws or parses reports.
var presentation = []string{
	"testing/...", "flag", "log/...", "text/tabwriter", "text/template/...", "html/...", "image/...", "net/http/...",
	"golang.org/x/perf/...", "gonum.org/...", "github.com/google/pprof/...",
}

// thirdParty is all that strategies and all below it may bring along.
var thirdParty = slices.Concat([]string{"golang.org/x/sys/...", "github.com/fsnotify/fsnotify/...",
	"github.com/x448/float16"}, below(codecs)) // float16 is cbor's

// below makes patterns for packages and all below them.
func below(paths []string) []string {
	patterns := make([]string, len(paths))
	for i, p := range paths {
		patterns[i] = strings.TrimSuffix(p, "/...") + "/..."
	}
	return patterns
}

// incidental is what of presentation packages of the standard library bring
// along that strategies needs: runtime/pprof, for labels and profiles, can also
// print them. Nothing else that strategies depends on may import it.
var incidental = []string{"text/tabwriter"}

// listed is what go list says of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
	Error      *struct{ Err string }
}

// list runs go list for a system and returns the packages by their paths.
func list(t *testing.T, goos string, args ...string) map[string]listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Standard,Imports,Deps,Error"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.String())
	}
	found := map[string]listed{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		found[p.ImportPath] = p
	}
}

// matches reports whether one of the patterns stands for the path.
func matches(patterns []string, p string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		below, ok := strings.CutSuffix(pattern, "/...")
		return p == pattern || ok && (p == below || strings.HasPrefix(p, below+"/"))
	})
}

// ruleFor returns the rule of a package, its path being from the root.
func ruleFor(p string) (rule, bool) {
	for pattern, r := range rules {
		if matches([]string{pattern}, p) {
			return r, true
		}
	}
	return rule{}, false
}

// inRepository turns an import path of ours into one from the root.
func inRepository(p string) (string, bool) { return strings.CutPrefix(p, module+"/") }

// TestImports holds the table against what the packages import.
func TestImports(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			all := list(t, goos, "-e", "-deps", "./...")
			for importPath, p := range all {
				if at, ok := inRepository(importPath); ok {
					checkImports(t, at, p, all)
				}
			}
		})
	}
}

// checkImports reports the imports of a package that its rule does not allow.
func checkImports(t *testing.T, at string, p listed, all map[string]listed) {
	t.Helper()
	r, ok := ruleFor(at)
	if !ok {
		t.Errorf("%s: no rule says what it may import", at)
	}
	if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "base", "types"}, path.Base(at)) {
		t.Errorf("%s: the name says nothing", at)
	}
	for _, imported := range p.Imports {
		if of, ours := inRepository(imported); ours {
			if !matches(r.ours, of) {
				t.Errorf("%s imports %s", at, of)
			}
		} else if imported != "C" && !all[imported].Standard && !matches(r.others, imported) {
			t.Errorf("%s imports %s, which is not ours", at, imported)
		}
	}
}

// TestLibraryIsLean looks at all that a user of strategies gets.
func TestLibraryIsLean(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			all := list(t, goos, "-e", "-deps", "./strategies")
			for _, dep := range all[module+"/strategies"].Deps {
				if matches(presentation, dep) && !matches(incidental, dep) {
					t.Errorf("strategies depends on %s", dep)
				}
				_, ours := inRepository(dep)
				if !ours && !all[dep].Standard && !matches(thirdParty, dep) {
					t.Errorf("strategies depends on %s, which is not in the list", dep)
				}
				if !all[dep].Standard && slices.ContainsFunc(all[dep].Imports, func(p string) bool { return matches(incidental, p) }) {
					t.Errorf("%s, on which strategies depends, imports what it has no need of", dep)
				}
			}
		})
	}
}

// TestRules breaks the rules on purpose.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		path     string
		want     bool
	}{
		{[]string{"log/..."}, "log", true},
		{[]string{"log/..."}, "log/slog", true},
		{[]string{"log/..."}, "logic", false},
		{[]string{"strategies"}, "strategies/codec", false},
		{nil, "strategies", false},
	} {
		if got := matches(c.patterns, c.path); got != c.want {
			t.Errorf("matches(%q, %s) = %t", c.patterns, c.path, got)
		}
	}
}
