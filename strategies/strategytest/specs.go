package strategytest

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// memory is where a file system in memory is mounted on Linux.
const memory = "/dev/shm"

// Specs returns strategies that have every kind, transport and codec between
// them, each with the parameters that change how its items travel.
func Specs() []strategies.Spec {
	var specs []strategies.Spec
	for _, name := range covering() {
		for _, v := range variants {
			s := strategies.Spec{Strategy: name}
			v(&s)
			if s.Validate() == nil && available(s) && !repeated(s) {
				specs = append(specs, s)
			}
		}
	}
	return specs
}

// variants are changes to the default spec. Those that a strategy does not
// know are left out for it.
var variants = []func(*strategies.Spec){
	func(s *strategies.Spec) { workers(s) },
	func(s *strategies.Spec) { workers(s); s.Chunk = 1 },
	func(s *strategies.Spec) { workers(s); s.Chunk = 7 },
	func(s *strategies.Spec) { workers(s); s.Chunk = 1000 }, // larger than the lists
	func(s *strategies.Spec) { workers(s); s.Chunk, s.Window = 1, 1 },
	func(s *strategies.Spec) { workers(s); s.Wait, s.Fsync = "poll", true },
	func(s *strategies.Spec) { workers(s); s.On = "memory" },
}

// thorough has one strategy of each kind and transport.
var thorough = []string{"serial", "goroutines", "process-gob", "process-unix-gob", "process-tcp-gob", "process-shm-gob", "shared-file"}

// covering returns the names of the thorough strategies, of one for each other
// codec, and of the one that decodes right from the memory of its connection
// and keeps the least apart. A transport carries bytes and a codec makes them: what holds for
// each of the two holds for all their combinations.
//
// With go test -short they are fewer: one of each way of handing over.
func covering() []string {
	if testing.Short() {
		return []string{"serial", "goroutines", "process-gob", "process-shm-binary", "shared-file"}
	}
	return slices.DeleteFunc(strategies.Names(), func(name string) bool {
		return !slices.Contains(thorough, name) && !throughPipe(name) && name != "process-shm-binary"
	})
}

// throughPipe reports whether the name is process-CODEC.
func throughPipe(name string) bool {
	return strings.HasPrefix(name, "process-") && strings.Count(name, "-") == 1
}

// repeated reports whether the spec has a parameter that has nothing to do with
// the codec, and another codec runs it.
func repeated(s strategies.Spec) bool {
	return !slices.Contains(thorough, s.Strategy) &&
		(s.Chunk > 100 || s.Window != 0 || s.Wait != "" || s.On != "" || s.Fsync)
}

// workers asks for two, where there can be more than one.
func workers(s *strategies.Spec) {
	two := strategies.Spec{Strategy: s.Strategy, Workers: 2}
	if two.Validate() == nil {
		s.Workers = 2
	}
}

// available reports whether this machine has what the spec asks for.
func available(s strategies.Spec) bool {
	switch {
	case runtime.GOOS == "windows" && processes(s):
		return false // Open says errors.ErrUnsupported
	case s.On == "memory":
		_, err := os.Stat(memory)
		return err == nil
	}
	return true
}
