package record

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// ID is the identity of a cell: two benchmark lines are samples of one cell where their
// IDs are equal, and are pooled nowhere else. An ID is comparable and may be a key of a map.
type ID struct {
	Package string // import path, "" where the file does not say
	Name    string // with its keys, without "Benchmark" and the GOMAXPROCS at its end
	Procs   int    // GOMAXPROCS from the name's end, 0 if there is none
	Config  string // the other config lines in force, by key, each "key: value\n"
}

// packageKey is the config line that holds a package's import path.
const packageKey = "pkg"

// Identify tells the identity of a line that benchfmt has read.
func Identify(res *benchfmt.Result) ID {
	var config []Pair
	for _, c := range res.Config {
		config = append(config, Pair{c.Key, string(c.Value)})
	}
	name, procs := splitProcs(res.Name.String())
	return newID(name, procs, config)
}

// splitProcs parts a name from the GOMAXPROCS at its end.
func splitProcs(name string) (rest string, procs int) {
	i := strings.LastIndexByte(name, '-')
	if i < 0 || strings.IndexFunc(name[i+1:], func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return name, 0
	}
	procs, err := strconv.Atoi(name[i+1:])
	if err != nil || strconv.Itoa(procs) != name[i+1:] || procs == 0 { // -08 is no -8
		return name, 0
	}
	return name[:i], procs
}

func newID(name string, procs int, config []Pair) ID {
	id := ID{Name: name, Procs: procs}
	var lines []string
	for _, p := range config {
		if p.Key == packageKey {
			id.Package = p.Value
			continue
		}
		lines = append(lines, p.Key+": "+p.Value+"\n")
	}
	slices.Sort(lines)
	id.Config = strings.Join(lines, "")
	return id
}

// FullName is the name as go test prints it, without "Benchmark".
func (id ID) FullName() string {
	if id.Procs == 0 {
		return id.Name
	}
	return fmt.Sprintf("%s-%d", id.Name, id.Procs)
}

// String names the cell with its package: "example.org/x: Sort/n=10-8".
func (id ID) String() string {
	if id.Package == "" {
		return id.FullName()
	}
	return id.Package + ": " + id.FullName()
}

// Pairs returns the config lines, by key, without the package.
func (id ID) Pairs() []Pair {
	var all []Pair
	for line := range strings.Lines(id.Config) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		all = append(all, Pair{key, value})
	}
	return all
}

// value returns the value of a config line, the package's among them.
func (id ID) value(key string) (string, bool) {
	if key == packageKey {
		return id.Package, id.Package != ""
	}
	for line := range strings.Lines(id.Config) {
		if value, ok := strings.CutPrefix(line, key+": "); ok {
			return strings.TrimSuffix(value, "\n"), true
		}
	}
	return "", false
}

// without drops config lines.
func (id ID) without(keys map[string]bool) ID {
	if len(keys) == 0 {
		return id
	}
	if keys[packageKey] {
		id.Package = ""
	}
	var kept strings.Builder
	for line := range strings.Lines(id.Config) {
		if key, _, _ := strings.Cut(line, ": "); !keys[key] {
			kept.WriteString(line)
		}
	}
	id.Config = kept.String()
	return id
}

// Speller gives cells names that tell them apart and say no more: what all of them
// share is left out.
type Speller struct {
	packages, procs bool
	keys            []string // of config lines, sorted
}

// NewSpeller finds out in what the cells differ.
func NewSpeller(ids []ID) Speller {
	var s Speller
	seen := map[string]string{}
	differ := map[string]bool{}
	note := func(key, value string) {
		if was, ok := seen[key]; ok && was != value {
			differ[key] = true
		} else {
			seen[key] = value
		}
	}
	configs := map[string]bool{}
	for _, id := range ids {
		note("/procs", strconv.Itoa(id.Procs)) // no key has a slash in front: it is none of a config line
		note("/pkg", id.Package)
		if configs[id.Config] {
			continue
		}
		configs[id.Config] = true
		for _, p := range id.Pairs() {
			note(p.Key, p.Value)
		}
	}
	// A line that some lack tells those apart that differ in nothing else.
	for config := range configs {
		for key := range seen {
			if _, ok := (ID{Config: config}).value(key); !ok && !strings.HasPrefix(key, "/") {
				differ[key] = true
			}
		}
	}
	s.packages, s.procs = differ["/pkg"], differ["/procs"]
	for key := range differ {
		if !strings.HasPrefix(key, "/") {
			s.keys = append(s.keys, key)
		}
	}
	slices.Sort(s.keys)
	return s
}

// Procs reports whether cells differ in GOMAXPROCS.
func (s Speller) Procs() bool { return s.procs }

// Name spells a cell: "example.org/x: Sort/n=10-8 (mode: cold)", of which it leaves out
// what does not tell it from the others.
func (s Speller) Name(id ID) string {
	name := id.Name
	if s.procs {
		name = id.FullName()
	}
	if id.Name == "" { // func Benchmark: a name it has all the same
		name = "Benchmark" + name
	}
	if s.packages {
		name = cmp.Or(id.Package, "unknown package") + ": " + name
	}
	if config := s.Config(id); config != "" {
		name += " (" + config + ")"
	}
	return name
}

// Apart spells what tells a cell's table from those of others: "pkg: example.org/x, mode: cold".
func (s Speller) Apart(id ID) string {
	said := s.Config(id)
	if s.packages {
		said = strings.TrimSuffix("pkg: "+cmp.Or(id.Package, "unknown")+", "+said, ", ")
	}
	return said
}

// Config spells the config lines that tell a cell from the others: "mode: cold".
func (s Speller) Config(id ID) string {
	var said []string
	for _, key := range s.keys {
		if value, ok := id.value(key); ok {
			said = append(said, key+": "+value)
		}
	}
	return strings.Join(said, ", ")
}
