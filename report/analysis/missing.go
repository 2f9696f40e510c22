package analysis

import "fmt"

// MissingError says why a picture cannot be drawn: what the file lacks for it.
type MissingError struct {
	Plot string // "phases"
	What string // "metric ns/item in the cells of Factor"
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("plot %s: the file has no %s", e.Plot, e.What)
}
