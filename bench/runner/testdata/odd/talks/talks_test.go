// Package talks has benchmarks that print what a parser could take for something else.
package talks

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func BenchmarkLine(b *testing.B) {
	for b.Loop() {
	}
	fmt.Println("a line")
}

func BenchmarkNoNewline(b *testing.B) {
	for b.Loop() {
	}
	fmt.Print("no end of line 12")
}

func BenchmarkLikeConfig(b *testing.B) {
	fmt.Printf("took: %d\n", time.Now().UnixNano())
	fmt.Println("size: 7")
	for b.Loop() {
	}
}

func BenchmarkLog(b *testing.B) {
	b.Log("a word in the log")
	for b.Loop() {
	}
	fmt.Fprintln(os.Stderr, "to stderr")
}

func BenchmarkLongLine(b *testing.B) {
	for b.Loop() {
	}
	fmt.Println(strings.Repeat("x", 1<<20))
	b.Log(strings.Repeat("y", 1<<20))
}

func BenchmarkNaN(b *testing.B) {
	for b.Loop() {
	}
	b.ReportMetric(math.NaN(), "hit-rate")
}

func BenchmarkInf(b *testing.B) {
	for b.Loop() {
	}
	b.ReportMetric(math.Inf(1), "peak")
}

func BenchmarkNegative(b *testing.B) {
	for b.Loop() {
	}
	b.ReportMetric(-3, "delta")
}

func BenchmarkZeroTime(b *testing.B) {
	for b.Loop() {
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(12, "widgets")
}

func BenchmarkZeroN(b *testing.B) { b.N = 0 }
