package strategies

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// Spec is the whole configuration of a pool, as plain data. The zero value of
// every field but Strategy means "the default". [Pool.Spec] gives the one in
// force, in which what depends on the machine is filled in: workers, wait, on.
//
// Its text form is the strategy's name and key=value pairs:
//
//	process-gob,workers=4,chunk=64,memory=512MiB
//
// [Parse] and [Spec.String] are inverse. Sizes may have a unit: KiB, MiB, GiB, TiB
// (or K, M, G, T) are powers of 1024, kB, MB, GB, TB powers of 1000.
type Spec struct {
	Strategy string // a name of [Names]

	Workers int // processes or goroutines that compute; default GOMAXPROCS, 1 for serial
	// MaxWorkers allows more workers than the default, [DefaultMaxProcesses] or
	// [DefaultMaxGoroutines]: so that a slip of the pen does not start thousands of
	// processes.
	MaxWorkers int
	Chunk      int // items in one frame; 0 = auto
	Window     int // chunks one worker may have outstanding; 0 = auto
	Procs      int // a worker process's GOMAXPROCS; default max(1, CPUs/workers)

	Retries     int           // deaths an item may be charged with and still be run again; 0 = the default, 2; None = run at most once
	ItemTimeout time.Duration // longest time one item may run in a worker process, its decoding and encoding included; 0 = no limit
	Silence     time.Duration // a busy worker process that sends nothing for so long is lost; 0 = the default, 30 s; None = never
	FrameLimit  int           // largest frame in bytes, and so the largest encoded item or result; default 64 MiB
	Memory      int64         // bytes of memory a worker process may have; 0 = no limit
	Recycle     int           // items after which a worker process is replaced; 0 = never

	Wait  string // shared-file: "notify" (default) or "poll"
	On    string // shared-file: "memory" or "disk"; default wherever the directory happens to be
	Fsync bool   // shared-file: fsync each file before it is renamed into place
}

// None turns off what has a default that is not zero: Spec.Retries and Spec.Silence.
const None = -1

// Defaults of a Spec.
const (
	DefaultRetries    = 2
	DefaultSilence    = 30 * time.Second
	DefaultFrameLimit = 64 << 20

	DefaultMaxProcesses  = 1024    // workers that are processes
	DefaultMaxGoroutines = 1 << 16 // workers that are goroutines
)

type kind int

const (
	kindSerial kind = iota
	kindGoroutines
	kindProcess
	kindSharedFile
)

// remote reports whether workers of this kind are processes.
func (k kind) remote() bool { return k == kindProcess || k == kindSharedFile }

// strategy is a row of the table of what we ship: kind x transport x codec.
type strategy struct {
	name      string
	kind      kind
	transport string
	codec     string
}

// table holds all strategies. What it is made of is literal on purpose: only
// tasks are registered, because only tasks come from other modules.
var table = slices.Concat(
	[]strategy{
		{"serial", kindSerial, "", ""},
		{"goroutines", kindGoroutines, "", ""},
		{"process-gob", kindProcess, "pipe", "gob"},
		{"process-json", kindProcess, "pipe", "json"},
		{"shared-file", kindSharedFile, "file", "gob"},
	},
	combined("process", kindProcess, "pipe", "gob", "json"),
	combined("process-unix", kindProcess, "unix"),
	combined("process-tcp", kindProcess, "tcp"),
	combined("process-shm", kindProcess, "shm"),
	combined("shared-file", kindSharedFile, "file", "gob"),
)

// combined combines a transport with every codec, except those that spell
// themselves otherwise: the default transport and codec are left out of names.
func combined(name string, k kind, transport string, except ...string) (rows []strategy) {
	for _, c := range codec.Names() {
		if !slices.Contains(except, c) {
			rows = append(rows, strategy{name + "-" + c, k, transport, c})
		}
	}
	return rows
}

// Names returns the names of all strategies, the promised five first in the
// order in which tables show them.
func Names() []string {
	names := make([]string, len(table))
	for i, s := range table {
		names[i] = s.name
	}
	return names
}

// allowed tells people which strategies there are.
func allowed() string {
	var transports []string
	for _, s := range table {
		if s.kind == kindProcess && s.transport != "pipe" && !slices.Contains(transports, s.transport) {
			transports = append(transports, s.transport)
		}
	}
	return "the strategies are serial, goroutines, process-CODEC, process-TRANSPORT-CODEC, shared-file and shared-file-CODEC; " +
		"codecs are " + strings.Join(codec.Names(), ", ") + "; transports besides pipes are " + strings.Join(transports, ", ")
}

func lookup(name string) (strategy, bool) {
	for _, s := range table {
		if s.name == name {
			return s, true
		}
	}
	return strategy{}, false
}

// InProcess reports whether the spec's workers are goroutines of this process.
// It is false for an unknown strategy.
func (s Spec) InProcess() bool {
	row, ok := lookup(s.Strategy)
	return ok && !row.kind.remote()
}

// Parse reads the text form of a Spec and validates it. The error names the
// key and the value and says what is allowed.
func Parse(text string) (Spec, error) {
	name, rest, more := strings.Cut(text, ",")
	s := Spec{Strategy: strings.TrimSpace(name)}
	seen := map[string]bool{}
	for more {
		var pair string
		pair, rest, more = strings.Cut(rest, ",")
		if err := s.set(strings.TrimSpace(pair), seen); err != nil {
			return Spec{}, err
		}
	}
	if err := s.Validate(); err != nil {
		return Spec{}, err
	}
	return s, nil
}

