package bench_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/handoff-go/handoff/bench"
	"github.com/handoff-go/handoff/strategies"
)

// Titled is a task of one's own. It is at package level, so that worker
// processes know it, too; strategies.Init is the first line of TestMain.
var Titled = strategies.Define("titled", func(_ context.Context, text string) (string, error) {
	return strings.ToUpper(text[:1]) + text[1:], nil
})

// Any task can be profiled, over all its processes at once. For a benchmark by
// bench.Run it is enough to set a variable:
//
//	HANDOFF_PROFILE=profiles go test -bench Titled
//	go tool pprof -http=: -tagroot=role,phase profiles/BenchmarkTitled*.cpu.pb.gz
func ExampleProfile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	done, err := bench.Profile(context.Background(), Titled, strategies.MustParse("process-json,workers=2"),
		[]string{"the profile", "of all processes"}, nil,
		bench.Profiling{Dir: dir, Time: 10 * time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range done.Paths {
		fmt.Println(filepath.Base(path))
	}
	// Output:
	// process-json.cpu.pb.gz
	// process-json.allocs.pb.gz
	// process-json.stopwatch.pb.gz
}
