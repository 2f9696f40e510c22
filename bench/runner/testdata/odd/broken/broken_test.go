// Package broken does not build.
package broken

import "testing"

func BenchmarkBroken(b *testing.B) { undefined() }