// MustParse is [Parse] for constants of a program. It panics on an error.
func MustParse(text string) Spec {
	s, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

func (s *Spec) set(pair string, seen map[string]bool) error {
	name, value, ok := strings.Cut(pair, "=")
	if !ok {
		return fmt.Errorf("strategies: spec: %q is not of the form key=value; the keys are %s", pair, keyList())
	}
	if seen[name] {
		return fmt.Errorf("strategies: spec: key %q is given twice", name)
	}
	seen[name] = true
	for _, k := range specKeys {
		if k.name == name {
			if err := k.read(s, value); err != nil {
				return fmt.Errorf("strategies: spec: %s=%s: %w", name, value, err)
			}
			return nil
		}
	}
	return fmt.Errorf("strategies: spec: unknown key %q%s; the keys are %s", name, didYouMean(name, keyNames()), keyList())
}

// String returns the text form, with the keys that differ from the zero value.
func (s Spec) String() string {
	text := s.Strategy
	for _, k := range specKeys {
		if v := k.write(s); v != "" {
			text += "," + k.name + "=" + v
		}
	}
	return text
}

// Keys returns the pairs that a benchmark name shows after the strategy:
// workers and chunk always, the others where they were set.
func (s Spec) Keys() []Key {
	var keys []Key
	for _, k := range specKeys {
		v := k.write(s)
		if v == "" && k.name == "chunk" {
			v = "auto"
		}
		if v != "" {
			keys = append(keys, Key{k.name, v})
		}
	}
	return keys
}

// Validate reports the first thing in s that cannot be: an unknown strategy
// (with the list and the nearest name), a number out of range, or a key that
// the strategy has no use for.
func (s Spec) Validate() error {
	row, ok := lookup(s.Strategy)
	if !ok {
		return fmt.Errorf("strategies: unknown strategy %q%s; %s", s.Strategy, didYouMean(s.Strategy, Names()), allowed())
	}
	for _, k := range specKeys {
		if v := k.write(s); v != "" {
			if err := k.read(&Spec{}, v); err != nil {
				return fmt.Errorf("strategies: spec: %s=%s: %w", k.name, v, err)
			}
		}
	}
	if err := s.useless(row); err != nil {
		return err
	}
	if most := s.maxWorkers(row.kind); s.Workers > most {
		return fmt.Errorf("strategies: spec: workers=%d: %s may have %d workers at most; max-workers=%d allows that many", s.Workers, s.Strategy, most, s.Workers)
	}
	return nil
}

// useless reports a key that the strategy of row cannot honour.
func (s Spec) useless(row strategy) error {
	switch {
	case row.kind == kindSerial && s.Workers > 1:
		return fmt.Errorf("strategies: spec: workers=%d: serial has one worker; use goroutines", s.Workers)
	case row.kind != kindSharedFile && (s.Wait != "" || s.On != "" || s.Fsync):
		return fmt.Errorf("strategies: spec: wait, on and fsync are for shared-file strategies, not for %s", s.Strategy)
	case row.kind.remote():
		return nil
	}
	for _, k := range specKeys {
		if v := k.write(s); v != "" && !slices.Contains(inProcessKeys, k.name) {
			return fmt.Errorf("strategies: spec: %s=%s: %s is for strategies with worker processes, not for %s", k.name, v, k.name, s.Strategy)
		}
	}
	return nil
}

// inProcessKeys are those that mean something without worker processes.
var inProcessKeys = []string{"workers", "max-workers", "chunk"}

// Resolve returns s with what depends on this machine filled in: what
// [Pool.Spec] will say of a pool that is opened without [WithDir].
func (s Spec) Resolve() Spec {
	s = s.resolve()
	if s.Wait != "" && s.On == "" {
		s.On = transport.Medium(os.TempDir())
	}
	return s
}

// resolve leaves open what depends on the directory of shared files.
func (s Spec) resolve() Spec {
	row, _ := lookup(s.Strategy)
	if s.Workers == 0 {
		s.Workers = min(runtime.GOMAXPROCS(0), s.maxWorkers(row.kind))
	}
	if row.kind == kindSerial {
		s.Workers = 1
	}
	if row.kind == kindSharedFile && s.Wait == "" {
		s.Wait = "notify"
	}
	return s
}

// procs, retries, silence, maxWorkers and frameLimit are the values in force.

func (s Spec) procs() int {
	if s.Procs > 0 {
		return s.Procs
	}
	// Note: with at least 2, as a worker with a sending goroutine of its own
	// would need, its idle threads wake and spin beside the tasks at every
	// frame: 5 to 10 % of two busy CPUs. With 1, the task sends its answers
	// itself, and what comes in is read when the task waits, or at the latest
	// when the scheduler takes its turn away, after 10 ms.
	return max(1, runtime.NumCPU()/max(1, s.Workers))
}

func (s Spec) retries() int {
	switch s.Retries {
	case 0:
		return DefaultRetries
	case None:
		return 0
	}
	return s.Retries
}

func (s Spec) silence() time.Duration {
	switch {
	case s.Silence == 0:
		return DefaultSilence
	case s.Silence < 0:
		return 0
	}
	return s.Silence
}

func (s Spec) maxWorkers(k kind) int {
	switch {
	case s.MaxWorkers > 0:
		return s.MaxWorkers
	case k.remote():
		return DefaultMaxProcesses
	}
	return DefaultMaxGoroutines
}

func (s Spec) frameLimit() int {
	if s.FrameLimit == 0 {
		return DefaultFrameLimit
	}
	return s.FrameLimit
}
