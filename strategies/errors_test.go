package strategies

import (
	"errors"
	"testing"
)

func TestMapErrorListsTen(t *testing.T) {
	cause := errors.New("odd")
	var e MapError
	for i := range 12 {
		e.Failed = append(e.Failed, &ItemError{Index: i, Attempts: 1 + i%2, Err: cause})
	}
	want := "strategies: 12 of the items failed" +
		"\n\titem 0: odd\n\titem 1, 2 attempts: odd\n\titem 2: odd\n\titem 3, 2 attempts: odd\n\titem 4: odd" +
		"\n\titem 5, 2 attempts: odd\n\titem 6: odd\n\titem 7, 2 attempts: odd\n\titem 8: odd\n\titem 9, 2 attempts: odd" +
		"\n\t… and 2 more"
	if got := e.Error(); got != want {
		t.Errorf("text\n%s\nwant\n%s", got, want)
	}
	one := &MapError{Failed: e.Failed[:1]}
	if got := one.Error(); got != "strategies: 1 item failed\n\titem 0: odd" || !errors.Is(one, cause) {
		t.Errorf("of one item: %q, errors.Is %v", got, errors.Is(one, cause))
	}
}
