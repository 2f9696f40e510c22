package runner

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

func TestBadConfig(t *testing.T) {
	for want, c := range map[string]Config{
		`-suite "quik": want one of default, quick, full`: {Suite: "quik"},
		"-suite and -bench: want one":                     {Suite: "quick", Bench: "X"},
		"-suite quick: suites are for":                    {Suite: "quick", Package: "./sort"},
		`-bench "(": error parsing regexp`:                {Bench: "("},
		`-bench "a\nb": want one line`:                    {Bench: "a\nb"},
		"-rounds -1: want 1 or more":                      {Rounds: -1},
		"-timeout -1s: want more than 0":                  {Timeout: -time.Second},
		`-benchtime "0x": want`:                           {Benchtime: "0x"},
		`-benchtime "fast": want`:                         {Benchtime: "fast"},
		"-C /does/not/exist: want an existing directory":  {Dir: "/does/not/exist"},
	} {
		_, err := Run(context.Background(), c)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: error %v, want %s", c, err, want)
		}
	}
	if _, err := os.Stat(defaultResults); err == nil {
		t.Error("a refused run has made its folder")
	}
}

func TestPlanOfASuite(t *testing.T) {
	p := newPlan(Config{}, plainRun.usual)
	if p.suite != "default" || p.pkg != OwnPackage || p.rounds != 10 || p.seed != 1 || p.benchtime != "1x" {
		t.Errorf("plan %+v", p)
	}
	if got := p.command(runVerb, plainRun.usual); got != "handoff run -suite default" {
		t.Errorf("command %q", got)
	}
	p = newPlan(Config{Suite: "quick", Rounds: 5, Seed: 9}, plainRun.usual)
	if got := p.command(runVerb, plainRun.usual); got != "handoff run -suite quick -rounds 5 -seed 9" {
		t.Errorf("command %q", got)
	}
	p = newPlan(Config{Package: "example.com/sort", Bench: "A|B", Benchtime: "5x"}, plainRun.usual)
	if got := p.command(runVerb, plainRun.usual); got != "handoff run -pkg example.com/sort -bench 'A|B' -benchtime 5x" {
		t.Errorf("command %q", got)
	}
}
