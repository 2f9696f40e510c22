package strategies

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies/codec"
)

func withSetup[S any](run func(context.Context, S) error) *definition {
	return &definition{name: "draw", setup: newSetup(run)}
}

func TestCheckSetup(t *testing.T) {
	ints := withSetup(func(context.Context, []int) error { return nil })
	for _, c := range []struct {
		def   *definition
		value any
		want  string
	}{
		{ints, []int{1}, ""},
		{&definition{name: "draw"}, nil, ""},
		{ints, nil, `strategies: task "draw": its Setup wants WithSetup of a []int, not <nil>`},
		{ints, []int64{1}, `strategies: task "draw": its Setup wants WithSetup of a []int, not []int64`},
		{&definition{name: "draw"}, 5, `strategies: task "draw" has no Setup for the int of WithSetup`},
	} {
		got := ""
		if err := checkSetup(c.def, c.value); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("Setup with %v: %q, want %q", c.value, got, c.want)
		}
	}
}

func TestRunSetup(t *testing.T) {
	odd := errors.New("odd")
	d := withSetup(func(_ context.Context, n int) error {
		switch n {
		case 1:
			return odd
		case 2:
			panic("very odd")
		}
		return nil
	})
	if err := runSetup(t.Context(), d, 0); err != nil {
		t.Errorf("Setup failed with %v", err)
	}
	if err := runSetup(t.Context(), d, 1); !errors.Is(err, odd) {
		t.Errorf("the error of Setup is %v", err)
	}
	var remote *RemoteError
	if err := runSetup(t.Context(), d, 2); !errors.As(err, &remote) || remote.Text != "very odd" || remote.Stack == "" {
		t.Errorf("the panic of Setup is %+v", err)
	}
	if err := runSetup(t.Context(), &definition{}, nil); err != nil {
		t.Errorf("without a Setup: %v", err)
	}
}

func TestSetupDataCrosses(t *testing.T) {
	want := map[string]int{"a": 1, "b": 2}
	d := withSetup(func(context.Context, map[string]int) error { return nil })
	for _, name := range []string{"gob", "json"} {
		c, _ := codec.Lookup(name)
		src, err := d.setup.encode(c.NewEncoder(), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.setup.decode(c, src)
		if err != nil || !maps.Equal(got.(map[string]int), want) {
			t.Errorf("%s: %v comes as %v, %v", name, want, got, err)
		}
		two, err := c.NewEncoder().Encode(nil, &[]map[string]int{want, want})
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range [][]byte{two, nil, []byte("nonsense")} {
			if got, err := d.setup.decode(c, src); err == nil {
				t.Errorf("%s: %q is taken as %v", name, src, got)
			}
		}
	}
}

// TestSetupOverTheLimit: the error names the part, its size and the key.
func TestSetupOverTheLimit(t *testing.T) {
	_, err := Open(t.Context(), setUpTask, MustParse("process-gob,workers=1,frame-limit=1MiB"), WithSetup(strings.Repeat("x", 2<<20)))
	for _, want := range []string{"the data of the Setup is 2097", "frame-limit=1MiB"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open: %v, want %q in it", err, want)
		}
	}
}

var setUpTask = Define("test-setup-large", func(_ context.Context, n int) (int, error) { return n, nil },
	Setup(func(context.Context, string) error { return nil }))
