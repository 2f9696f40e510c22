package main

import "testing"

// A queue through which much passes stays as small as what it holds.
func TestQueue(t *testing.T) {
	var q queue
	for i := range uint64(10) {
		q.push(i)
	}
	for i := range uint64(100_000) {
		if got := q.pop(); got != i {
			t.Fatalf("got %d, want %d", got, i)
		}
		q.push(i + 10)
	}
	if cap(q.items) > 100 {
		t.Errorf("room for %d numbers, with 10 in it", cap(q.items))
	}
}
