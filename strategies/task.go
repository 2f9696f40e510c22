package strategies

import (
	"context"
	"fmt"
	"reflect"

	"github.com/handoff-go/handoff/strategies/codec"
	"sync"
)

// Task is a function that coordinator and workers know by its name. It is made
// by [Define] and may be used by many goroutines and many pools.
type Task[In, Out any] struct{ def *definition }

// Name returns the name that the task was defined with.
func (t *Task[In, Out]) Name() string { return t.def.name }

// Define names a function so that worker processes can find it. Call it for a
// package-level variable, so that both processes have it; a second Define of
// the same name panics.
//
// The function is called by several goroutines at once, in worker processes or
// in this one. Its context ends when the call is cancelled and carries the
// call's deadline, but no values. An error or a panic is the item's answer. It
// must not rely on what main does after Init.
func Define[In, Out any](name string, run func(context.Context, In) (Out, error), options ...TaskOption) *Task[In, Out] {
	def := &definition{
		name: name,
		in:   reflect.TypeFor[In](),
		out:  reflect.TypeFor[Out](),
		load: func() load { return &cargo[In, Out]{run: run} },
	}
	def.inCode, def.outCode = hosts(def.in), hosts(def.out)
	for _, o := range options {
		o(def)
	}
	register(def)
	return &Task[In, Out]{def}
}

// definition is a task with its types erased.
type definition struct {
	name      string
	in, out   reflect.Type
	inCode    bool // items bring code of the user's along
	outCode   bool // results do
	lossy     bool
	sentinels []error
	setup     *setup
	load      func() load // an empty load of the task's types
}

// encoder returns an encoder of c for the task's values.
func (d *definition) encoder(c codec.Codec) codec.Encoder { return codec.NewEncoder(c, d.lossy) }

// TaskOption is an option of [Define].
type TaskOption func(*definition)

// Errors names the errors that errors.Is is to find in what the task returns,
// in a worker process as in this one. Their order is part of the task: it must
// be the same in both processes.
func Errors(sentinels ...error) TaskOption {
	return func(d *definition) { d.sentinels = append(d.sentinels, sentinels...) }
}

// Lossy allows types with fields that the codec drops.
func Lossy() TaskOption {
	return func(d *definition) { d.lossy = true }
}

// Setup names a function that takes the data that all items share, given with
// [WithSetup] and sent to each worker once. It runs once in each worker before
// its first item, one worker after the other where they share a process; its
// error is the error of Open.
func Setup[S any](run func(context.Context, S) error) TaskOption {
	return func(d *definition) { d.setup = newSetup(run) }
}

var tasks = struct {
	sync.Mutex
	byName map[string]*definition
}{byName: map[string]*definition{}}

func register(d *definition) {
	tasks.Lock()
	defer tasks.Unlock()
	if _, ok := tasks.byName[d.name]; ok {
		panic(fmt.Sprintf("strategies: task %q is defined twice", d.name))
	}
	tasks.byName[d.name] = d
}

func taskByName(name string) (*definition, bool) {
	tasks.Lock()
	defer tasks.Unlock()
	d, ok := tasks.byName[name]
	return d, ok
}
