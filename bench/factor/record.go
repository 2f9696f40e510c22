package factor

import (
	"context"
	"strconv"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// Record is an item as programs have them: some names, a time, a number, and
// bytes that are only carried along.
type Record struct {
	Name    string
	Owner   string
	Asked   time.Time
	Number  uint64
	Payload []byte
}

// Answer is the result for a Record.
type Answer struct {
	Name    string
	Owner   string
	Asked   time.Time
	Powers  []Power // ascending
	Payload []byte
}

// Power is a prime factor and how often it divides.
type Power struct {
	Prime uint64
	Times int
}

// Recorded is the shape of a struct with names, a time, and factors with
// multiplicities.
var Recorded = Shape[Record, Answer]{
	Name:    "record",
	Carries: true,
	Factor: strategies.Define("factor-record", func(_ context.Context, r Record) (Answer, error) {
		return r.answer(Factorize(r.Number)), nil
	}),
	Nothing: strategies.Define("nothing-record", func(_ context.Context, r Record) (Answer, error) {
		return r.answer(pretend(r.Number)), nil
	}),
	Item:    newRecord,
	Factors: Answer.factors,
	Payload: func(a Answer) []byte { return a.Payload },
}

// firstAsked is a fixed date, because the items must not depend on today's.
var firstAsked = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func newRecord(i int, n uint64, payload Payload) Record {
	return Record{
		Name:    "number " + strconv.Itoa(i),
		Owner:   "handoff",
		Asked:   firstAsked.Add(time.Duration(i) * time.Millisecond),
		Number:  n,
		Payload: payload.Bytes,
	}
}

func (r Record) answer(factors []uint64) Answer {
	return Answer{r.Name, r.Owner, r.Asked, powers(factors), r.Payload}
}

// powers counts the multiplicities of ascending factors.
func powers(factors []uint64) []Power {
	var all []Power
	for _, p := range factors {
		if last := len(all) - 1; last >= 0 && all[last].Prime == p {
			all[last].Times++
			continue
		}
		all = append(all, Power{p, 1})
	}
	return all
}

func (a Answer) factors() []uint64 {
	var factors []uint64
	for _, p := range a.Powers {
		for range p.Times {
			factors = append(factors, p.Prime)
		}
	}
	return factors
}
