package codec

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// fuzzed has what a decoder branches on. There is no map in it for gob: gob
// makes a map as large as the bytes say before it looks for its elements, up to
// all memory (Go 1.26). Only bytes with a right checksum get that far.
type fuzzed struct {
	N       uint64
	Small   int8
	Text    string
	Raw     []byte
	Factors []factor
	Next    *fuzzed
	Array   [2]bool
	Any     any
}

// fuzzedMap adds the map.
type fuzzedMap struct {
	fuzzed
	Counts map[string][]int
}

func FuzzGobDecode(f *testing.F) { fuzz[fuzzed](f, Gob{}) }

func FuzzJSONDecode(f *testing.F) { fuzz[fuzzedMap](f, JSON{}) }

func FuzzBinaryDecode(f *testing.F) { fuzz[plain](f, Binary{}) }

func FuzzCBORDecode(f *testing.F) { fuzz[fuzzedMap](f, CBOR{}) }

func FuzzMsgPackDecode(f *testing.F) { fuzz[fuzzedMap](f, MsgPack{}) }

func FuzzJSONv2Decode(f *testing.F) { fuzz[fuzzedMap](f, JSONv2{}) }

// fuzz: garbage is an error. What is accepted can be sent on, and is the same
// from then on. No number is larger than the bytes.
func fuzz[T any](f *testing.F, c Codec) {
	f.Fuzz(func(t *testing.T, src []byte) {
		if n := c.ItemBytes(src, 1); n < 0 || n > len(src) {
			t.Fatalf("%d of %d bytes", n, len(src))
		}
		var values []T
		if c.NewDecoder().Decode(src, &values) != nil {
			return
		}
		once, err := c.NewEncoder().Encode(nil, &values)
		if err != nil {
			t.Fatalf("%+v was decoded but cannot be encoded: %v", values, err)
		}
		var again []T
		if err := c.NewDecoder().Decode(once, &again); err != nil {
			t.Fatalf("%q was encoded but cannot be decoded: %v", once, err)
		}
		twice, err := c.NewEncoder().Encode(nil, &again)
		same := bytes.Equal(once, twice)
		if reflect.TypeFor[T]() == reflect.TypeFor[fuzzedMap]() { // whose order is anybody's guess
			same = len(once) == len(twice)
		}
		if err != nil || !same {
			t.Fatalf("%q became %q (%v)", once, twice, err)
		}
	})
}

var seeds = flag.Bool("seeds", false, "write the seeds of the fuzz targets to testdata")

// TestSeeds holds that the committed seeds are still decoded, so that fuzzing
// begins beyond the first checks.
func TestSeeds(t *testing.T) {
	tree := fuzzed{N: 1 << 40, Small: -1, Text: "text", Raw: []byte{0, 255}, Factors: []factor{{2, 3}, {5, 1}}, Array: [2]bool{true}}
	tree.Next = &fuzzed{N: 1, Any: "any"}
	testSeed(t, "FuzzGobDecode", "list", Gob{}, []fuzzed{tree, {}})
	testSeed(t, "FuzzGobDecode", "empty", Gob{}, []fuzzed{})
	testSeed(t, "FuzzGobDecode", "other-type", Gob{}, []string{"text"})
	testSeed(t, "FuzzJSONDecode", "list", JSON{}, []fuzzedMap{{tree, map[string][]int{"a": {1, -1}, "": nil}}, {}})
	testSeed(t, "FuzzJSONDecode", "empty", JSON{}, []fuzzedMap{})
	testSeed(t, "FuzzJSONDecode", "other-type", JSON{}, []string{"text"})
	for target, c := range map[string]Codec{"FuzzCBORDecode": CBOR{}, "FuzzMsgPackDecode": MsgPack{}, "FuzzJSONv2Decode": JSONv2{}} {
		testSeed(t, target, "list", c, []fuzzedMap{{tree, map[string][]int{"a": {1, -1}}}, {}})
		testSeed(t, target, "empty", c, []fuzzedMap{})
		testSeed(t, target, "other-type", c, []string{"text"})
	}
	testSeed(t, "FuzzBinaryDecode", "list", Binary{}, list(3, somePlain))
	testSeed(t, "FuzzBinaryDecode", "empty", Binary{}, []plain{})
	testSeed(t, "FuzzBinaryDecode", "other-type", Binary{}, [][]uint64{{1, 2}, nil, {3}})
}

func testSeed[T any](t *testing.T, target, name string, c Codec, values []T) {
	encoded := mustEncode(t, c.NewEncoder(), values)
	path := filepath.Join("testdata", "fuzz", target, name)
	if *seeds {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", encoded), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var got []T
	if err := c.NewDecoder().Decode(readSeed(t, path), &got); err != nil || len(got) != len(values) {
		t.Errorf("%s: %d values, want %d (%v)", path, len(got), len(values), err)
	}
}

// readSeed returns the one argument in a file of the fuzz corpus.
func readSeed(t *testing.T, path string) []byte {
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSuffix(strings.TrimPrefix(string(file), "go test fuzz v1\n[]byte("), ")\n")
	seed, err := strconv.Unquote(text)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return []byte(seed)
}
