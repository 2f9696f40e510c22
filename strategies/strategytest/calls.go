//go:build linux

package strategytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// callFaults are those of the caller. Most are checks of the suite, done once
// more beside the others.
var callFaults = []fault{
	{28, "slow-consumer", nil, slowConsumer},
	{29, "abandoned-stream", nil, breakHalfWay},
	{30, "cancelled-before", nil, cancelledBefore},
	{30, "cancelled-map", nil, cancelledMap},
	{30, "cancelled-stream", nil, cancelledStream},
	{30, "cancelled-twice", nil, cancelledTwice},
	{31, "list-sizes", nil, listSizes},
	{31, "huge-item", nil, hugeItem},
	{31, "special-numbers", nil, specialNumbers},
	{32, "short-sequence", nil, shortSequence},
	{32, "panicking-sequence", nil, panickingSequence},
	{33, "unencodable", processes, unencodable},
}

// cancelledTwice cancels a call again, with another cause, and after it has
// returned.
func cancelledTwice(t *testing.T, e env) {
	e.spec.Chunk = 3
	pool := open(t, e, act)
	items, dir := held(t, 6, "wait")
	ctx, cancel := causedCancel(t)
	done := mapStarted(ctx, t, pool, items, dir)
	cancel(errEnough)
	cancel(errors.New("another cause"))
	promptly(t, "a Map that is cancelled twice", func() {
		if err := <-done; !errors.Is(err, errEnough) {
			t.Errorf("Map: %v, want the first cause", err)
		}
	})
	cancel(errors.New("too late"))
	ended(t, pool, dir)
	if n := len(marks(dir, "started")); n > pool.Spec().Workers {
		t.Errorf("%d items were started, want none behind the one that each worker was at", n)
	}

	ctx, cancel = causedCancel(t)
	replies, err := pool.Map(ctx, orders(20, ""))
	cancel(errEnough)
	if err != nil {
		t.Errorf("Map that was cancelled after it had returned: %v", err)
	}
	right(t, orders(20, ""), replies)
	works(t, pool)
}

// hugeItem is of a size that fills many buffers, beside small ones.
func hugeItem(t *testing.T, e env) {
	pool := open(t, e, act)
	items := orders(10, "")
	items[4].Bytes = bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB
	replies := mapAll(t, pool, items)
	right(t, items, replies)
	if !bytes.Equal(replies[4].Bytes, items[4].Bytes) {
		t.Error("the huge item came back changed")
	}
}

// divided is trial division: the prime factors of a number.
var divided = strategies.Define("strategytest-divided", divide)

func divide(_ context.Context, n uint64) (factors []uint64, err error) {
	if n == 0 {
		return nil, errors.New("0 has no prime factors")
	}
	for p := uint64(2); p <= n/p; {
		if n%p == 0 {
			factors, n = append(factors, p), n/p
		} else if p++; p > 3 && p%2 == 0 {
			p++
		}
	}
	if n > 1 {
		factors = append(factors, n)
	}
	return factors, nil
}

// specialNumbers wants right answers, or an error for the one without.
func specialNumbers(t *testing.T, e env) {
	want := map[uint64][]uint64{
		0:                 nil,
		1:                 nil,
		2:                 {2},
		math.MaxUint64:    {3, 5, 17, 257, 641, 65537, 6700417},
		1 << 63:           slices.Repeat([]uint64{2}, 63),
		999983 * 999983:   {999983, 999983},
		1000003 * 1000003: {1000003, 1000003},
	}
	var numbers []uint64
	for n := range want {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	factors, err := open(t, e, divided).Map(within(t, patience), numbers)
	if failed := failures(t, err, 1)[0]; failed.Index != 0 || failed.Err.Error() != "0 has no prime factors" {
		t.Errorf("failed: %v, want item 0", failed)
	}
	for i, n := range numbers {
		if fmt.Sprint(factors[i]) != fmt.Sprint(want[n]) { // nil and empty are the same to codecs
			t.Errorf("%d: %v, want %v", n, factors[i], want[n])
		}
	}
}

// shortSequence ends before anybody thought it would: after nothing, and in
// the middle of a chunk.
func shortSequence(t *testing.T, e env) {
	if e.spec.Chunk == 0 {
		e.spec.Chunk = 8
	}
	pool := open(t, e, act)
	for _, n := range []int{0, 1, 13} {
		items := orders(n, "")
		right(t, items, streamAll(t, pool, items))
		right(t, items, gatherAll(t, pool, items))
	}
}
