package verdict_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/handoff-go/handoff/report/record"
	"github.com/handoff-go/handoff/report/verdict"
)

// side writes what a sampler records of one side: the run that both share, and for each
// sample its round.
func side(name string, nanoseconds float64) *record.Run {
	var text strings.Builder
	text.WriteString("# run: 2026-11-23-example\n")
	for round := 1; round <= 8; round++ {
		drift := float64(7 * round) // of the machine: both sides feel it
		fmt.Fprintf(&text, "# round: %d\nBenchmarkSort 100 %.1f ns/op\n", round, nanoseconds+drift)
	}
	run, err := record.Parse(name, []byte(text.String()))
	if err != nil {
		log.Fatal(err)
	}
	return run
}

func ExampleJudge() {
	rows, design, err := verdict.Rows(side("base.txt", 200), side("head.txt", 230), nil)
	if err != nil {
		log.Fatal(err)
	}
	table := verdict.Judge(rows, verdict.Rules{Design: design})
	sort := table.Rows[0]
	fmt.Println(table.Headline())
	fmt.Printf("%s, %s, interval from %.2f to %.2f, p=%.3f\n", sort.Verdict, sort.Change(), sort.Low, sort.High, sort.AdjustedP)
	fmt.Println("exit code", table.Exit())
	// Output:
	// regression: 1 of 1 gated row worse, most of all +13.0% (Sort, ns/op)
	// slower, +13.0%, interval from 1.12 to 1.14, p=0.008
	// exit code 1
}
