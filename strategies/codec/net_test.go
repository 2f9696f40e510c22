package codec

import (
	"encoding"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/quick"
	"time"
)

// # The net
//
// Random values of random types go through every codec as a pool sends them, and
// must come back equal, or an error must say that they cannot. What is equal says
// [equality], what belongs to whom [areas].

// unwritable are types whose insides are shared, and which nobody can write to; and
// those that keep what they were told not to.
var unwritable = []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[netip.Addr](), reflect.TypeFor[Keeps](), reflect.TypeFor[Cborer]()}

// tally is what became of the values that were sent by one codec.
type tally struct {
	types, refusedTypes      int // by Check
	values, carried, refused int
	reasons                  map[string]int // of refusals
}

func newTally() *tally { return &tally{reasons: map[string]int{}} }

func (n *tally) String() string {
	return fmt.Sprintf("%d values: %d carried, %d refused; %d types, %d refused by Check",
		n.values, n.carried, n.refused, n.types, n.refusedTypes)
}

// voyage is a stream of messages of one type by one codec.
type voyage struct {
	codec  Codec
	elem   reflect.Type
	enc    Encoder
	dec    Decoder
	frame  []byte        // used again
	room   reflect.Value // memory to decode into, used again
	reuses bool
	sent   reflect.Value // a slice of all that was carried
	got    reflect.Value
	tally  *tally
	same   equality
}

// sail draws a type and values from c, and sends them.
func sail(codec Codec, c *chance, n *tally) error {
	elem := acceptedType(codec, c, n)
	if elem == nil {
		return nil
	}
	return sailWith(codec, elem, c, n)
}

// sailWith draws values of a type from c, and sends them.
func sailWith(codec Codec, elem reflect.Type, c *chance, n *tally) error {
	list := reflect.SliceOf(elem)
	v := &voyage{codec: codec, elem: elem, enc: codec.NewEncoder(), dec: codec.NewDecoder(), tally: n,
		room: reflect.New(list), sent: reflect.New(list).Elem(), got: reflect.New(list).Elem(),
		reuses: !readsItself(elem, nil), same: equality{ways: waysOf(codec), zeros: codec.Name() == "gob"}}
	for range 1 + c.below(5) {
		values := reflect.New(list)
		values.Elem().Set(reflect.MakeSlice(list, []int{1, 1, 2, 3, 0, 7, 24}[c.below(7)], 24))
		for i := range values.Elem().Len() {
			anyValue(c, values.Elem().Index(i), 5)
		}
		if err := v.batch(values); err != nil {
			return err
		}
	}
	return v.arrived()
}

// acceptedType draws types until there is one that Check lets pass.
func acceptedType(codec Codec, c *chance, n *tally) reflect.Type {
	for range 4 {
		t := anyType(c, 1+c.below(4), anyWish(c))
		n.types++
		if codec.Check(t, false) == nil {
			return t
		}
		n.refusedTypes++
	}
	return nil
}

