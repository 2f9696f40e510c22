package strategies

import (
	"context"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"

	"github.com/handoff-go/handoff/strategies/codec"
)

// wellKnown are the errors that cross for every task; the sentinels of a task
// are numbered after them.
var wellKnown = []error{context.Canceled, context.DeadlineExceeded, codec.ErrUnregistered}

// appendError writes err as an error record: type, text, stack, and the
// numbers of the well-known errors that it wraps. Of a text or a stack that is
// too long for about limit bytes the end is left out. The methods of err are code
// of the task: none of them ends the calling goroutine.
func appendError(dst []byte, err error, sentinels []error, limit int) []byte {
	record := RemoteError{Type: errorType(err)}
	if remote, ok := err.(*RemoteError); ok && (remote.Type == typePanic || remote.Type == typeGoexit) {
		record = *remote
	} else if failed := guarded(func() error { record.Text = errorText(err); return nil }); failed != nil {
		record.Text = fmt.Sprintf("%s (its Error method: %v)", record.Type, failed)
	}
	is := knownIn(err, sentinels)
	record.Text = shorten(record.Text, limit/2)
	record.Stack = shorten(record.Stack, limit/2-len(record.Text))
	dst = appendString(dst, record.Type)
	dst = appendString(dst, record.Text)
	dst = appendString(dst, record.Stack)
	dst = binary.AppendUvarint(dst, uint64(len(is)))
	for _, i := range is {
		dst = binary.AppendUvarint(dst, i)
	}
	return dst
}

// errorType is the type of an error of the user's.
func errorType(err error) string {
	if t, ok := err.(*toldError); ok {
		err = t.err
	}
	return fmt.Sprintf("%T", err)
}

// knownIn returns the numbers of the well-known errors and sentinels that err is or
// wraps, as far as its methods let it be seen.
func knownIn(err error, sentinels []error) (is []uint64) {
	known := append(wellKnown[:len(wellKnown):len(wellKnown)], sentinels...)
	found := make([]bool, len(known))
	guarded(func() error {
		eachWrapped(err, func(e error) {
			for i, k := range known {
				found[i] = found[i] || isKnown(e, k)
			}
		})
		return nil
	})
	for i, yes := range found {
		if yes {
			is = append(is, uint64(i))
		}
	}
	return is
}

// mostWrapped is how many errors of a chain or tree are looked at: one may lead to
// itself, or grow while it is walked.
const mostWrapped = 1000

// eachWrapped calls visit for err and the errors that it wraps, the nearest first.
func eachWrapped(err error, visit func(error)) {
	list := []error{err}
	for i := 0; i < len(list) && i < mostWrapped; i++ {
		if list[i] == nil {
			continue
		}
		visit(list[i])
		more := unwrap(list[i])
		list = append(list, more[:min(len(more), mostWrapped-i)]...)
	}
}

// unwrap returns what err wraps. That is code of the task and may panic.
func unwrap(err error) (wrapped []error) {
	defer func() { recover() }()
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:max(0, limit)], "") + " …"
}

// isKnown is errors.Is for one error of a chain. It calls code of the task, which
// may panic.
func isKnown(err, known error) (is bool) {
	defer func() { recover() }()
	if reflect.TypeOf(known).Comparable() && err == known {
		return true
	}
	e, ok := err.(interface{ Is(error) bool })
	return ok && e.Is(known)
}

// errorText is err.Error, which is code of the task and may panic.
func errorText(err error) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprintf("%T (its Error method panics: %v)", err, v)
		}
	}()
	return err.Error()
}

// readError reads an error record.
func readError(src []byte, sentinels []error) (*RemoteError, bool) {
	r := reader{src: src}
	e := &RemoteError{Type: string(r.bytes()), Text: string(r.bytes()), Stack: string(r.bytes())}
	known := append(wellKnown[:len(wellKnown):len(wellKnown)], sentinels...)
	n := r.uvarint()
	if n > uint64(len(known)) {
		return nil, false
	}
	for ; n > 0; n-- {
		if i := r.uvarint(); i < uint64(len(known)) && !r.bad {
			e.is = append(e.is, known[i])
		} else {
			return nil, false
		}
	}
	return e, !r.bad
}
