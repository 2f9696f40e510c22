package strategies

import (
	"errors"
	"fmt"

	"github.com/handoff-go/handoff/strategies/codec"
)

// unknownAtFirst is how many items must have failed because of types that the codec does
// not know, and no other been answered, before the call is given up. It is not the first,
// because others may hold other types.
const unknownAtFirst = 16

// count ends a call of which nothing can come: none of its items, or of the first that
// were answered, got through, because a type was not registered. One error says so, and
// what to do.
func (s *schedule) count(c *call, failed []*ItemError) {
	for _, f := range failed {
		if errors.Is(f.Err, codec.ErrUnregistered) {
			c.unknown++
		}
	}
	all := c.stock.left() == 0 && c.answered == c.stock.taken()
	if c.unknown == c.answered && (all || c.unknown >= unknownAtFirst) {
		s.end(c, fmt.Errorf("strategies: none of the %d items tried got through, for the same reason: %w", c.unknown, failed[0]))
	}
}
