package strategies

import (
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// specTexts are texts that Parse takes, and what they mean. An empty again says
// that String gives the same text back.
var specTexts = []struct {
	text  string
	want  Spec
	again string
}{
	{"serial", Spec{Strategy: "serial"}, ""},
	{"serial,workers=1", Spec{Strategy: "serial", Workers: 1}, ""},
	{"goroutines,workers=8,chunk=64", Spec{Strategy: "goroutines", Workers: 8, Chunk: 64}, ""},
	{"process-gob,workers=4,chunk=64", Spec{Strategy: "process-gob", Workers: 4, Chunk: 64}, ""},
	{" process-gob , workers=4 ", Spec{Strategy: "process-gob", Workers: 4}, "process-gob,workers=4"},
	{"process-gob,chunk=3,workers=2", Spec{Strategy: "process-gob", Workers: 2, Chunk: 3}, "process-gob,workers=2,chunk=3"},
	{"process-json,chunk=auto,window=auto", Spec{Strategy: "process-json"}, "process-json"},
	{"process-json,window=1,procs=3", Spec{Strategy: "process-json", Window: 1, Procs: 3}, ""},
	{"process-gob,retries=0", Spec{Strategy: "process-gob", Retries: None}, ""},
	{"process-gob,retries=5", Spec{Strategy: "process-gob", Retries: 5}, ""},
	{"process-gob,silence=0", Spec{Strategy: "process-gob", Silence: None}, ""},
	{"process-gob,silence=0s", Spec{Strategy: "process-gob", Silence: None}, "process-gob,silence=0"},
	{"process-gob,silence=1500ms", Spec{Strategy: "process-gob", Silence: 1500 * time.Millisecond}, "process-gob,silence=1.5s"},
	{"process-gob,item-timeout=2m", Spec{Strategy: "process-gob", ItemTimeout: 2 * time.Minute}, "process-gob,item-timeout=2m0s"},
	{"process-gob,item-timeout=500us", Spec{Strategy: "process-gob", ItemTimeout: 500 * time.Microsecond}, ""},
	{"process-gob,frame-limit=1024", Spec{Strategy: "process-gob", FrameLimit: 1024}, "process-gob,frame-limit=1KiB"},
	{"process-gob,frame-limit=200MiB", Spec{Strategy: "process-gob", FrameLimit: 200 << 20}, ""},
	{"process-gob,frame-limit=1.5kB", Spec{Strategy: "process-gob", FrameLimit: 1500}, "process-gob,frame-limit=1500"},
	{"process-gob,memory=256MB", Spec{Strategy: "process-gob", Memory: 256e6}, ""},
	{"process-gob,memory=2G", Spec{Strategy: "process-gob", Memory: 2 << 30}, "process-gob,memory=2GiB"},
	{"process-gob,workers=5000,max-workers=5000", Spec{Strategy: "process-gob", Workers: 5000, MaxWorkers: 5000}, ""},
	{"goroutines,workers=65536", Spec{Strategy: "goroutines", Workers: 1 << 16}, ""},
	{"process-gob,memory=2GiB,recycle=1000", Spec{Strategy: "process-gob", Memory: 2 << 30, Recycle: 1000}, ""},
	{"process-gob,memory=1536MiB", Spec{Strategy: "process-gob", Memory: 1536 << 20}, ""},
	{"process-gob,memory=262144KiB", Spec{Strategy: "process-gob", Memory: 256 << 20}, "process-gob,memory=256MiB"},
	{"process-gob,memory=1000000001", Spec{Strategy: "process-gob", Memory: 1_000_000_001}, ""},
	{"shared-file,wait=poll,on=memory,fsync=on", Spec{Strategy: "shared-file", Wait: "poll", On: "memory", Fsync: true}, ""},
	{"shared-file-json,wait=notify,on=disk,fsync=off", Spec{Strategy: "shared-file-json", Wait: "notify", On: "disk"}, "shared-file-json,wait=notify,on=disk"},
}

func TestParseAndStringAreInverse(t *testing.T) {
	for _, c := range specTexts {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", c.text, got, err, c.want)
			continue
		}
		again := c.again
		if again == "" {
			again = c.text
		}
		if text := got.String(); text != again {
			t.Errorf("Parse(%q).String() = %q, want %q", c.text, text, again)
		}
		if back, err := Parse(again); err != nil || back != got {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", again, back, err, got)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const keys = "; the keys are workers, max-workers, chunk, window, procs, retries, item-timeout, silence, frame-limit, memory, recycle, wait, on, fsync"
	const size = ": want a size of at least 128MiB, such as 4096, 64KiB, 256MB or 1.5GiB"
	const frame = ": want a size of at least 1KiB and less than 2GiB, such as 4096, 64KiB, 256MB or 1.5GiB"
	const processes = " is for strategies with worker processes, not for "
	names := "; the strategies are serial, goroutines, process-CODEC, process-TRANSPORT-CODEC, shared-file and shared-file-CODEC; codecs are " +
		strings.Join(codec.Names(), ", ") + "; transports besides pipes are unix, tcp, shm"
	const number = ": want a whole number from 1 to 2147483647"
	for text, want := range map[string]string{
		"":                                          `unknown strategy ""` + names,
		"proces-gob":                                `unknown strategy "proces-gob" (did you mean "process-gob"?)` + names,
		"quantum,workers=2":                         `unknown strategy "quantum"` + names,
		"serial,":                                   `spec: "" is not of the form key=value` + keys,
		"serial,workers":                            `spec: "workers" is not of the form key=value` + keys,
		"serial,workes=2":                           `spec: unknown key "workes" (did you mean "workers"?)` + keys,
		"serial,=2":                                 `spec: unknown key ""` + keys,
		"goroutines,workers=2,workers=2":            `spec: key "workers" is given twice`,
		"process-gob,retries=0,retries=":            `spec: key "retries" is given twice`,
		"goroutines,workers=0":                      `spec: workers=0` + number,
		"goroutines,workers=-1":                     `spec: workers=-1` + number,
		"goroutines,workers=two":                    `spec: workers=two` + number,
		"goroutines,workers=2147483648":             `spec: workers=2147483648` + number,
		"goroutines,chunk=0":                        `spec: chunk=0` + number + `, or auto`,
		"process-gob,window=x":                      `spec: window=x` + number + `, or auto`,
		"process-gob,procs=0":                       `spec: procs=0` + number,
		"process-gob,retries=-1":                    `spec: retries=-1: want a whole number from 0 to 32767`,
		"process-gob,retries=32768":                 `spec: retries=32768: want a whole number from 0 to 32767`,
		"process-gob,item-timeout=0":                `spec: item-timeout=0: want a duration, such as 500ms or 30s`,
		"process-gob,item-timeout=5":                `spec: item-timeout=5: want a duration, such as 500ms or 30s`,
		"process-gob,silence=-1s":                   `spec: silence=-1s: want a duration, such as 500ms or 30s`,
		"process-gob,frame-limit=1023":              `spec: frame-limit=1023` + frame,
		"process-gob,frame-limit=2GiB":              `spec: frame-limit=2GiB` + frame,
		"process-gob,frame-limit=4KiBs":             `spec: frame-limit=4KiBs` + frame,
		"process-gob,workers=100000":                `spec: workers=100000: process-gob may have 1024 workers at most; max-workers=100000 allows that many`,
		"shared-file,workers=1025":                  `spec: workers=1025: shared-file may have 1024 workers at most; max-workers=1025 allows that many`,
		"process-gob,workers=9,max-workers=8":       `spec: workers=9: process-gob may have 8 workers at most; max-workers=9 allows that many`,
		"goroutines,workers=100000":                 `spec: workers=100000: goroutines may have 65536 workers at most; max-workers=100000 allows that many`,
		"goroutines,max-workers=0":                  `spec: max-workers=0` + number,
		"shared-file,wait=sleep":                    `spec: wait=sleep: want notify or poll`,
		"shared-file,on=":                           `spec: on=: want memory or disk`,
		"shared-file,fsync=yes":                     `spec: fsync=yes: want on or off`,
		"serial,workers=2":                          `spec: workers=2: serial has one worker; use goroutines`,
		"process-gob,wait=poll":                     `spec: wait, on and fsync are for shared-file strategies, not for process-gob`,
		"goroutines,on=disk":                        `spec: wait, on and fsync are for shared-file strategies, not for goroutines`,
		"process-json,fsync=on":                     `spec: wait, on and fsync are for shared-file strategies, not for process-json`,
		"serial,window=2":                           `spec: window=2: window` + processes + "serial",
		"serial,retries=0":                          `spec: retries=0: retries` + processes + "serial",
		"serial,silence=1s":                         `spec: silence=1s: silence` + processes + "serial",
		"goroutines,frame-limit=4096":               `spec: frame-limit=4KiB: frame-limit` + processes + "goroutines",
		"goroutines,memory=1GiB":                    `spec: memory=1GiB: memory` + processes + "goroutines",
		"goroutines,recycle=5":                      `spec: recycle=5: recycle` + processes + "goroutines",
		"process-gob,memory=127MiB":                 `spec: memory=127MiB` + size,
		"process-gob,memory=2PB":                    `spec: memory=2PB` + size,
		"process-gob,memory=9223372036854775807GiB": `spec: memory=9223372036854775807GiB` + size,
		"process-gob,memory=-1GiB":                  `spec: memory=-1GiB` + size,
		"process-gob,recycle=0":                     `spec: recycle=0` + number,
		"goroutines,procs=2":                        `spec: procs=2: procs` + processes + "goroutines",
		"goroutines,item-timeout=1s":                `spec: item-timeout=1s: item-timeout` + processes + "goroutines",
		"unheard-of,workers=x":                      `spec: workers=x` + number,
		"goroutines,workers=2,workers = 3":          `spec: unknown key "workers " (did you mean "workers"?)` + keys,
	} {
		got, err := Parse(text)
		if err == nil || err.Error() != "strategies: "+want {
			t.Errorf("Parse(%q): error\n%v, want\nstrategies: %s", text, err, want)
		}
		if got != (Spec{}) {
			t.Errorf("Parse(%q) returns %+v with its error", text, got)
		}
	}
}

func TestMustParsePanics(t *testing.T) {
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "workers=0") {
			t.Errorf("MustParse panicked with %v, want the error of Parse", err)
		}
	}()
	MustParse("serial,workers=0")
}

