package bench

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// seed is the seed of all inputs. It is recorded as a config line, because
// runs with different inputs cannot be compared.
const seed = 1

func TestMain(m *testing.M) {
	serveFloor()
	strategies.Init()
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() != "" {
		fmt.Println("seed:", seed)
		WriteUnits(os.Stdout)
	}
	os.Exit(m.Run())
}
