// Unruly is a program whose beginning goes wrong in its worker processes: as
// UNRULY says, which is an environment variable.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"example.com/wordcount/early"
	"github.com/handoff-go/handoff/strategies"
)

var task = strategies.Define("unruly", func(_ context.Context, n int) (int, error) { return 2 * n, nil })

func init() {
	switch {
	case early.Unruly == "clear" && os.Getenv("HANDOFF_WORKER") != "":
		os.Clearenv()
	case early.Unruly == "hang" && strategies.IsWorker():
		time.Sleep(time.Hour)
	case early.Unruly == "spin" && strategies.IsWorker():
		for x := 1; x != 0; x |= 1 { // without end
		}
	}
}

// main takes the file in which each process that does not become a worker leaves a
// mark. A third one ends, so that there is no storm of them.
func main() {
	if early.Unruly == "hang late" && strategies.IsWorker() {
		time.Sleep(time.Hour)
	}
	strategies.Init()
	marks, err := os.OpenFile(os.Args[1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	marks.WriteString("x")
	if info, err := marks.Stat(); err != nil || info.Size() > 2 {
		os.Exit(1)
	}
	pool, err := strategies.Open(context.Background(), task, strategies.MustParse("process-gob,workers=2"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(pool.Map(context.Background(), []int{1, 2, 3}))
}
