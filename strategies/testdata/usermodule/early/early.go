// Package early is initialised before the library, which it does not import: the
// order is that of import paths.
package early

import (
	"os"
	"time"
)

// Unruly is what the program of cmd/unruly is to do wrong in its worker processes.
var Unruly = os.Getenv("UNRULY")

func init() {
	if Unruly == "hang early" && os.Getenv("HANDOFF_WORKER") != "" {
		time.Sleep(time.Hour)
	}
}