// readsItself reports whether t has parts that a pool does not move once they were
// decoded.
func readsItself(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == reflect.TypeFor[time.Time]() || seen[t] {
		return false
	}
	if seen == nil {
		seen = map[reflect.Type]bool{}
	}
	seen[t] = true
	for m := range reflect.PointerTo(t).Methods() {
		if strings.HasPrefix(m.Name, "Unmarshal") || m.Name == "GobDecode" {
			return true
		}
	}
	switch t.Kind() {
	case reflect.Array:
		return readsItself(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if readsItself(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// batch sends values as one message, or, if they cannot go together, each by itself.
func (v *voyage) batch(values reflect.Value) error {
	err := v.message(values)
	var changed *wrongValue
	if err == nil || errors.As(err, &changed) {
		return err
	}
	v.enc, v.dec = v.codec.NewEncoder(), v.codec.NewDecoder()
	for i := range values.Elem().Len() {
		one := reflect.New(values.Type().Elem())
		one.Elem().Set(values.Elem().Slice3(i, i+1, i+1))
		err := v.message(one)
		if errors.As(err, &changed) {
			return err
		}
		if err != nil {
			v.tally.values++
			v.tally.refused++
			v.tally.reasons[err.Error()]++
			if !troublesome(one.Elem().Index(0), v.codec.Name() == "gob") {
				return wrong("refused without a reason: %v\nsent %s", err, show(one.Elem().Index(0)))
			}
		}
		v.enc, v.dec = v.codec.NewEncoder(), v.codec.NewDecoder()
	}
	return nil
}

// wrongValue is what no error of a codec may hide.
type wrongValue struct{ text string }

func (w *wrongValue) Error() string { return w.text }

func wrong(format string, args ...any) error { return &wrongValue{fmt.Sprintf(format, args...)} }

// message sends values. An error that is no wrongValue is the codec's.
func (v *voyage) message(values reflect.Value) error {
	const head = "head"
	src, err := v.enc.Encode([]byte(head), values.Interface())
	if err != nil {
		if string(src) != head {
			return wrong("after %v Encode does not return dst as it was", err)
		}
		return err
	}
	if string(src[:len(head)]) != head {
		return wrong("Encode changed what was in dst")
	}
	src = src[len(head):]
	v.frame = append(v.frame[:0], src...)
	room := v.room
	if n := values.Elem().Len(); !v.reuses || room.Elem().Cap() < n {
		room.Elem().Set(reflect.MakeSlice(room.Type().Elem(), 0, n))
	}
	room.Elem().SetLen(0)
	kept := false
	if k, ok := v.dec.(Keeper); ok {
		kept, err = k.DecodeKeep(v.frame, room.Interface())
	} else {
		err = v.dec.Decode(v.frame, room.Interface())
	}
	if kept {
		v.frame = nil
	}
	for i := range v.frame { // which the next message overwrites
		v.frame[i] = 0xaa
	}
	if err != nil {
		room.Elem().SetZero()
		return err
	}
	if got := room.Elem().Len(); got != values.Elem().Len() {
		return wrong("%d values came back as %d", values.Elem().Len(), got)
	}
	v.tally.values += room.Elem().Len()
	v.tally.carried += room.Elem().Len()
	v.sent.Set(reflect.AppendSlice(v.sent, values.Elem()))
	if v.reuses {
		v.got.Set(reflect.AppendSlice(v.got, room.Elem()))
		room.Elem().Clear()
		return nil
	}
	return v.compare(values.Elem(), room.Elem())
}

func (v *voyage) compare(sent, got reflect.Value) error {
	for i := range sent.Len() {
		if differs := v.same.difference(&trail{name: "value"}, sent.Index(i), got.Index(i)); differs != "" {
			return wrong("%s\nsent %s\ngot  %s", differs, show(sent.Index(i)), show(got.Index(i)))
		}
	}
	return nil
}

func show(v reflect.Value) string {
	text := fmt.Sprintf("%#v", v.Interface())
	if json, err := json.Marshal(v.Interface()); err == nil {
		text = string(json) + "\n     " + text
	}
	return text[:min(len(text), 2000)]
}

// arrived looks at all values together, once everything has been sent.
func (v *voyage) arrived() error {
	if !v.reuses {
		return nil // they were looked at where they were
	}
	if err := v.compare(v.sent, v.got); err != nil {
		return err
	}
	var all areas
	for i := range v.got.Len() {
		all.of(fmt.Sprintf("value %d", i), v.got.Index(i))
		appendAll(v.got.Index(i))
	}
	if shared := all.overlap(); shared != "" {
		return wrong("%s, of %s", shared, v.elem)
	}
	if err := v.compare(v.sent, v.got); err != nil {
		return wrong("after appending to slices: %v", err)
	}
	for i := 0; i < v.got.Len(); i += 2 {
		overwriteAll(v.got.Index(i))
	}
	for i := 1; i < v.got.Len(); i += 2 {
		if err := v.compare(v.sent.Slice(i, i+1), v.got.Slice(i, i+1)); err != nil {
			return wrong("after overwriting the slices of another: %v", err)
		}
	}
	return nil
}

// waysOf returns the methods by which types write themselves that the codec asks.
func waysOf(codec Codec) []ownWay {
	switch codec.(type) {
	case JSON:
		return jsonRules{}.ways()
	case JSONv2:
		return jsonv2Rules{}.ways()
	case CBOR:
		return cborRules{}.ways()
	case Gob:
		return gobRules{}.ways()
	case Binary:
		return []ownWay{wayOf(func(a encoding.BinaryAppender) ([]byte, error) { return a.AppendBinary(nil) }, encoding.BinaryUnmarshaler.UnmarshalBinary)}
	}
	return nil
}

var (
	netValues = flag.Int("values", 3000, "how many values of random types to send by each codec")
	netSeed   = flag.Int64("seed", 1, "the seed from which they are drawn")
	netAll    = flag.Bool("all", false, "go on after a failure, and list those of different kinds")
)

// TestNet: whatever is sent comes back equal, in memory of its own, or is an error.
// A million values a codec, with what was carried and refused:
//
//	go test -count=1 -timeout 0 -v -run 'TestNet$' ./strategies/codec -values 1000000
func TestNet(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		n := newTally()
		source := rand.New(rand.NewSource(*netSeed))
		kinds := map[string]int{}
		comesBack := func(seed uint64) bool {
			err := sail(c, newChance(nil, seed), n)
			if err == nil {
				return true
			}
			err = simplest(c, seed, err)
			kind := kindOf(err)
			if kinds[kind]++; kinds[kind] == 1 {
				t.Errorf("seed %#x: %v", seed, err)
			}
			return *netAll
		}
		for n.values < *netValues && (!t.Failed() || *netAll) {
			if err := quick.Check(comesBack, &quick.Config{MaxCount: 50, Rand: source}); err != nil {
				t.Log(err)
			}
		}
		t.Log(n)
		if n.carried < n.values*85/100 || n.types-n.refusedTypes < n.types/2 {
			t.Errorf("too much is refused for this to be a test of what is carried: %v", n)
		}
		if testing.Verbose() {
			for reason, times := range n.reasons {
				t.Logf("%d: %s", times, reason)
			}
		}
	})
}

// kindOf is what failures have in common that are likely to have one cause.
func kindOf(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	text, _, _ = strings.Cut(text, ", of ")
	return regexp.MustCompile(`value [0-9]\S*|value\S*|[0-9:+-]+|"[^"]*"`).ReplaceAllString(text, "")
}

// simplest returns the error of the simplest values that fail as those of the seed do.
func simplest(codec Codec, seed uint64, err error) error {
	c := newChance(nil, seed)
	sail(codec, c, newTally())
	made := shorter(c.made, 3000, func(given []byte) bool {
		return sail(codec, replay(given), newTally()) != nil
	})
	short := sail(codec, replay(made), newTally())
	if short == nil {
		return err
	}
	elem := acceptedType(codec, replay(made), newTally())
	return fmt.Errorf("%w\nby the decisions %#v, of type %s", short, made, elem)
}
