package strategies

import (
	"context"
	"fmt"
	"reflect"

	"github.com/handoff-go/handoff/strategies/codec"
)

// setup is a task's Setup with its type erased.
type setup struct {
	typ    reflect.Type
	run    func(ctx context.Context, value any) error
	encode func(c codec.Codec, value any) ([]byte, error)
	decode func(c codec.Codec, src []byte) (any, error)
}

func newSetup[S any](run func(context.Context, S) error) *setup {
	return &setup{
		typ: reflect.TypeFor[S](),
		run: func(ctx context.Context, value any) error { return run(ctx, value.(S)) },
		encode: func(c codec.Codec, value any) ([]byte, error) {
			return c.NewEncoder().Encode(nil, &[]S{value.(S)})
		},
		decode: func(c codec.Codec, src []byte) (any, error) {
			var values []S
			if err := c.NewDecoder().Decode(src, &values); err != nil {
				return nil, err
			}
			if len(values) != 1 {
				return nil, fmt.Errorf("%d values for the setup, want 1", len(values))
			}
			return values[0], nil
		},
	}
}

// checkSetup reports a Setup without its data, data without a Setup, and data
// of another type.
func checkSetup(d *definition, value any) error {
	switch {
	case d.setup == nil && value != nil:
		return fmt.Errorf("strategies: task %q has no Setup for the %T of WithSetup", d.name, value)
	case d.setup != nil && reflect.TypeOf(value) != d.setup.typ:
		return fmt.Errorf("strategies: task %q: its Setup wants WithSetup of a %v, not %T", d.name, d.setup.typ, value)
	}
	return nil
}

// runSetup runs the task's Setup, if it has one, and turns its panic into an
// error.
func runSetup(ctx context.Context, d *definition, value any) (err error) {
	if d.setup == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return d.setup.run(ctx, value)
}