// TestValidateSpecOfAProgram is about values that no text gives.
func TestValidateSpecOfAProgram(t *testing.T) {
	for _, s := range []Spec{
		{},
		{Strategy: "serial", Workers: -1},
		{Strategy: "goroutines", Chunk: -1},
		{Strategy: "process-gob", Retries: -2},
		{Strategy: "process-gob", Silence: -2},
		{Strategy: "process-gob", ItemTimeout: -1},
		{Strategy: "process-gob", FrameLimit: 5},
		{Strategy: "process-gob", Memory: 1 << 20},
		{Strategy: "process-gob", Recycle: -1},
		{Strategy: "shared-file", Wait: "sometimes"},
	} {
		if err := s.Validate(); err == nil {
			t.Errorf("%+v is valid", s)
		}
	}
	for _, name := range Names() {
		if err := (Spec{Strategy: name}).Validate(); err != nil {
			t.Errorf("%s alone: %v", name, err)
		}
	}
}

func TestNamesBeginWithThePromisedFive(t *testing.T) {
	promised := []string{"serial", "goroutines", "process-gob", "process-json", "shared-file"}
	if got := Names(); !slices.Equal(got[:5], promised) {
		t.Errorf("Names() = %q, want %q first", got, promised)
	}
}

func TestInProcess(t *testing.T) {
	for name, want := range map[string]bool{
		"serial": true, "goroutines": true, "process-gob": false, "shared-file-json": false, "unheard-of": false,
	} {
		if got := (Spec{Strategy: name}).InProcess(); got != want {
			t.Errorf("%s: InProcess is %v", name, got)
		}
	}
}

