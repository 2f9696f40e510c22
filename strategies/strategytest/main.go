package strategytest

import (
	"os"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// Main is the whole TestMain of a package that calls [Faults] or [Soak]: it
// does what strategies.Init does, and lets processes that these tests start
// play their parts. It does not return.
func Main(m *testing.M) {
	if strategies.IsWorker() {
		beWorker()
	} else {
		bePart(beforeInit)
	}
	strategies.Init()
	bePart(afterInit)
	prepared = true
	os.Exit(m.Run())
}

// prepared says that Main is in charge.
var prepared bool

// Variables that tell a process of this test binary what it is to be.
const (
	envPart = "HANDOFF_TEST_PART" // a key of beforeInit or afterInit
	envLie  = "HANDOFF_TEST_LIE"  // how worker processes are to lie, and when: see liars
	envChat = "HANDOFF_TEST_CHAT" // what init prints in worker processes
	envSpec = "HANDOFF_TEST_SPEC" // of a part's pool
	envDir  = "HANDOFF_TEST_DIR"  // for marks, and for a part's pool
)

// part is what a process of its own does instead of running tests. It returns
// its exit code.
type part func() int

// bePart ends the process if it was started to play one of the parts.
func bePart(parts map[string]part) {
	if play := parts[os.Getenv(envPart)]; play != nil {
		os.Exit(play())
	}
}
