package bench

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

func TestSlowness(t *testing.T) {
	args := []string{"x.test", "-test.bench=^BenchmarkFactor$/^strategy=process-gob$/^digits=9$"}
	got := slowness("compute:10:Factor/strategy=process-gob/,encode:5:strategy=serial/,trip:20:digits=9", args)
	if len(got) != 2 || got["compute"] != 0.1 || got["trip"] != 0.2 {
		t.Errorf("%v", got)
	}
	if got := slowness("", args); len(got) != 0 {
		t.Errorf("%v, want nothing", got)
	}
}

func TestTwice(t *testing.T) {
	for part, want := range map[float64]int{0: 0, 0.05: 50, 0.1: 100, 1: 1000} {
		n := 0
		for i := range 1000 {
			if twice(int64(i+1), part) {
				n++
			}
		}
		if n < want-1 || n > want {
			t.Errorf("part %g: %d of 1000, want %d", part, n, want)
		}
	}
}

// counted counts what goes through the seams. Workers are started at the same time.
type counted struct {
	codec.Codec
	encoders *atomic.Int64
}

func (c counted) NewEncoder() codec.Encoder {
	c.encoders.Add(1)
	return c.Codec.NewEncoder()
}

// The seams are still those of package strategies: what is put there is used.
func TestSlowSeams(t *testing.T) {
	var encoders, conns atomic.Int64
	restore := setSeams(func(name string) (codec.Codec, bool) {
		c, ok := codec.Lookup(name)
		return counted{c, &encoders}, ok
	}, func(c transport.Conn) transport.Conn {
		conns.Add(1)
		return &slowConn{Conn: c}
	})
	defer restore()
	solve(t, factor.Number.Factor, factor.Number.Items(factor.Work{Digits: 5, Items: 100, Seed: seed}), "process-gob,workers=2")
	if encoders.Load() < 2 || conns.Load() != 2 {
		t.Errorf("%d encoders, %d connections, want those of two workers", encoders.Load(), conns.Load())
	}
}

// The linker does not compare types: this does.
func TestSeamsFit(t *testing.T) {
	ours, theirs := declared(t, "slow_test.go"), declared(t, filepath.Join("..", "strategies", "seams.go"))
	if ours != theirs {
		t.Errorf("setSeams is %s here and %s there", ours, theirs)
	}
}

// declared is the type of setSeams in a file, as it is spelt there.
func declared(t *testing.T, path string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "setSeams" {
			return types.ExprString(f.Type)
		}
	}
	t.Fatalf("%s: no setSeams", path)
	return ""
}

// A slower task gives the same answers.
func TestSlowFactor(t *testing.T) {
	setSlow(t, map[string]float64{"compute": 0.5})
	shape := slowDown(factor.Number)
	if shape.Factor != slowFactor {
		t.Fatal("the task is the usual one")
	}
	items := factor.Number.Items(factor.Work{Digits: 5, Items: 100, Seed: seed})
	got, want := solve(t, shape.Factor, items, "serial"), solve(t, factor.Number.Factor, items, "serial")
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func setSlow(t *testing.T, parts map[string]float64) {
	was := slow
	slow = parts
	t.Cleanup(func() { slow = was })
}

// still is a connection on which nothing happens.
type still struct{ transport.Conn }

func (still) Send(*transport.Frame) error { return nil }

// What dallies takes at least its part of the time before.
func TestDally(t *testing.T) {
	setSlow(t, map[string]float64{"trip": 1})
	const before = 4 * time.Millisecond
	c := &slowConn{Conn: still{}, last: time.Now().Add(-before)}
	began := time.Now()
	if err := c.Send(nil); err != nil || time.Since(began) < before {
		t.Errorf("%v after %v, want %v", err, time.Since(began), before)
	}
	began = time.Now()
	if dally(began.Add(-before), 0.5); time.Since(began) < before/2 {
		t.Errorf("%v, want %v", time.Since(began), before/2)
	}
}
