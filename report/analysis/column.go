package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/report/record"
)

// Serial is the strategy that all others are compared with.
const Serial = "serial"

// setupKeys are the keys of a name that say how the work was handed over; all
// others say what the work was.
var setupKeys = []string{
	"workers", "max-workers", "chunk", "window", "procs", "retries", "item-timeout", "silence",
	"frame-limit", "memory", "recycle", "wait", "on", "fsync",
}

// strategyOrder is the order of columns and bars; strategies that are not named
// here follow by name.
var strategyOrder = []string{Serial, "goroutines", "process-gob", "process-json", "process-shm-binary", "shared-file"}

// strategyLabels are the names that pictures and sentences use.
var strategyLabels = map[string]string{
	Serial:               "serial",
	"goroutines":         "goroutine pool",
	"process-gob":        "subprocess gob",
	"process-json":       "subprocess JSON",
	"process-shm-binary": "shared memory binary",
	"shared-file":        "shared file",
}

// strategyLabel is a strategy's own name where there is no label.
func strategyLabel(strategy string) string {
	if label, ok := strategyLabels[strategy]; ok {
		return label
	}
	return strategy
}

// Column is one way of getting the work done: a strategy and its set-up.
type Column struct {
	Strategy string        // "" for benchmarks that name none
	Setup    []record.Pair // workers, chunk, …

	// Name tells the column from the others of its matrix, spelled as in
	// benchmark names: "process-gob", or "process-gob chunk=1".
	Name string
	// Label is Name in the words of pictures: "subprocess gob, chunk 1".
	Label string
}

// Workers returns the number of workers, 0 where the name does not say.
func (c Column) Workers() int {
	n, err := strconv.Atoi(c.key("workers"))
	if err != nil || n < 1 {
		return 0
	}
	return n
}

func (c Column) key(name string) string {
	for _, p := range c.Setup {
		if p.Key == name {
			return p.Value
		}
	}
	return ""
}

// IsSerial reports whether the column is the one to compare with.
func (c Column) IsSerial() bool { return c.Strategy == Serial }

// IsAway reports whether the column's work leaves the process.
func (c Column) IsAway() bool {
	return strings.HasPrefix(c.Strategy, "process-") || strings.HasPrefix(c.Strategy, "shared-file")
}

// the is the column's label with an article, where it wants one.
func (c Column) the() string {
	switch c.Strategy {
	case "goroutines", "shared-file":
		return "the " + c.Label
	}
	return c.Label
}

// splitKeys sorts a name's keys into the column they choose and the work.
func splitKeys(keys []record.Pair) (col Column, work []record.Pair) {
	for _, p := range keys {
		switch {
		case p.Key == "strategy":
			col.Strategy = p.Value
		case slices.Contains(setupKeys, p.Key):
			col.Setup = append(col.Setup, p)
		default:
			work = append(work, p)
		}
	}
	return col, work
}

func (c Column) id() string { return c.Strategy + "\x00" + joinPairs(c.Setup) }

func compareColumns(a, b Column) int {
	if d := Rank(a.Strategy) - Rank(b.Strategy); d != 0 {
		return d
	}
	if d := strings.Compare(a.Strategy, b.Strategy); d != 0 {
		return d
	}
	return comparePairs(a.Setup, b.Setup)
}

// Rank is a strategy's place in tables and pictures; those unknown share the last.
func Rank(strategy string) int {
	if i := slices.Index(strategyOrder, strategy); i >= 0 {
		return i
	}
	return len(strategyOrder)
}

// nameColumns gives every column the shortest name that is its own: the
// strategy, and those keys in which columns of this strategy differ.
func nameColumns(cols []Column) {
	differs := differing(cols)
	for i := range cols {
		c := &cols[i]
		c.Name, c.Label = c.Strategy, strategyLabel(c.Strategy)
		for _, key := range setupKeys {
			if value := c.key(key); value != "" && differs[strategyKey{c.Strategy, key}] {
				c.Name += " " + key + "=" + value
				c.Label += ", " + keyWords(key, value)
			}
		}
	}
}

// strategyKey is a key of a strategy's set-up.
type strategyKey struct{ strategy, key string }

// differing are the keys in which columns of one strategy differ.
func differing(cols []Column) map[strategyKey]bool {
	differs, first := map[strategyKey]bool{}, map[string]Column{}
	for _, c := range cols {
		one, seen := first[c.Strategy]
		if !seen {
			first[c.Strategy] = c
			continue
		}
		for _, key := range setupKeys {
			if c.key(key) != one.key(key) {
				differs[strategyKey{c.Strategy, key}] = true
			}
		}
	}
	return differs
}

func keyWords(key, value string) string {
	switch key {
	case "workers":
		return value + " workers"
	case "on":
		return value
	}
	return key + " " + value
}

// joinPairs spells pairs as in a benchmark name: "digits=9/shape=number".
func joinPairs(pairs []record.Pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.Value
		if p.Key != "" {
			parts[i] = p.Key + "=" + p.Value
		}
	}
	return strings.Join(parts, "/")
}

// comparePairs orders by value, numbers as numbers: digits=9 before digits=11.
func comparePairs(a, b []record.Pair) int {
	for i := range min(len(a), len(b)) {
		if d := strings.Compare(a[i].Key, b[i].Key); d != 0 {
			return d
		}
		if d := compareValues(a[i].Value, b[i].Value); d != 0 {
			return d
		}
	}
	return len(a) - len(b)
}

func compareValues(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX != nil || errY != nil:
		return strings.Compare(a, b)
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
