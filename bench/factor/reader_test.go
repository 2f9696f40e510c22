package factor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll returns what a Reader makes of a text: numbers, and messages.
func readAll(in io.Reader) []string {
	var all []string
	for r := NewReader("f", in); ; {
		n, err := r.Next()
		var token *TokenError
		switch {
		case err == nil:
			all = append(all, fmt.Sprint(n))
		case errors.As(err, &token):
			all = append(all, err.Error())
		case err == io.EOF:
			return all
		default:
			return append(all, "failed: "+err.Error())
		}
	}
}

func TestReader(t *testing.T) {
	const not = " is not a whole number from 0 to 18446744073709551615"
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{" \t\n\n", nil},
		{"1 2\t3\n4", []string{"1", "2", "3", "4"}},
		{"+7 007 +0", []string{"7", "7", "0"}},
		{"18446744073709551615", []string{"18446744073709551615"}},
		{strings.Repeat("0", 100) + "5", []string{"5"}},
		{"1\n18446744073709551616\n2", []string{"1", `f:2: "18446744073709551616"` + not, "2"}},
		{"184467440737095516150", []string{`f:1: "184467440737095516150"` + not}},
		{"-3", []string{`f:1: "-3"` + not}},
		{"\n\nabc 5", []string{`f:3: "abc"` + not, "5"}},
		{"+ ++4 4+", []string{`f:1: "+"` + not, `f:1: "++4"` + not, `f:1: "4+"` + not}},
		{"9\r\n8", []string{`f:1: "9\r"` + not, "8"}},
		{"5\v6\f7 8,9 0x10 1e3", []string{`f:1: "5\v6\f7"` + not, `f:1: "8,9"` + not, `f:1: "0x10"` + not, `f:1: "1e3"` + not}},
		{strings.Repeat("9", 61), []string{`f:1: "` + strings.Repeat("9", 60) + `"…` + not}},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			if got := readAll(in); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("%.70q:\ngot  %q\nwant %q", c.text, got, c.want)
			}
		}
	}
}

func TestReaderFails(t *testing.T) {
	bad := errors.New("the disk is on fire")
	got := readAll(io.MultiReader(strings.NewReader("1\n2\n3"), iotest.ErrReader(bad)))
	if want := "[1 2 failed: f:3: the disk is on fire]"; fmt.Sprint(got) != want {
		t.Errorf("got %s, want %s: what the input may have cut short is no number", got, want)
	}
}

func TestIdle(t *testing.T) {
	for _, c := range []struct {
		ahead string // is read at once, and begins with a number
		idle  bool   // after that number
	}{
		{"1\n", true},
		{"1 \t\n\n", true},
		{"1 2\n", false},
		{"1\n2 ", false},
		{"1 2", true}, // more of the 2 may follow
	} {
		r := NewReader("f", io.MultiReader(strings.NewReader(c.ahead), iotest.ErrReader(io.ErrNoProgress)))
		if n, err := r.Next(); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if got := r.Idle(); got != c.idle {
			t.Errorf("%q: idle %v after the first number, want %v", c.ahead, got, c.idle)
		}
	}
}

// endless is a token that never ends.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left -= len(p); e.left < 0 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = '9'
	}
	return len(p), nil
}

func TestReaderBoundedMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	readAll(&endless{16 << 20})
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("a token of 16 MiB took %d bytes", allocated)
	}
}

func FuzzReader(f *testing.F) {
	for _, text := range []string{"", "1 2\n3", "+7", "-1", "18446744073709551615", "18446744073709551616", "9\r\n", "\x00", "++1", "é", "1\v2"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want []string
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, token := range bytes.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' }) {
				want = append(want, meaning(i+1, string(token)))
			}
		}
		if got := readAll(bytes.NewReader(text)); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	})
}

// meaning is what a Reader is to make of a token, by math/big.
func meaning(line int, token string) string {
	digits := strings.TrimPrefix(token, "+")
	onlyDigits := digits != "" && strings.Trim(digits, "0123456789") == ""
	if n, ok := new(big.Int).SetString(digits, 10); onlyDigits && ok && n.IsUint64() {
		return n.String()
	}
	cut := len(token) > longest
	if cut {
		token = token[:longest]
	}
	return (&TokenError{"f", line, token, cut}).Error()
}
