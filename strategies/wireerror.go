package strategies

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// wellKnown are the errors that cross for every task; the sentinels of a task
// are numbered after them.
var wellKnown = []error{context.Canceled, context.DeadlineExceeded}

// appendError writes err as an error record: type, text, stack, and the
// numbers of the well-known errors that it wraps. Of a text or a stack that is
// too long for about limit bytes the end is left out.
func appendError(dst []byte, err error, sentinels []error, limit int) []byte {
	record := RemoteError{Type: fmt.Sprintf("%T", err), Text: errorText(err)}
	if remote, ok := err.(*RemoteError); ok && (remote.Type == typePanic || remote.Type == typeGoexit) {
		record = *remote
	}
	record.Text = shorten(record.Text, limit/2)
	record.Stack = shorten(record.Stack, limit/2-len(record.Text))
	dst = appendString(dst, record.Type)
	dst = appendString(dst, record.Text)
	dst = appendString(dst, record.Stack)
	var is []uint64
	for i, known := range append(wellKnown[:len(wellKnown):len(wellKnown)], sentinels...) {
		if isKnown(err, known) {
			is = append(is, uint64(i))
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(is)))
	for _, i := range is {
		dst = binary.AppendUvarint(dst, i)
	}
	return dst
}

func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:max(0, limit)], "") + " …"
}

// isKnown is errors.Is, which calls code of the task and may panic.
func isKnown(err, known error) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return errors.Is(err, known)
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
