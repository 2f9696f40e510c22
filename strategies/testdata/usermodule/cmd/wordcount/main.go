// Wordcount prints how many words there are in each of its files, through a
// strategy:
//
//	wordcount -strategy process-gob,workers=4 FILE…
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"example.com/wordcount"
	"github.com/handoff-go/handoff/strategies"
)

func main() {
	strategies.Init() // in a worker process it serves, and never returns
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		os.Exit(1)
	}
}

func run(stdout io.Writer, args []string) error {
	flags := flag.NewFlagSet("wordcount", flag.ContinueOnError)
	strategy := flags.String("strategy", "goroutines", "how to compute")
	if err := flags.Parse(args); err != nil {
		return err
	}
	spec, err := strategies.Parse(*strategy)
	if err != nil {
		return err
	}
	pages, err := read(flags.Args())
	if err != nil {
		return err
	}
	ctx := context.Background()
	pool, err := strategies.Open(ctx, wordcount.Count, spec)
	if err != nil {
		return err
	}
	defer pool.Close()
	counts, err := pool.Map(ctx, pages)
	for _, c := range counts {
		if c.Words > 0 {
			fmt.Fprintf(stdout, "%s: %d words, the longest is %s\n", c.Title, c.Words, c.Longest)
		}
	}
	return err
}

func read(paths []string) ([]wordcount.Page, error) {
	var pages []wordcount.Page
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		pages = append(pages, wordcount.Page{Title: path, Lines: strings.Split(string(text), "\n")})
	}
	return pages, nil
}
