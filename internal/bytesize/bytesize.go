// Package bytesize reads and writes sizes with units: 4KiB, 256MB.
package bytesize

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// units are the ones that are written, the largest first.
var units = []struct {
	name string
	size int64
}{
	{"TiB", 1 << 40}, {"TB", 1e12}, {"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"kB", 1e3},
}

// Words says what a size may look like.
const Words = "such as 4096, 64KiB, 256MB or 1.5GiB"

// ErrSize is the error of what is no size.
var ErrSize = errors.New("not a size, " + Words)

// Parse reads a size: a number, which may have a decimal point, and a unit.
// KiB, MiB, GiB and TiB are powers of 1024, as K, M, G and T are; kB, MB, GB and
// TB are powers of 1000; B or no unit is bytes. Upper and lower case are the same.
// A size is not negative, and a whole number of bytes.
func Parse(text string) (int64, error) {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit, ok := factor(text[len(digits):])
	if !ok || digits == "" || len(digits) > 40 || strings.Trim(digits, "0123456789.") != "" {
		return 0, ErrSize
	}
	n, ok := new(big.Rat).SetString(digits)
	if !ok {
		return 0, ErrSize
	}
	n.Mul(n, new(big.Rat).SetInt64(unit))
	if !n.IsInt() || !n.Num().IsInt64() {
		return 0, ErrSize
	}
	return n.Num().Int64(), nil
}

// factor returns how many bytes a unit is.
func factor(name string) (bytes int64, ok bool) {
	if name == "" || strings.EqualFold(name, "B") {
		return 1, true
	}
	for _, u := range units {
		short := len(u.name) == len("KiB") && strings.EqualFold(name, u.name[:1])
		if short || strings.EqualFold(name, u.name) {
			return u.size, true
		}
	}
	return 0, false
}

// Format writes a size of at least 0 in the largest unit of which it is a whole
// number: Parse reads the same size from it.
func Format(bytes int64) string {
	for _, u := range units {
		if bytes != 0 && bytes%u.size == 0 {
			return strconv.FormatInt(bytes/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}
