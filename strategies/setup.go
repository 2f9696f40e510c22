package strategies

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// setup is a task's Setup with its type erased.
type setup struct {
	typ    reflect.Type
	run    func(ctx context.Context, value any) error
	encode func(e codec.Encoder, value any) ([]byte, error)
	decode func(c codec.Codec, src []byte) (any, error)
}

func newSetup[S any](run func(context.Context, S) error) *setup {
	return &setup{
		typ: reflect.TypeFor[S](),
		run: func(ctx context.Context, value any) error { return run(ctx, value.(S)) },
		encode: func(e codec.Encoder, value any) ([]byte, error) {
			return e.Encode(nil, &[]S{value.(S)})
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

// runSetup runs the task's Setup, if it has one. Its panic, and runtime.Goexit, are
// errors.
func runSetup(ctx context.Context, d *definition, value any) error {
	if d.setup == nil {
		return nil
	}
	err := guarded(func() error { return d.setup.run(ctx, value) })
	if err == errGoexit {
		return &RemoteError{Type: typeGoexit, Text: fmt.Sprintf("the Setup of task %q ended its goroutine with runtime.Goexit: it must return, with an error if it failed", d.name)}
	}
	return err
}

// encodeSetup encodes the data of the task's Setup, which may bring code of the user's
// along.
func (p *core) encodeSetup(ctx context.Context) ([]byte, error) {
	encoded := make(chan []byte, 1)
	err := p.hostOpen(ctx, func() error {
		bytes, err := p.def.setup.encode(p.def.encoder(p.codec), p.options.setup)
		encoded <- bytes
		return told(err)
	})
	if err != nil {
		return nil, fmt.Errorf("its data cannot be sent: %w", err)
	}
	return <-encoded, nil
}

// decodeSetup is the other side of it.
func (w *worker) decodeSetup(src []byte) (value any, err error) {
	err = guarded(func() error {
		value, err = w.def.setup.decode(w.codec, src)
		return told(err)
	})
	if err != nil {
		return nil, fmt.Errorf("its data cannot be read: %w", err)
	}
	return value, nil
}

// setUp sends the data of the task's Setup and waits for the outcome.
func (pr *process) setUp() error {
	if pr.core.def.setup == nil {
		return nil
	}
	f := transport.Frame{Header: transport.Header{Kind: transport.Setup}, Payload: pr.core.home.data}
	if size, limit := len(f.Payload), connLimit(pr.core.spec.frameLimit()); size > limit {
		return tooLarge("data of the Setup", size, limit)
	}
	if err := errors.Join(pr.control.Send(&f), pr.control.Flush()); err != nil {
		return pr.explain(err)
	}
	if err := pr.control.Recv(&f); err != nil {
		return pr.explain(err)
	}
	if f.Header.Kind != transport.Setup {
		return fmt.Errorf("a frame of kind %d came instead of the outcome of the setup", f.Header.Kind)
	}
	if len(f.Payload) == 0 {
		return nil
	}
	failed, ok := readError(f.Payload, pr.core.def.sentinels)
	if !ok {
		return errAnswer
	}
	return &setupError{failed}
}

// setupError is the error of a task's Setup in a worker. Trying again would
// not help.
type setupError struct{ err error }

func (e *setupError) Error() string { return "setup: " + e.err.Error() }
func (e *setupError) Unwrap() error { return e.err }
