package strategies

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-go/handoff/internal/bytesize"
)

// Key is one key=value pair of a [Spec].
type Key struct{ Name, Value string }

// specKey tells how one key of a Spec is read, and how it is written: write
// returns "" for a value that need not be said.
type specKey struct {
	name  string
	read  func(s *Spec, value string) error
	write func(s Spec) string
}

var specKeys = []specKey{
	count("workers", 1, func(s *Spec) *int { return &s.Workers }),
	count("max-workers", 1, func(s *Spec) *int { return &s.MaxWorkers }),
	autoCount("chunk", func(s *Spec) *int { return &s.Chunk }),
	autoCount("window", func(s *Spec) *int { return &s.Window }),
	count("procs", 1, func(s *Spec) *int { return &s.Procs }),
	{"retries", readRetries, writeRetries},
	span("item-timeout", false, func(s *Spec) *time.Duration { return &s.ItemTimeout }),
	span("silence", true, func(s *Spec) *time.Duration { return &s.Silence }),
	size("frame-limit", minFrameLimit, math.MaxInt32, func(s *Spec) *int { return &s.FrameLimit }),
	size("memory", minMemory, math.MaxInt64, func(s *Spec) *int64 { return &s.Memory }),
	count("recycle", 1, func(s *Spec) *int { return &s.Recycle }),
	choice("wait", []string{"notify", "poll"}, func(s *Spec) *string { return &s.Wait }),
	choice("on", []string{"memory", "disk"}, func(s *Spec) *string { return &s.On }),
	{"fsync", readFsync, writeFsync},
}

// count is a key for a number that is at least low.
func count(name string, low int, field func(*Spec) *int) specKey {
	return specKey{name,
		func(s *Spec, value string) error {
			n, err := strconv.ParseInt(value, 10, 32)
			if err != nil || int(n) < low {
				return fmt.Errorf("want a whole number from %d to %d", low, 1<<31-1)
			}
			*field(s) = int(n)
			return nil
		},
		func(s Spec) string {
			if n := *field(&s); n != 0 {
				return strconv.Itoa(n)
			}
			return ""
		}}
}

const (
	minFrameLimit = 1 << 10

	// minMemory leaves room for the first arena of the heap, 64 MiB that a Go
	// program maps at once, and what the runtime has besides.
	minMemory = 128 << 20
)

// size is a key for a number of bytes, with a unit or without.
func size[N int | int64](name string, low, high int64, field func(*Spec) *N) specKey {
	return specKey{name,
		func(s *Spec, value string) error {
			n, err := bytesize.Parse(value)
			if err != nil || n < low || n > high {
				text := "want a size of at least " + bytesize.Format(low)
				if high < math.MaxInt64 {
					text += " and less than " + bytesize.Format(high+1)
				}
				return fmt.Errorf("%s, %s", text, bytesize.Words)
			}
			*field(s) = N(n)
			return nil
		},
		func(s Spec) string {
			if n := int64(*field(&s)); n != 0 {
				return bytesize.Format(n)
			}
			return ""
		}}
}

// autoCount is a key for a number that may be "auto".
func autoCount(name string, field func(*Spec) *int) specKey {
	k := count(name, 1, field)
	return specKey{name, func(s *Spec, value string) error {
		if value == "auto" {
			*field(s) = 0
			return nil
		}
		if err := k.read(s, value); err != nil {
			return fmt.Errorf("%w, or auto", err)
		}
		return nil
	}, k.write}
}

// span is a key for a duration; with off, 0 turns off what has a default.
func span(name string, off bool, field func(*Spec) *time.Duration) specKey {
	return specKey{name,
		func(s *Spec, value string) error {
			d, err := time.ParseDuration(value)
			switch {
			case err != nil || d < 0 || (d == 0 && !off):
				return fmt.Errorf("want a duration, such as 500ms or 30s")
			case d == 0:
				d = None
			}
			*field(s) = d
			return nil
		},
		func(s Spec) string {
			switch d := *field(&s); {
			case d == 0:
				return ""
			case d == None && off:
				return "0"
			default:
				return strings.Replace(d.String(), "µ", "u", 1) // a name is ASCII
			}
		}}
}

func choice(name string, values []string, field func(*Spec) *string) specKey {
	return specKey{name,
		func(s *Spec, value string) error {
			for _, v := range values {
				if v == value {
					*field(s) = v
					return nil
				}
			}
			return fmt.Errorf("want %s", strings.Join(values, " or "))
		},
		func(s Spec) string { return *field(&s) }}
}

func readRetries(s *Spec, value string) error {
	n, err := strconv.ParseInt(value, 10, 16)
	if err != nil || n < 0 {
		return fmt.Errorf("want a whole number from 0 to %d", 1<<15-1)
	}
	s.Retries = int(n)
	if n == 0 {
		s.Retries = None
	}
	return nil
}

func writeRetries(s Spec) string {
	switch s.Retries {
	case 0:
		return ""
	case None:
		return "0"
	}
	return strconv.Itoa(s.Retries)
}

func readFsync(s *Spec, value string) error {
	switch value {
	case "on", "off":
		s.Fsync = value == "on"
		return nil
	}
	return fmt.Errorf("want on or off")
}

func writeFsync(s Spec) string {
	if s.Fsync {
		return "on"
	}
	return ""
}

func keyNames() []string {
	names := make([]string, len(specKeys))
	for i, k := range specKeys {
		names[i] = k.name
	}
	return names
}

func keyList() string { return strings.Join(keyNames(), ", ") }
