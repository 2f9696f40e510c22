package profiles

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"
)

// Flame draws the cell's CPU profile as a flame graph, by role and phase: a page
// of pprof's own that loads nothing. Calls wait for each other.
func Flame(c *Cell) ([]byte, error) {
	return draw(map[string]*profile.Profile{"it": titled(c.CPU.Copy(), c.Name)}, "-tagroot=role,phase", "it")
}

// FlameDiff draws what b spends for an item more than a, and less, by phase: the
// CPU time of a million items is compared, whatever was run.
func FlameDiff(a, b *Cell) ([]byte, error) {
	base, it := perMillion(a), titled(perMillion(b), a.Name+" to "+b.Name+", a million items")
	return draw(map[string]*profile.Profile{"base": base, "it": it}, "-tagroot=phase", "-diff_base=base", "it")
}

// perMillion is the CPU profile as it would be of a million items.
func perMillion(c *Cell) *profile.Profile {
	p := c.CPU.Copy()
	p.Scale(1e6 / float64(c.Items))
	for _, key := range []string{labelStrategy, labelRole, "proc"} {
		p.RemoveLabel(key)
	}
	return p
}

// titled has the page be called so: it shows the name of the first binary.
func titled(p *profile.Profile, title string) *profile.Profile {
	if len(p.Mapping) > 0 {
		p.Mapping[0].File = title
	}
	p.DocURL = ""
	return p
}

// drawing is held while pprof draws: its settings are global.
var drawing sync.Mutex

// draw has pprof make a page.
func draw(sources map[string]*profile.Profile, args ...string) (page []byte, err error) {
	drawing.Lock()
	defer drawing.Unlock()
	ui := &listener{}
	flags := flagSet{flag.NewFlagSet("pprof", flag.ContinueOnError),
		// The port is not taken: the server below is none.
		append([]string{"-http=localhost:1", "-no_browser", "-symbolize=none"}, args...)}
	err = driver.PProf(&driver.Options{
		Flagset: flags, Fetch: fetcher(sources), Obj: noBinaries{}, Sym: asItIs{}, UI: ui,
		HTTPServer: func(a *driver.HTTPServerArgs) error {
			answer := httptest.NewRecorder()
			a.Handlers["/flamegraph"].ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/flamegraph", nil))
			if answer.Code != http.StatusOK {
				return fmt.Errorf("it answers %d: %s", answer.Code, answer.Body)
			}
			page = answer.Body.Bytes()
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("profiles: flame graph: pprof: %w %s", err, strings.Join(ui.heard, "; "))
	}
	return static(page)
}

// dead hides what needs a server behind the page, and there is none.
const dead = `<style>
#view, #refine, #sample, #config, #download, #action-menu { display: none !important; }
.header .title a { pointer-events: none; }
</style>
</head>`

// static makes the page one that is complete by itself.
func static(page []byte) ([]byte, error) {
	before, after, ok := bytes.Cut(page, []byte("</head>"))
	if !ok {
		return nil, errors.New("profiles: flame graph: what pprof drew has no head")
	}
	return slices.Concat(before, []byte(dead), after), nil
}

// What pprof asks for is kept from the world: profiles come from memory, and
// nothing is written, printed or looked up.

// fetcher gives profiles by their names. That they come from no address keeps
// pprof from saving copies in the home directory.
type fetcher map[string]*profile.Profile

func (f fetcher) Fetch(name string, _, _ time.Duration) (*profile.Profile, string, error) {
	p, ok := f[name]
	if !ok {
		return nil, "", fmt.Errorf("there is no profile %q", name)
	}
	return p, "", nil
}

// flagSet has arguments of its own.
type flagSet struct {
	*flag.FlagSet
	args []string
}

func (f flagSet) StringList(name, value, usage string) *[]*string {
	return &[]*string{f.String(name, value, usage)}
}
func (f flagSet) ExtraUsage() string   { return "" }
func (f flagSet) AddExtraUsage(string) {}
func (f flagSet) Parse(usage func()) []string {
	f.Usage = usage
	if err := f.FlagSet.Parse(f.args); err != nil {
		return nil
	}
	return f.Args()
}

// noBinaries has no binary looked at: the profiles name their functions.
type noBinaries struct{}

var errNoBinaries = errors.New("binaries are not looked at")

func (noBinaries) Open(string, uint64, uint64, uint64, string) (driver.ObjFile, error) {
	return nil, errNoBinaries
}
func (noBinaries) Disasm(string, uint64, uint64, bool) ([]driver.Inst, error) {
	return nil, errNoBinaries
}

type asItIs struct{}

func (asItIs) Symbolize(string, driver.MappingSources, *profile.Profile) error { return nil }

// listener keeps what pprof complains about, for the text of an error.
type listener struct{ heard []string }

func (l *listener) PrintErr(args ...any) { l.heard = append(l.heard, fmt.Sprint(args...)) }

func (l *listener) Print(...any)                        {}
func (l *listener) ReadLine(string) (string, error)     { return "", io.EOF }
func (l *listener) IsTerminal() bool                    { return false }
func (l *listener) WantBrowser() bool                   { return false }
func (l *listener) SetAutoComplete(func(string) string) {}
