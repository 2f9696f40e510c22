package bench

import (
	"strings"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

func TestName(t *testing.T) {
	w := factor.Work{Digits: 9}
	for text, want := range map[string]string{
		"serial":                "strategy=serial/digits=9/shape=number/workers=1/chunk=auto",
		"process-gob,workers=2": "strategy=process-gob/digits=9/shape=number/workers=2/chunk=auto",
		"process-json,chunk=64,window=1,workers=4": "strategy=process-json/digits=9/shape=number/workers=4/chunk=64/window=1",
		"shared-file,workers=2,on=disk":            "strategy=shared-file/digits=9/shape=number/workers=2/chunk=auto/wait=notify/on=disk",
	} {
		if got := Name(strategies.MustParse(text), w.Keys()...); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, c := range []struct {
		name, spec string
		want       string // in the error; "" = the name is true
	}{
		{"BenchmarkX/strategy=serial/digits=9/workers=1/chunk=auto", "serial", ""},
		{"BenchmarkX/strategy=process-gob/workers=2/chunk=64/window=3", "process-gob,workers=2,chunk=64,window=3", ""},
		{"BenchmarkX/strategy=shared-file/workers=1/chunk=auto/wait=notify", "shared-file,workers=1,on=disk", ""},
		{"BenchmarkX/strategy=goroutines/workers=1/chunk=auto", "serial", "should say strategy=serial"},
		{"BenchmarkX/strategy=goroutines/workers=2/chunk=auto", "goroutines,workers=4", "should say workers=4"},
		{"BenchmarkX/strategy=goroutines/chunk=auto", "goroutines,workers=4", "should say workers=4"},
		{"BenchmarkX/strategy=goroutines/workers=4/chunk=64", "goroutines,workers=4", "should say chunk=auto"},
		{"BenchmarkX/strategy=process-gob/workers=4/chunk=auto/window=1", "process-gob,workers=4", "says window=1, which the pool does not"},
		{"BenchmarkX/strategy=shared-file/workers=1/chunk=auto/wait=notify/on=memory", "shared-file,workers=1,on=disk", "should say on=disk"},
		{"BenchmarkX", "serial", "should say strategy=serial"},
	} {
		err := checkName(c.name, strategies.MustParse(c.spec).Resolve())
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s for %s: %v", c.name, c.spec, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s for %s: error %v, want one with %q", c.name, c.spec, err, c.want)
		}
	}
}
