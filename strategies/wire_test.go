package strategies

import (
	"bytes"
	"reflect"
	"testing"
)

var wireTables = [][]entry{
	nil,
	{{index: 0, status: statusSkipped, bytes: []byte{}}},
	{{index: 0, status: statusOK, bytes: []byte("one")}, {index: 3, status: statusError, bytes: []byte("two")}},
	{{index: 1, status: statusError, bytes: bytes.Repeat([]byte("x"), 300)}, {index: 3, status: statusSkipped, bytes: []byte{}}},
}

func TestTable(t *testing.T) {
	for _, entries := range wireTables {
		for _, batch := range []string{"", "the batch"} {
			src := append(appendTable([]byte("head"), entries), batch...)
			got, rest, err := readTable(src[len("head"):], 4)
			if err != nil || !reflect.DeepEqual(got, entries) || string(rest) != batch {
				t.Errorf("%+v and %q come back as %+v and %q, %v", entries, batch, got, rest, err)
			}
		}
	}
}

func TestTableThatDoesNotFit(t *testing.T) {
	good := appendTable(nil, wireTables[2])
	for name, src := range map[string][]byte{
		"nothing":                 {},
		"more than the chunk has": appendTable(nil, make([]entry, 5)),
		"an index too high":       appendTable(nil, []entry{{index: 4}}),
		"an index beyond int":     {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0},
		"the same index twice":    appendTable(nil, []entry{{index: 1}, {index: 1}}),
		"descending":              appendTable(nil, []entry{{index: 2}, {index: 1}}),
		"an unknown status":       appendTable(nil, []entry{{status: statusSpoiled + 1}}),
		"too many entries":        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"a length beyond the end": {1, 0, 0, 5, 'x'},
		"an endless number":       bytes.Repeat([]byte{0x80}, 20),
	} {
		if entries, rest, err := readTable(src, 4); err == nil {
			t.Errorf("%s: taken as %+v, %q", name, entries, rest)
		}
	}
	for n := range len(good) {
		if entries, _, err := readTable(good[:n], 4); err == nil {
			t.Errorf("cut to %d of %d bytes: taken as %+v", n, len(good), entries)
		}
	}
}

// tagged is a part of a trailer.
type tagged struct {
	tag   byte
	value string
}

func readTrailer(src []byte) (parts []tagged, ok bool) {
	ok = eachTag(src, func(tag byte, value []byte) { parts = append(parts, tagged{tag, string(value)}) })
	return parts, ok
}

func TestTrailer(t *testing.T) {
	want := []tagged{{tagLedger, "abc"}, {99, ""}, {tagRemaining, "x"}, {tagLedger, ""}}
	var src []byte
	for _, p := range want {
		src = appendTag(src, p.tag, []byte(p.value))
	}
	if got, ok := readTrailer(src); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v comes back as %+v, %v", want, got, ok)
	}
	if got, ok := readTrailer(nil); !ok || got != nil {
		t.Errorf("an empty trailer is %+v, %v", got, ok)
	}
	for _, src := range [][]byte{{1}, {1, 2, 0}, {1, 0, 2}, {1, 0x80}, {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}} {
		if got, ok := readTrailer(src); ok {
			t.Errorf("%x is taken as %+v", src, got)
		}
	}
}

func TestUnknownTagsAreSkipped(t *testing.T) {
	var w slot
	w.pace.open = 2
	l := ledger{Wait: 1, Transfer: 2, Busy: 300, Share: [4]int64{4, 5, 6, 7}}
	src := appendTag(nil, 200, []byte("of a later version"))
	src = appendTag(src, tagLedger, appendLedger(nil, l))
	src = appendTag(src, 201, nil)
	if !eachTag(src, w.charge) {
		t.Error("a trailer with unknown tags is refused")
	}
	if w.spent.lane != l || w.pace.item != 150 {
		t.Errorf("the worker is charged %+v and has %v ns an item, want %+v and 150", w.spent.lane, w.pace.item, l)
	}
}

func TestLedgerCrosses(t *testing.T) {
	for _, want := range []ledger{
		{},
		{Wait: 1, Transfer: 2, Busy: 3, Share: [4]int64{4, 5, 6, 7}},
		{Wait: 1 << 62, Transfer: -1, Busy: -1 << 63, Share: [4]int64{0, 1<<63 - 1, 0, 0}},
	} {
		src := appendLedger(nil, want)
		if got, ok := readLedger(src); !ok || got != want {
			t.Errorf("%+v comes back as %+v, %v", want, got, ok)
		}
		for n := range len(src) {
			if got, ok := readLedger(src[:n]); ok {
				t.Errorf("cut to %d of %d bytes: taken as %+v", n, len(src), got)
			}
		}
	}
}

// checkAgain wants what was read from src to be written as src. A number may
// have been written longer than it need be; then again is shorter.
func checkAgain(t *testing.T, src, again []byte) {
	t.Helper()
	if len(again) > len(src) || len(again) == len(src) && !bytes.Equal(again, src) {
		t.Errorf("%x was read, and is written as %x", src, again)
	}
}

func FuzzTable(f *testing.F) {
	for _, entries := range wireTables {
		f.Add(appendTable(nil, entries), uint16(4))
	}
	f.Fuzz(func(t *testing.T, src []byte, count uint16) {
		entries, rest, err := readTable(src, int(count))
		if err != nil {
			return
		}
		again := append(appendTable(nil, entries), rest...)
		checkAgain(t, src, again)
		entries2, rest2, err := readTable(again, int(count))
		if err != nil || !reflect.DeepEqual(entries, entries2) || !bytes.Equal(rest, rest2) {
			t.Errorf("%+v, %x is written and read as %+v, %x, %v", entries, rest, entries2, rest2, err)
		}
	})
}

func FuzzTrailer(f *testing.F) {
	f.Add([]byte{})
	f.Add(appendTag(appendTag(nil, tagLedger, appendLedger(nil, ledger{Busy: -5})), 77, []byte("later")))
	f.Fuzz(func(t *testing.T, src []byte) {
		parts, ok := readTrailer(src)
		if !ok {
			return
		}
		var again []byte
		for _, p := range parts {
			again = appendTag(again, p.tag, []byte(p.value))
			if l, ok := readLedger([]byte(p.value)); ok {
				if l2, ok := readLedger(appendLedger(nil, l)); !ok || l2 != l {
					t.Errorf("ledger %+v is written and read as %+v, %v", l, l2, ok)
				}
			}
		}
		checkAgain(t, src, again)
		if parts2, ok := readTrailer(again); !ok || !reflect.DeepEqual(parts, parts2) {
			t.Errorf("%+v is written and read as %+v, %v", parts, parts2, ok)
		}
	})
}
