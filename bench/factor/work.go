package factor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/strategies"
)

// Work says what is to be computed, as plain data. The zero value of Numbers
// and Shape means the default.
type Work struct {
	Digits  int    // of each number, 2 to 18
	Numbers string // "random" (the default): any number of so many digits; "prime": only primes, the dearest ones
	Items   int    // how many numbers
	Shape   string // the data structure exchanged, a name of [Shapes]; default "number"
	Payload int    // bytes carried along with each item, there and back; all shapes but number have room for it
	Seed    uint64 // of the numbers
}

// Values of Work.Numbers.
const (
	Random = "random"
	Prime  = "prime"
)

// Bounds of a Work.
const (
	MinDigits  = 2
	MaxDigits  = 18
	MaxPayload = 16 << 20
)

// Validate reports the first thing in w that cannot be, and says what is
// allowed.
func (w Work) Validate() error {
	w = w.resolve()
	i := slices.IndexFunc(shapes, func(s described) bool { return s.name() == w.Shape })
	switch {
	case w.Digits < MinDigits || w.Digits > MaxDigits:
		return fmt.Errorf("factor: digits=%d: want a whole number from %d to %d", w.Digits, MinDigits, MaxDigits)
	case w.Numbers != Random && w.Numbers != Prime:
		return fmt.Errorf("factor: numbers=%q: want %s or %s", w.Numbers, Random, Prime)
	case w.Items < 0:
		return fmt.Errorf("factor: items=%d: want 0 or more", w.Items)
	case i < 0:
		return fmt.Errorf("factor: shape=%q: the shapes are %s", w.Shape, strings.Join(Shapes(), ", "))
	case w.Payload < 0 || w.Payload > MaxPayload:
		return fmt.Errorf("factor: payload=%d: want a whole number from 0 to %d", w.Payload, MaxPayload)
	case w.Payload > 0 && !shapes[i].carries():
		return fmt.Errorf("factor: payload=%d: the shape %s has no room for a payload; use one of %s",
			w.Payload, w.Shape, strings.Join(carriers(), ", "))
	}
	return nil
}

// Keys returns the pairs that a benchmark name shows of w: digits and shape
// always, numbers and payload where they are not the default.
func (w Work) Keys() []strategies.Key {
	w = w.resolve()
	keys := []strategies.Key{{Name: "digits", Value: strconv.Itoa(w.Digits)}}
	if w.Numbers != Random {
		keys = append(keys, strategies.Key{Name: "numbers", Value: w.Numbers})
	}
	keys = append(keys, strategies.Key{Name: "shape", Value: w.Shape})
	if w.Payload != 0 {
		keys = append(keys, strategies.Key{Name: "payload", Value: strconv.Itoa(w.Payload)})
	}
	return keys
}

// question names what the answers depend on: not the shape, nor the payload.
func (w Work) question() string {
	w = w.resolve()
	return fmt.Sprintf("digits=%d,numbers=%s,items=%d,seed=%d", w.Digits, w.Numbers, w.Items, w.Seed)
}

func (w Work) resolve() Work {
	if w.Numbers == "" {
		w.Numbers = Random
	}
	if w.Shape == "" {
		w.Shape = Number.Name
	}
	return w
}
