//go:build integration

// Package tagged is not built without its tag.
package tagged

import "testing"

func BenchmarkTagged(b *testing.B) {
	for b.Loop() {
	}
}