// nameValue is what a value may be in the name of a benchmark: at its end,
// -<digits> is read as GOMAXPROCS.
var (
	nameValue = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	nameEnd   = regexp.MustCompile(`-[0-9]+$`)
)

func checkName(t *testing.T, s Spec) {
	t.Helper()
	for _, k := range append(s.Keys(), Key{"strategy", s.Strategy}) {
		for _, text := range []string{k.Name, k.Value} {
			if !nameValue.MatchString(text) || nameEnd.MatchString(text) {
				t.Errorf("%v: %q cannot stand in the name of a benchmark", s, text)
			}
		}
	}
}

func TestValuesAreSafeInNames(t *testing.T) {
	for _, c := range specTexts {
		checkName(t, c.want)
		checkName(t, c.want.Resolve())
	}
	for _, name := range Names() {
		checkName(t, Spec{Strategy: name})
	}
}

func TestKeys(t *testing.T) {
	for text, want := range map[string]string{
		"serial":                                 "workers=1 chunk=auto",
		"goroutines,workers=3,chunk=7":           "workers=3 chunk=7",
		"process-gob,workers=2,retries=0":        "workers=2 chunk=auto retries=0",
		"process-gob,workers=2,silence=0":        "workers=2 chunk=auto silence=0",
		"process-gob,workers=2,item-timeout=3s":  "workers=2 chunk=auto item-timeout=3s",
		"shared-file,workers=2,on=disk,fsync=on": "workers=2 chunk=auto wait=notify on=disk fsync=on",
	} {
		var got []string
		for _, k := range MustParse(text).Resolve().Keys() {
			got = append(got, k.Name+"="+k.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Keys of %s: %s, want %s", text, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	cpus, here := runtime.GOMAXPROCS(0), transport.Medium(os.TempDir())
	for text, want := range map[string]Spec{
		"serial":                         {Strategy: "serial", Workers: 1},
		"goroutines":                     {Strategy: "goroutines", Workers: cpus},
		"process-gob":                    {Strategy: "process-gob", Workers: cpus},
		"process-gob,workers=3,window=5": {Strategy: "process-gob", Workers: 3, Window: 5},
		"shared-file":                    {Strategy: "shared-file", Workers: cpus, Wait: "notify", On: here},
		"shared-file,wait=poll":          {Strategy: "shared-file", Workers: cpus, Wait: "poll", On: here},
	} {
		got := MustParse(text).Resolve()
		if got != want {
			t.Errorf("%s resolves to %+v, want %+v", text, got, want)
		}
		if again := got.Resolve(); again != got {
			t.Errorf("%s resolved twice is %+v", text, again)
		}
		if back, err := Parse(got.String()); err != nil || back != got {
			t.Errorf("resolved %s does not come back from its text: %+v, %v", text, back, err)
		}
	}
}

func TestValuesInForce(t *testing.T) {
	s := MustParse("process-gob,workers=1000")
	if s.retries() != 2 || s.silence() != 30*time.Second || s.frameLimit() != 64<<20 || s.procs() != 1 {
		t.Errorf("defaults: retries %d, silence %v, frame limit %d, procs %d",
			s.retries(), s.silence(), s.frameLimit(), s.procs())
	}
	if got, want := (Spec{Workers: 1}).procs(), runtime.NumCPU(); got != want {
		t.Errorf("one worker has %d procs, want %d", got, want)
	}
	s = MustParse("process-gob,retries=0,silence=0,frame-limit=2048,procs=1")
	if s.retries() != 0 || s.silence() != 0 || s.frameLimit() != 2048 || s.procs() != 1 {
		t.Errorf("turned off: retries %d, silence %v, frame limit %d, procs %d",
			s.retries(), s.silence(), s.frameLimit(), s.procs())
	}
}

func TestProgressIsOftenEnough(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"process-gob":                              time.Second,
		"process-gob,silence=0":                    time.Second,
		"process-gob,silence=2s":                   500 * time.Millisecond,
		"process-gob,item-timeout=100ms":           25 * time.Millisecond,
		"process-gob,item-timeout=1ms,silence=10s": time.Millisecond,
	} {
		if got := MustParse(text).progressEvery(); got != want {
			t.Errorf("%s: progress every %v, want %v", text, got, want)
		}
	}
}

// FuzzParse: what Parse takes is valid, comes back from its text, and can
// stand in the name of a benchmark; what it does not take gives nothing.
func FuzzParse(f *testing.F) {
	for _, c := range specTexts {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			if s != (Spec{}) || !strings.HasPrefix(err.Error(), "strategies: ") {
				t.Errorf("Parse(%q) = %+v, %v", text, s, err)
			}
			return
		}
		if err := s.Validate(); err != nil {
			t.Errorf("Parse(%q) is not valid: %v", text, err)
		}
		if back, err := Parse(s.String()); err != nil || back != s {
			t.Errorf("Parse(%q).String() = %q, which is %+v, %v; want %+v", text, s.String(), back, err, s)
		}
		checkName(t, s)
		checkName(t, s.Resolve())
	})
}
