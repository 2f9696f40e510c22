package analysis

import (
	"math"
	"strconv"
	"strings"
)

var timeUnits = []struct {
	size float64
	name string
}{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}}

// TimeUnit returns the unit in which v seconds read best, and its size in seconds.
func TimeUnit(v float64) (name string, size float64) {
	for _, u := range timeUnits {
		// 999.6 ns would print as 1000 ns.
		if math.Abs(v) >= 0.9995*u.size {
			return u.name, u.size
		}
	}
	return "ns", 1e-9
}

// Time spells v seconds with so many significant digits: "11 µs".
func Time(v float64, digits int) string {
	name, size := TimeUnit(v)
	return Number(v/size, digits) + " " + name
}

// Number spells v rounded to so many significant digits, without an exponent.
func Number(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	// Formatting with an exponent is what rounds; 9.96 becomes 1.0e+01.
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(math.Abs(rounded))+1e-12))
	return strconv.FormatFloat(rounded, 'f', max(0, decimals), 64)
}

var byteUnits = []struct {
	size float64
	name string
}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}}

// Bytes spells a number of bytes with at most so many significant digits:
// "4 KiB", "1.26 MiB".
func Bytes(v float64, digits int) string {
	for _, u := range byteUnits {
		if math.Abs(v) >= u.size {
			return short(v/u.size, digits) + " " + u.name
		}
	}
	return short(v, digits) + " B"
}

// short is Number without the zeros that end a fraction.
func short(v float64, digits int) string {
	text := Number(v, digits)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// Times spells a ratio: "1.96×", "0.65×".
func Times(ratio float64) string {
	if ratio >= 1 {
		return Number(ratio, 3) + "×"
	}
	return Number(ratio, 2) + "×"
}

// TimeRange spells an interval with its unit said once where it is the same:
// "9.1–14 µs". Ends that would read the same get one more digit.
func TimeRange(lo, hi float64, digits int) string {
	nameLo, sizeLo := TimeUnit(lo)
	nameHi, sizeHi := TimeUnit(hi)
	if nameLo != nameHi {
		return Time(lo, digits) + "–" + Time(hi, digits)
	}
	a, b := Number(lo/sizeLo, digits), Number(hi/sizeHi, digits)
	if a == b {
		a, b = Number(lo/sizeLo, digits+1), Number(hi/sizeHi, digits+1)
	}
	return a + "–" + b + " " + nameHi
}

// Untidy returns a tidied unit as benchmark lines spell it: nanoseconds. Only what is
// measured is tidied, and not what it is measured by: items/sec were printed as such.
func Untidy(unit string) string {
	numerator, by, _ := strings.Cut(unit, "/")
	if numerator != "sec" && !strings.HasSuffix(numerator, "-sec") {
		return unit
	}
	return strings.TrimSuffix(strings.TrimSuffix(numerator, "sec")+"ns/"+by, "/")
}

// Count spells a large number in words: "3.2 million".
func Count(v float64, digits int) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "billion"}, {1e6, "million"}} {
		if v >= 0.9995*u.size {
			return Number(v/u.size, digits) + " " + u.name
		}
	}
	if v >= 999.5 {
		return Number(v/1e3, digits) + ",000"
	}
	return Number(v, digits)
}

// Rate spells items a second: "3.2 M/s".
func Rate(v float64, digits int) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= 0.9995*u.size {
			return Number(v/u.size, digits) + " " + u.name + "/s"
		}
	}
	return Number(v, digits) + "/s"
}

// Percent spells a part of a whole: "46 %".
func Percent(part float64) string { return strconv.FormatFloat(100*part, 'f', 0, 64) + " %" }
