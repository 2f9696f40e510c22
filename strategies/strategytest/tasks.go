package strategytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// act is the task of most checks: it does what the item says.
var act = strategies.Define("strategytest-act", perform,
	strategies.Errors(errKnown, strategies.ErrInWorker))

// order is an item of act.
type order struct {
	Act   string // a key of acts
	N     int    // the number of the item
	Dir   string // for acts that leave marks, which the check can see
	Bytes []byte
}

// reply is the result of act.
type reply struct {
	N     int // three times that of the order
	PID   int // of the worker
	Text  string
	Bytes []byte
}

var (
	errKnown   = errors.New("a known error")
	errUnknown = errors.New("an error that only the worker has")
)

// refusal is an error of a type of its own.
type refusal struct{ n int }

func (r *refusal) Error() string { return fmt.Sprintf("item %d is refused", r.n) }

func perform(ctx context.Context, o order) (reply, error) {
	if o.Act == "" {
		return answer(o, ""), nil
	}
	return acts[o.Act](ctx, o)
}

func answer(o order, text string) reply {
	return reply{N: 3 * o.N, PID: os.Getpid(), Text: text, Bytes: o.Bytes}
}

// acts is what act can do besides answering.
var acts = map[string]func(context.Context, order) (reply, error){
	"refuse":   func(_ context.Context, o order) (reply, error) { return reply{}, &refusal{o.N} },
	"known":    func(context.Context, order) (reply, error) { return reply{}, fmt.Errorf("wrapped: %w", errKnown) },
	"unknown":  func(context.Context, order) (reply, error) { return reply{}, errUnknown },
	"canceled": func(context.Context, order) (reply, error) { return reply{}, fmt.Errorf("own: %w", context.Canceled) },
	"deadline": func(context.Context, order) (reply, error) { return reply{}, context.DeadlineExceeded },
	"panic":    func(_ context.Context, o order) (reply, error) { panic(fmt.Sprintf("item %d panics", o.N)) },
	"goexit":   func(context.Context, order) (reply, error) { runtime.Goexit(); return reply{}, nil },

	"pause":     pause,
	"remaining": remaining,
	"value":     value,
	"wait":      waitForEnd,
	"stubborn":  ignoreEnd,
	"follow":    follow,
	"meet":      meet,
	"print":     printLines,
	"flood":     flood,
	"grow":      grow,
	"swell":     swell,
	"lament":    lament,
	"die":       func(context.Context, order) (reply, error) { os.Exit(3); return reply{}, nil },
	"die once":  dieOnce,
	"nest":      nest,
}

// pause answers after a while that depends on the number, so that later items
// overtake earlier ones.
func pause(_ context.Context, o order) (reply, error) {
	time.Sleep(time.Duration((o.N*7)%5) * 200 * time.Microsecond)
	return answer(o, ""), nil
}

// remaining answers with the time to the deadline.
func remaining(ctx context.Context, o order) (reply, error) {
	if end, ok := ctx.Deadline(); ok {
		return answer(o, time.Until(end).String()), nil
	}
	return answer(o, "none"), nil
}

type secret struct{}

// value answers with a value of the context.
func value(ctx context.Context, o order) (reply, error) {
	return answer(o, fmt.Sprint(ctx.Value(secret{}))), nil
}

// waitForEnd waits for the end of its context, and leaves a mark before and
// after.
func waitForEnd(ctx context.Context, o order) (reply, error) {
	mark(o, "started")
	<-ctx.Done()
	mark(o, "ended")
	return reply{}, ctx.Err()
}

// ignoreEnd does not look at its context. It goes on until there is a file
// "open".
func ignoreEnd(_ context.Context, o order) (reply, error) {
	mark(o, "started")
	if !seen(filepath.Join(o.Dir, "open"), 2*patience) {
		return reply{}, errors.New("nobody let it go on")
	}
	mark(o, "ended")
	return answer(o, ""), nil
}

// follow answers once the check has seen the answer before this one. Where
// answers wait for the next item to finish, that is never.
func follow(_ context.Context, o order) (reply, error) {
	time.Sleep(5 * time.Millisecond)
	if o.N > 0 && !seen(markPath(order{N: o.N - 1, Dir: o.Dir}, "arrived"), patience/3) {
		return reply{}, fmt.Errorf("the answer before item %d has not arrived", o.N)
	}
	return answer(o, ""), nil
}

// meet answers once the other of two items runs as well.
func meet(_ context.Context, o order) (reply, error) {
	mark(o, "started")
	if !seen(markPath(order{N: 1 - o.N, Dir: o.Dir}, "started"), patience/3) {
		return reply{}, fmt.Errorf("item %d waited for item %d in vain", o.N, 1-o.N)
	}
	return answer(o, ""), nil
}

func printLines(_ context.Context, o order) (reply, error) {
	fmt.Printf("stdout of item %d\n", o.N)
	fmt.Fprintf(os.Stderr, "stderr of item %d\n", o.N)
	return answer(o, ""), nil
}

// flood prints a megabyte.
func flood(_ context.Context, o order) (reply, error) {
	line := strings.Repeat("x", 1023) + "\n"
	for range 1024 {
		fmt.Print(line)
	}
	return answer(o, ""), nil
}

// grow answers with a megabyte.
func grow(_ context.Context, o order) (reply, error) {
	o.Bytes = make([]byte, 1<<20)
	return answer(o, ""), nil
}

// swell answers with ten kilobytes.
func swell(_ context.Context, o order) (reply, error) {
	o.Bytes = make([]byte, 10<<10)
	return answer(o, ""), nil
}

// lament fails with a long text.
func lament(context.Context, order) (reply, error) {
	return reply{}, errors.New(strings.Repeat("alas ", 10<<10))
}

// dieOnce ends the worker in the first of its runs.
func dieOnce(_ context.Context, o order) (reply, error) {
	if !seen(markPath(o, "died"), 0) {
		mark(o, "died")
		os.Exit(3)
	}
	return answer(o, ""), nil
}

// nest opens a pool inside the task: of the spec in Bytes.
func nest(ctx context.Context, o order) (reply, error) {
	pool, err := strategies.Open(ctx, collatz, strategies.MustParse(string(o.Bytes)))
	if err != nil {
		return reply{}, err
	}
	defer pool.Close()
	steps, err := pool.Map(ctx, []uint64{27, 97})
	return answer(o, fmt.Sprint(steps)), err
}

// mark leaves a file that says what the item has come to.
func mark(o order, what string) {
	f, err := os.Create(markPath(o, what))
	if err != nil {
		panic(err)
	}
	f.Close()
}

func markPath(o order, what string) string {
	return filepath.Join(o.Dir, strconv.Itoa(o.N)+"."+what)
}

// seen reports whether there is, or soon will be, a file of that name.
func seen(path string, soon time.Duration) bool {
	for end := time.Now().Add(soon); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return true
		}
		if !time.Now().Before(end) {
			return false
		}
	}
}

// collatz is real work on numbers: the steps to 1.
var collatz = strategies.Define("strategytest-collatz", func(_ context.Context, n uint64) (uint64, error) {
	return collatzSteps(n), nil
})

func collatzSteps(n uint64) (steps uint64) {
	for ; n > 1; steps++ {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
	}
	return steps
}
