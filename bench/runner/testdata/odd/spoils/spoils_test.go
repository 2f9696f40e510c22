// Package spoils has benchmarks that spoil what others of the same process find.
package spoils

import (
	"log"
	"os"
	"testing"
	"time"
)

var sink int

func BenchmarkAway(b *testing.B) {
	if err := os.Chdir(os.TempDir()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sink++
	}
}

func BenchmarkNear(b *testing.B) {
	if _, err := os.Stat("spoils_test.go"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sink++
	}
}

// BenchmarkLater is over when what it has started panics, where it is run once.
func BenchmarkLater(b *testing.B) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		panic("later")
	}()
	for b.Loop() {
		time.Sleep(100 * time.Microsecond)
	}
}

func BenchmarkMeanwhile(b *testing.B) {
	time.Sleep(300 * time.Millisecond)
	for b.Loop() {
		sink++
	}
}

func BenchmarkLogs(b *testing.B) {
	log.SetFlags(0)
	log.Fatal("no database")
}

// BenchmarkNames gives another name each time.
func BenchmarkNames(b *testing.B) {
	b.Run(time.Now().Format("at=150405.000000000"), func(b *testing.B) {
		for b.Loop() {
			sink++
		}
	})
}
