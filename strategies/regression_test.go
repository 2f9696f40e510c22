package strategies

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

type wrapper struct{ err error }

func (w *wrapper) Error() string { return w.err.Error() }
func (w *wrapper) Unwrap() error { return w.err }

func TestNilErrorOfAType(t *testing.T) {
	for _, err := range []error{(*fs.PathError)(nil), (*wrapper)(nil)} {
		if got := crossed(t, err); !strings.Contains(got.Text, "panics") {
			t.Errorf("text %q", got.Text)
		}
	}
}

func TestWrappedPanicIsAnError(t *testing.T) {
	inner := &MapError{Failed: []*ItemError{{Index: 3, Attempts: 1, Err: &RemoteError{Type: typePanic, Text: "x"}}}}
	if got := crossed(t, inner); got.Type != "*strategies.MapError" || got.Text != inner.Error() {
		t.Errorf("an error that wraps a panic comes as %q %q", got.Type, got.Text)
	}
}

func TestBatchIsBoundedInBytes(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=100")
	d.mapOf(100)
	w := d.slots[0]
	w.pace.sent = 1 << 20
	if batch, _ := d.next(w, nil, false); len(batch) > 4 {
		t.Errorf("%d chunks of 1 MiB go out at once, the bound is 4 MiB", len(batch))
	}
}

func TestFullLineAtTheLimit(t *testing.T) {
	r := &stderr{out: newOutput(&paper{}, nil), prefix: ""}
	rest := r.forward([]byte(strings.Repeat("x", maxLine)))
	r.forward(append(rest, '\n'))
	r.out.close()
	if got := r.out.w.(*paper).lines; len(got) != 1 {
		t.Errorf("one line of %d bytes is forwarded as %d", maxLine, len(got))
	}
}

func TestTableAndBatch(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=3,window=1")
	d.mapOf(3)
	w := d.slots[0]
	c := d.send(w)[0]
	pr := d.spirit(w)
	pr.encoder, pr.decoder, pr.proto = nil, nil, d.def.load()
	d.codec, _ = lookupCodec("json")
	pr.decoder = d.codec.NewDecoder()
	f := frameFor(c, transport.Batch|transport.Last)
	f.Payload = append(appendTable(nil, []entry{{index: 0, status: statusOK, bytes: []byte("[5]")}}), "[1,2]"...)
	var l lap
	if err := pr.answer(f, &l); !errors.Is(err, errAnswer) {
		t.Errorf("a result in the table beside a batch: %v", err)
	}
}

type n1 struct {
	A *n2
	B *n3
	C *n4
	D *n5
	E *n6
	F *n7
	G *n8
	H *n9
}
type n2 struct {
	A *n1
	B *n3
	C *n4
	D *n5
	E *n6
	F *n7
	G *n8
	H *n9
}
type n3 struct {
	A *n1
	B *n2
	C *n4
	D *n5
	E *n6
	F *n7
	G *n8
	H *n9
}
type n4 struct {
	A *n1
	B *n2
	C *n3
	D *n5
	E *n6
	F *n7
	G *n8
	H *n9
}
type n5 struct {
	A *n1
	B *n2
	C *n3
	D *n4
	E *n6
	F *n7
	G *n8
	H *n9
}
type n6 struct {
	A *n1
	B *n2
	C *n3
	D *n4
	E *n5
	F *n7
	G *n8
	H *n9
}
type n7 struct {
	A *n1
	B *n2
	C *n3
	D *n4
	E *n5
	F *n6
	G *n8
	H *n9
}
type n8 struct {
	A *n1
	B *n2
	C *n3
	D *n4
	E *n5
	F *n6
	G *n7
	H *n9
}
type n9 struct {
	A *n1
	B *n2
	C *n3
	D *n4
	E *n5
	F *n6
	G *n7
	H *n8
}

func TestStructureIsNotExponential(t *testing.T) {
	began := time.Now()
	n := len(structure(reflect.TypeFor[n1]()))
	if n > 100_000 {
		t.Errorf("nine types that refer to each other are described in %d bytes, in %v", n, time.Since(began))
	}
}

func TestUnsentItemIsNotCharged(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=1,retries=0")
	_, st := d.mapOf(1)
	w := d.slots[0]
	d.next(w, nil, false) // cut, and the pipe is broken before it is sent
	d.die(w)
	if len(st.failed) != 0 {
		t.Errorf("an item that was never sent is given up: %v", st.failed[0])
	}
}
