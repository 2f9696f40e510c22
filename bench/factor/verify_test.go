package factor

import (
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name    string
		n       uint64
		factors []uint64
		want    string // in the error; "" = right
	}{
		{"right", 12, []uint64{2, 2, 3}, ""},
		{"none for 1", 1, nil, ""},
		{"some for 0", 0, []uint64{2}, "0 has no prime factors"},
		{"none for 2", 2, nil, "the product is 1"},
		{"one missing", 12, []uint64{2, 3}, "the product is 6"},
		{"not prime", 12, []uint64{3, 4}, "4 is not prime"},
		{"not ascending", 6, []uint64{3, 2}, "2 comes after 3"},
		{"one", 7, []uint64{1, 7}, "1 is not prime"},
		{"overflow that comes out right", 4, []uint64{2, 2, 4294967291, 4294967291}, "2^64 or more"},
	} {
		err := Verify([]uint64{c.n}, [][]uint64{c.factors})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if Verify([]uint64{2, 3}, [][]uint64{{2}}) == nil {
		t.Error("a missing answer is accepted")
	}
}
