// Package tiny has benchmarks of every temper, for the runner's tests.
package tiny

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	fmt.Println("seed: 7")
	fmt.Println("Unit parts/op better=lower assume=exact")
	os.Exit(m.Run())
}

// BenchmarkFast has names that are awkward as patterns.
func BenchmarkFast(b *testing.B) {
	for _, name := range []string{"size=1", "size=10", "a|b(c)[d].*", "two words", "size=1", "at=1.5", "at=1x5"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
			}
			b.ReportMetric(3, "parts/op")
		})
	}
}

// BenchmarkListed knows how to be listed without being run.
func BenchmarkListed(b *testing.B) {
	for _, kind := range []string{"a", "b"} {
		b.Run("kind="+kind, func(b *testing.B) {
			if os.Getenv("HANDOFF_LIST") != "" {
				fmt.Println("# cell: " + b.Name())
				b.SkipNow()
			}
			if os.Getenv("TINY_LISTING_ONLY") != "" {
				b.Fatal("listing runs it")
			}
			for b.Loop() {
			}
		})
	}
}

// BenchmarkConfig prints a config line that holds for one of its cells only.
func BenchmarkConfig(b *testing.B) {
	b.Run("data=big", func(b *testing.B) {
		fmt.Println("dataset: big")
		for b.Loop() {
		}
	})
	b.Run("data=none", func(b *testing.B) {
		for b.Loop() {
		}
	})
}

// listed skips a benchmark whose run would spoil the listing.
func listed(b *testing.B) {
	if os.Getenv("HANDOFF_LIST") != "" {
		fmt.Println("# cell: " + b.Name())
		b.SkipNow()
	}
}

func BenchmarkFailing(b *testing.B) {
	listed(b)
	fmt.Fprintln(os.Stderr, "a word on stderr")
	b.Fatal("digest 1234 is wrong")
}

func BenchmarkMute(b *testing.B) {
	listed(b)
	os.Exit(0)
}

func BenchmarkSlow(b *testing.B) {
	listed(b)
	time.Sleep(time.Minute)
}

// BenchmarkLeaver leaves a process behind that holds its output open, and beats
// into a file for some seconds.
func BenchmarkLeaver(b *testing.B) {
	listed(b)
	cmd := exec.Command("sh", "-c", `i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo $i >>"$TINY_BEAT"; sleep 0.05; done`)
	cmd.Stdout = os.Stdout
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTemp leaves a file in the temporary directory.
func BenchmarkTemp(b *testing.B) {
	listed(b)
	f, err := os.CreateTemp("", "tiny-left-*")
	if err != nil {
		b.Fatal(err)
	}
	f.Close()
	fmt.Println("left: " + f.Name())
	fmt.Println("digests: " + os.Getenv("HANDOFF_DIGESTS"))
	fmt.Println("profiles: " + cmp.Or(os.Getenv("HANDOFF_PROFILE"), "none"))
	for b.Loop() {
	}
}

// BenchmarkFamily has a child at work and says so, then takes long.
func BenchmarkFamily(b *testing.B) {
	listed(b)
	cmd := exec.Command("sleep", "300")
	if os.Getenv("TINY_SETSID") != "" {
		cmd = exec.Command("setsid", "sleep", "300")
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	os.WriteFile(os.Getenv("TINY_READY"), nil, 0o644)
	cmd.Wait()
}
