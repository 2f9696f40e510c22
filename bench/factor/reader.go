package factor

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// Reader reads numbers from text as GNU factor does: tokens between spaces,
// tabs and newlines, each with digits only, a plus sign before them allowed.
// It holds no more than a buffer, whatever the input. It is for one goroutine.
type Reader struct {
	name string
	in   *bufio.Reader
	line int
	held []byte // the token, up to longest bytes
	size int    // of the token
}

// NewReader returns a Reader of in; name is the file's, for messages.
func NewReader(name string, in io.Reader) *Reader {
	return &Reader{name: name, in: bufio.NewReaderSize(in, 64<<10), line: 1}
}

// longest is how much of a token is kept: enough to tell a slip of the fingers
// from the wrong file.
const longest = 60

// TokenError is a token that is not a number.
type TokenError struct {
	Name  string // of the file
	Line  int    // from 1
	Token string // its beginning, if it is a long one
	Cut   bool   // Token is a beginning
}

func (e *TokenError) Error() string {
	cut := ""
	if e.Cut {
		cut = "…"
	}
	return fmt.Sprintf("%s:%d: %q%s is not a whole number from 0 to %d", e.Name, e.Line, e.Token, cut, uint64(math.MaxUint64))
}

// Next returns the next number. At the end of the input the error is io.EOF; a
// [*TokenError] is passed over, and the next call goes on behind it; any other
// error is the input's and says where it came.
func (r *Reader) Next() (uint64, error) {
	b, err := r.skipBlanks()
	if err != nil {
		return 0, r.failed(err)
	}
	var n number
	r.held, r.size = r.held[:0], 0
	for err == nil && !blank(b) {
		n.add(b)
		r.keep(b)
		b, err = r.in.ReadByte()
	}
	if err == nil {
		// The line that a newline ends is still the token's.
		err = r.in.UnreadByte()
	}
	if err != nil && err != io.EOF {
		return 0, r.failed(err)
	}
	if !n.right() {
		return 0, &TokenError{r.name, r.line, string(r.held), r.size > longest}
	}
	return n.value, nil
}

// Idle reports whether the next call of Next may have to wait: no whole token
// has been read ahead.
func (r *Reader) Idle() bool {
	ahead, _ := r.in.Peek(r.in.Buffered())
	ahead = bytes.TrimLeft(ahead, blanks)
	return !bytes.ContainsAny(ahead, blanks)
}

func (r *Reader) skipBlanks() (byte, error) {
	for {
		b, err := r.in.ReadByte()
		if err != nil || !blank(b) {
			return b, err
		}
		if b == '\n' {
			r.line++
		}
	}
}

func (r *Reader) keep(b byte) {
	if r.size++; r.size <= longest {
		r.held = append(r.held, b)
	}
}

// failed says where the input failed; io.EOF is no failure.
func (r *Reader) failed(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("%s:%d: %w", r.name, r.line, err)
}

// blanks stand between tokens. GNU factor takes no carriage return for one, and
// no other kind of space.
const blanks = " \t\n"

func blank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' }

// number is a token read byte by byte, so that a long one needs no memory.
type number struct {
	value  uint64
	digits bool // there was one
	signed bool // there was a plus sign
	wrong  bool
}

func (n *number) add(b byte) {
	switch {
	case b == '+' && !n.digits && !n.signed:
		n.signed = true
	case b < '0' || b > '9':
		n.wrong = true
	default:
		n.digits = true
		digit := uint64(b - '0')
		if n.value > (math.MaxUint64-digit)/10 {
			n.wrong = true
			return
		}
		n.value = 10*n.value + digit
	}
}

func (n *number) right() bool { return n.digits && !n.wrong }
