package verdict

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/perf/benchunit"
)

// spell spells a value with a prefix: "3.1µs", "16.4B", "1.5".
func spell(v float64, metric string) string {
	if math.IsNaN(v) {
		return "-"
	}
	numerator, _, _ := strings.Cut(tidied(metric), "/")
	v *= tidyFactor(metric)
	switch {
	case numerator == "sec" || strings.HasSuffix(numerator, "-sec"):
		return benchunit.Scale(v, benchunit.Decimal) + "s"
	case numerator == "B" || strings.HasSuffix(numerator, "-B") || strings.HasSuffix(numerator, "bytes"):
		return benchunit.Scale(v, benchunit.Binary) + "B"
	}
	return benchunit.Scale(v, benchunit.Decimal)
}

// Change spells the row's difference: "+10.3%".
func (j Judged) Change() string {
	if math.IsNaN(j.Ratio) {
		return "-"
	}
	return signed(j.Ratio)
}

// signed spells a ratio as a difference; beyond tenfold it is a multiple.
func signed(ratio float64) string {
	switch {
	case math.IsInf(ratio, 1):
		return "from 0"
	case ratio >= 1e6: // nobody counts so many digits
		return "×" + strconv.FormatFloat(ratio, 'g', 3, 64)
	case ratio >= 10:
		return "×" + strconv.FormatFloat(ratio, 'f', 0, 64)
	}
	text := fmt.Sprintf("%+.1f%%", 100*(ratio-1))
	if text == "-0.0%" || text == "+0.0%" {
		return "0.0%"
	}
	return text
}

// interval spells the interval of a row's difference.
func interval(j Judged) string {
	switch {
	case j.Exact && j.known():
		return "exact"
	case !j.known():
		return "-"
	}
	return signed(j.Low) + " … " + signed(j.High)
}

// percent spells a part: "2%", "0.5%".
func percent(part float64) string {
	if math.IsInf(part, 0) || math.IsNaN(part) {
		return "-"
	}
	return strconv.FormatFloat(100*part, 'g', 3, 64) + "%"
}

// chance spells a p.
func chance(j Judged) string {
	switch {
	case j.Exact || j.Pairs == 0 || j.Verdict == NotComparable:
		return "-"
	case j.AdjustedP < 0.0005:
		return "<0.001"
	}
	return strconv.FormatFloat(j.AdjustedP, 'f', 3, 64)
}

// visible spells the smallest difference that the row could have shown.
func visible(j Judged) string {
	switch {
	case j.Exact:
		return "any"
	case j.Smallest >= 1e6: // no difference that anybody would look for
		return "none"
	}
	return fmt.Sprintf("%.1f%%", 100*j.Smallest)
}
