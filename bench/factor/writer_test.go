package factor

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
)

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, n := range []uint64{0, 1, 7, 12} {
		if err := w.Write(n, Factorize(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "0:\n1:\n7: 7\n12: 2 2 3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriterDoesNotKeepALine(t *testing.T) {
	in, out := io.Pipe()
	w := NewWriter(out)
	if err := w.Write(12, []uint64{2, 2, 3}); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(10*time.Second, func() { in.CloseWithError(errors.New("the line did not come")) })
	line := make([]byte, 100)
	n, err := in.Read(line)
	if got := string(line[:n]); got != "12: 2 2 3\n" || err != nil {
		t.Errorf("read %q (%v)", got, err)
	}
	in.CloseWithError(errors.New("the reader is gone"))
	for w.Write(1, nil) == nil {
		time.Sleep(time.Millisecond)
	}
	if err := w.Close(); err == nil || err.Error() != "the reader is gone" {
		t.Errorf("Close: %v", err)
	}
}
