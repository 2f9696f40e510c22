// Package dies has benchmarks that end in every way.
package dies

import (
	"os"
	"testing"
	"time"
)

func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
	}
}

func BenchmarkPanic(b *testing.B) { panic("oops") }

func BenchmarkMany(b *testing.B) {
	b.Run("ok", func(b *testing.B) {
		for b.Loop() {
		}
	})
	b.Run("skip", func(b *testing.B) { b.Skip("no network") })
	b.Run("bad", func(b *testing.B) { b.Fatal("boom") })
	b.Run("exit", func(b *testing.B) { os.Exit(0) })
	b.Run("late", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			if b.N > 1 {
				b.Fatal("late boom")
			}
		}
	})
}

func BenchmarkHang(b *testing.B) {
	for range b.N {
		time.Sleep(time.Minute)
	}
}

func BenchmarkLast(b *testing.B) {
	for b.Loop() {
	}
}
