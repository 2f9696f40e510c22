package strategies

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestGateUnderPressure has many goroutines go in and out, each writing what
// only an open gate protects: the race detector sees a close that comes early.
func TestGateUnderPressure(t *testing.T) {
	for range 200 {
		const users = 8
		g := newGate()
		results := make([]int, users)
		var inside, refused atomic.Int64
		var all sync.WaitGroup
		for i := range users {
			all.Go(func() {
				for g.enter() {
					inside.Add(1)
					results[i]++
					inside.Add(-1)
					g.leave()
				}
				refused.Add(1)
			})
		}
		g.close()
		if n := inside.Load(); n != 0 {
			t.Fatalf("%d are inside after close", n)
		}
		for i := range results {
			results[i] = 0 // the caller's again
		}
		all.Wait()
		if refused.Load() != users || g.enter() {
			t.Fatalf("%d of %d were refused by a closed gate", refused.Load(), users)
		}
	}
}

func TestCloseWaitsForThoseInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.enter()
		g.enter()
		closed := make(chan struct{})
		go func() { g.close(); close(closed) }()
		isClosed := func() bool {
			synctest.Wait()
			select {
			case <-closed:
				return true
			default:
				return false
			}
		}
		if isClosed() {
			t.Fatal("close returned with two inside")
		}
		if g.enter() { // it does not get in, and does not end the waiting
			t.Error("a closing gate let somebody in")
		}
		g.leave()
		if isClosed() {
			t.Fatal("close returned with one inside")
		}
		g.leave()
		if !isClosed() {
			t.Error("close waits though all have left")
		}
	})
}

func TestCloseOfAnEmptyGate(t *testing.T) {
	g := newGate()
	if !g.enter() {
		t.Fatal("an open gate refuses")
	}
	g.leave()
	done := make(chan struct{})
	go func() { g.close(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("close waits for nobody")
	}
}

// TestCallClosesWhenNobodyIsInside: a Map returns once nobody touches its items
// or results any more.
func TestCallClosesWhenNobodyIsInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1")
		call, _ := d.mapOf(1)
		if !call.gate.enter() {
			t.Fatal("the gate of an open call is shut")
		}
		closed := false
		go func() { call.close(); closed = true }()
		synctest.Wait()
		if closed {
			t.Error("the call is closed with somebody inside")
		}
		call.gate.leave()
		synctest.Wait()
		if !closed {
			t.Error("the call is not closed with nobody inside")
		}
	})
}
