package factor

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	good := Work{Digits: 9, Items: 10}
	for _, c := range []struct {
		change func(*Work)
		want   string // in the error; "" = valid
	}{
		{func(w *Work) {}, ""},
		{func(w *Work) { w.Items = 0 }, ""},
		{func(w *Work) { w.Numbers, w.Shape, w.Payload = Prime, "record", 4096 }, ""},
		{func(w *Work) { w.Digits = 1 }, "digits=1: want a whole number from 2 to 18"},
		{func(w *Work) { w.Digits = 19 }, "digits=19: want a whole number from 2 to 18"},
		{func(w *Work) { w.Numbers = "odd" }, `numbers="odd": want random or prime`},
		{func(w *Work) { w.Items = -1 }, "items=-1: want 0 or more"},
		{func(w *Work) { w.Shape = "cube" }, `shape="cube": the shapes are number, record, tree, map, text`},
		{func(w *Work) { w.Payload = -1 }, "payload=-1: want a whole number from 0 to 16777216"},
		{func(w *Work) { w.Payload = 1 }, "payload=1: the shape number has no room for a payload; use one of record, tree, map, text"},
	} {
		w := good
		c.change(&w)
		err := w.Validate()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%+v: %v", w, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%+v: error %v, want one with %q", w, err, c.want)
		}
	}
}

func TestKeys(t *testing.T) {
	for want, w := range map[string]Work{
		"digits=9/shape=number":                            {Digits: 9, Items: 5, Seed: 7},
		"digits=5/numbers=prime/shape=record/payload=4096": {Digits: 5, Numbers: Prime, Shape: "record", Payload: 4096},
	} {
		var pairs []string
		for _, k := range w.Keys() {
			pairs = append(pairs, k.Name+"="+k.Value)
		}
		if got := strings.Join(pairs, "/"); got != want {
			t.Errorf("keys of %+v are %s, want %s", w, got, want)
		}
	}
}

// The numbers are part of what a recorded run means: they must never change.
func TestInputsAreFixed(t *testing.T) {
	for want, w := range map[string]Work{
		"[903804577 992183954 333748776]": {Digits: 9, Items: 3, Seed: 1},
		"[79 67 83 83]":                   {Digits: 2, Items: 4, Seed: 1, Numbers: Prime},
	} {
		if got := fmt.Sprint(Inputs(w)); got != want {
			t.Errorf("inputs of %+v are %s, want %s", w, got, want)
		}
	}
}

func TestInputs(t *testing.T) {
	for digits := MinDigits; digits <= MaxDigits; digits++ {
		for _, kind := range []string{Random, Prime} {
			w := Work{Digits: digits, Numbers: kind, Items: 200, Seed: 3}
			numbers := Inputs(w)
			low := uint64(math.Round(math.Pow10(digits - 1)))
			for _, n := range numbers {
				if n < low || n >= 10*low {
					t.Errorf("digits=%d: %d", digits, n)
				}
				if kind == Prime && !isPrime(n) {
					t.Errorf("%d is not prime", n)
				}
			}
			w.Items = 100
			if !slices.Equal(Inputs(w), numbers[:100]) {
				t.Errorf("digits=%d: fewer items are not the head of more", digits)
			}
			w.Seed = 4
			if slices.Equal(Inputs(w), numbers[:100]) {
				t.Errorf("digits=%d: another seed gives the same numbers", digits)
			}
		}
	}
}
