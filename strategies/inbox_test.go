package strategies

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

func numbered(ids ...uint64) (frames []transport.Frame) {
	for _, id := range ids {
		frames = append(frames, transport.Frame{Header: transport.Header{Chunk: id}})
	}
	return frames
}

func TestInboxKeepsOrder(t *testing.T) {
	b := newInbox()
	if b.peek() {
		t.Error("an empty inbox has something")
	}
	b.put(numbered(1))
	b.put(numbered(2, 3))
	for i := range 3 {
		if !b.peek() {
			t.Errorf("before frame %d the inbox says that it is empty", i+1)
		}
		f, behind, ok := b.take()
		if !ok || f.Header.Chunk != uint64(i+1) || behind != 2-i {
			t.Errorf("took chunk %d with %d behind it, %v; want %d with %d", f.Header.Chunk, behind, ok, i+1, 2-i)
		}
	}
	if b.peek() {
		t.Error("an emptied inbox has something")
	}
}

// TestInboxDoesNotGrow: what was taken makes room for what comes, also where the
// inbox is never empty.
func TestInboxDoesNotGrow(t *testing.T) {
	b := newInbox()
	b.put(numbered(0, 1, 2))
	for i := range uint64(10_000) {
		b.put(numbered(i + 3))
		if f, behind, _ := b.take(); f.Header.Chunk != i || behind != 3 {
			t.Fatalf("took chunk %d with %d behind it, want %d with 3", f.Header.Chunk, behind, i)
		}
	}
	if n := cap(b.frames); n > 16 {
		t.Errorf("room for %d frames, and there were never more than 4", n)
	}
}

func TestInboxIsEmptiedBeforeItStops(t *testing.T) {
	b := newInbox()
	b.put(numbered(1))
	b.stop()
	if f, _, ok := b.take(); !ok || f.Header.Chunk != 1 {
		t.Errorf("a stopped inbox lost its last chunk: %d, %v", f.Header.Chunk, ok)
	}
	if _, _, ok := b.take(); ok {
		t.Error("a stopped, empty inbox gave something")
	}
}

func TestTakeWaits(t *testing.T) {
	for name, end := range map[string]func(*inbox){
		"put":  func(b *inbox) { b.put(numbered(7)) },
		"stop": func(b *inbox) { b.stop() },
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newInbox()
			var took time.Duration
			began := time.Now()
			go func() {
				f, _, ok := b.take()
				took = time.Since(began)
				if ok != (name == "put") || ok && f.Header.Chunk != 7 {
					t.Errorf("%s: chunk %d, %v", name, f.Header.Chunk, ok)
				}
			}()
			time.Sleep(time.Second)
			end(b)
			synctest.Wait()
			if took != time.Second {
				t.Errorf("%s after a second: take returned after %v", name, took)
			}
		})
	}
}
