package bench

import (
	"fmt"
	"os"
	"testing"
)

// listVar makes benchmarks print their names instead of measuring: so
// "handoff run" knows the cells without running each once.
const listVar = "HANDOFF_LIST"

// listed prints the benchmark's name and skips it, if names are all that is
// wanted. Call it before anything that costs time.
func listed(b *testing.B) {
	if os.Getenv(listVar) != "" {
		fmt.Println("# cell: " + b.Name())
		b.SkipNow()
	}
}
