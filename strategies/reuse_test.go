package strategies

import (
	"bytes"
	"context"
	"testing"
)

var echoes = Define("echo-test", func(_ context.Context, b []byte) ([]byte, error) { return b, nil })

// TestResultsOutliveTheirFrames: frames are read into the same memory again and
// again, and no item or result is in it.
func TestResultsOutliveTheirFrames(t *testing.T) {
	for _, codec := range []string{"gob", "json", "jsonv2", "binary", "cbor", "msgpack"} {
		t.Run(codec, func(t *testing.T) {
			pool, err := Open(t.Context(), echoes, MustParse("process-"+codec+",workers=1,chunk=2"))
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			const rounds, each = 6, 8
			var items, results [][]byte
			for r := range rounds {
				var some [][]byte
				for i := range each {
					some = append(some, bytes.Repeat([]byte{byte(each*r + i)}, 3000))
				}
				got, err := pool.Map(t.Context(), some)
				if err != nil {
					t.Fatal(err)
				}
				items, results = append(items, some...), append(results, got...)
			}
			for i := range items {
				if !bytes.Equal(items[i], results[i]) {
					t.Fatalf("result %d of %d is not what it was", i, len(items))
				}
			}
		})
	}
}
