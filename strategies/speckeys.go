package strategies

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
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
	autoCount("chunk", func(s *Spec) *int { return &s.Chunk }),
	autoCount("window", func(s *Spec) *int { return &s.Window }),
	count("procs", 1, func(s *Spec) *int { return &s.Procs }),
	{"retries", readRetries, writeRetries},
	span("item-timeout", false, func(s *Spec) *time.Duration { return &s.ItemTimeout }),
	span("silence", true, func(s *Spec) *time.Duration { return &s.Silence }),
	count("frame-limit", 1024, func(s *Spec) *int { return &s.FrameLimit }),
	{"memory", readMemory, writeMemory},
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

// units of memory, the largest first.
var units = []struct {
	name string
	size int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

// minMemory leaves room for the first arena of the heap, 64 MiB that a Go
// program maps at once, and what the runtime has besides.
const minMemory = 128 << 20

func readMemory(s *Spec, value string) error {
	for _, u := range units {
		digits, ok := strings.CutSuffix(value, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.size || n*u.size < minMemory {
			break
		}
		s.Memory = n * u.size
		return nil
	}
	return fmt.Errorf("want a size of at least 128MiB, such as 512MiB or 2GiB")
}

func writeMemory(s Spec) string {
	for _, u := range units {
		if s.Memory != 0 && s.Memory%u.size == 0 {
			return strconv.FormatInt(s.Memory/u.size, 10) + u.name
		}
	}
	return ""
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
