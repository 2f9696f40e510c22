// Noinit is a program that forgets strategies.Init, and opens a strategy with
// worker processes all the same.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/handoff-go/handoff/strategies"
)

var task = strategies.Define("noinit", func(_ context.Context, n int) (int, error) { return n, nil })

func main() {
	strategy, dir := os.Args[1], os.Args[2]
	if os.Getenv("HANDOFF_DEPTH") != "" {
		// A copy that the library started. It must not open anything.
		os.WriteFile(filepath.Join(dir, "copy"), nil, 0o600)
		os.Exit(1)
	}
	pool, err := strategies.Open(context.Background(), task, strategies.MustParse(strategy), strategies.WithDir(dir))
	if err == nil {
		pool.Close()
		fmt.Println("opened")
		os.Exit(1)
	}
	name := err.Error()
	if errors.Is(err, strategies.ErrNoInit) {
		name = "ErrNoInit"
	}
	fmt.Printf("%s, %d children\n", name, children())
}

// children counts the child processes, as far as this system tells.
func children() (n int) {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, path := range lists {
		text, _ := os.ReadFile(path)
		n += len(strings.Fields(string(text)))
	}
	return n
}
