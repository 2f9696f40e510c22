package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/perf/benchunit"

	"github.com/handoff-go/handoff/report/analysis"
)

// table is rows of text under a head. It is printed as a Markdown table with
// its columns aligned, which reads well on a terminal too.
type table struct {
	title string
	head  []string
	rows  [][]string
}

func (t *table) String() string {
	widths := t.widths()
	var out strings.Builder
	writeRow(&out, t.head, widths)
	for i, w := range widths {
		if i == 0 {
			out.WriteString("|:" + strings.Repeat("-", w) + "-")
		} else {
			out.WriteString("|-" + strings.Repeat("-", w) + ":")
		}
	}
	out.WriteString("|\n")
	for _, row := range t.rows {
		writeRow(&out, row, widths)
	}
	return out.String()
}

func (t *table) widths() []int {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	return widths
}

// writeRow sets the first column left and the others right.
func writeRow(out *strings.Builder, row []string, widths []int) {
	for i, text := range row {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
		// A stranger's benchmark may have a bar in its name.
		text = strings.ReplaceAll(text, "|", "/")
		if i == 0 {
			text += pad
		} else {
			text = pad + text
		}
		out.WriteString("| " + text + " ")
	}
	out.WriteString("|\n")
}

// mainMetric is the one that a matrix is tabled by: time per item where all
// cells have it, else time per operation, else what there is.
func mainMetric(m *analysis.Matrix) string {
	for _, metric := range []string{analysis.MetricItem, analysis.MetricOp} {
		if m.Has(metric) {
			return metric
		}
	}
	if metrics := m.Metrics(); len(metrics) > 0 && !slices.Contains(metrics, analysis.MetricOp) {
		return metrics[0]
	}
	return analysis.MetricOp
}

// mainTables are one for the works that the same columns did: a table that is
// mostly empty says little.
func mainTables(m *analysis.Matrix) []*table {
	var all []*table
	parts := m.Parts()
	for i, part := range parts {
		name := m.Heading
		if len(parts) > 1 {
			name += fmt.Sprintf(" (%d of %d)", i+1, len(parts))
		}
		if len(part.Columns) > widest {
			all = append(all, longTable(m, part, name))
		} else {
			all = append(all, mainTable(m, part, name))
		}
	}
	return all
}

// widest is how many columns a table has beside each other. Of more, a cell is a row:
// nobody reads so wide a table, and most of it may be empty.
const widest = 40

// longTable has the cells of a part down.
func longTable(m *analysis.Matrix, part analysis.Part, name string) *table {
	metric := mainMetric(m)
	t := &table{title: name + ": " + metricWords(metric) + sameN(m), head: []string{m.Bench, "strategy", "median"}}
	for _, w := range part.Works {
		for _, cell := range m.Row(w) {
			t.rows = append(t.rows, []string{orDash(w.Name), columnName(cell.Column), mainCell(m, w, cell.Column, metric)})
		}
	}
	return t
}

// mainTable has work down and strategies across: median, interval, and how
// many times as fast as serial.
func mainTable(m *analysis.Matrix, part analysis.Part, name string) *table {
	metric := mainMetric(m)
	t := &table{title: name + ": " + metricWords(metric) + sameN(m), head: []string{m.Bench}}
	for _, c := range part.Columns {
		t.head = append(t.head, columnName(c))
	}
	for _, w := range part.Works {
		row := []string{orDash(w.Name)}
		for _, c := range part.Columns {
			row = append(row, mainCell(m, w, c, metric))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func metricWords(metric string) string {
	switch metric {
	case analysis.MetricItem:
		return "time per item"
	case analysis.MetricOp:
		return "time per operation"
	}
	return analysis.Untidy(metric)
}

func columnName(c analysis.Column) string {
	if c.Name == "" {
		return "median"
	}
	return c.Name
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// sameN says the number of samples once, where it is the same in all cells.
func sameN(m *analysis.Matrix) string {
	if least, most := m.SampleCounts(); least == most {
		return fmt.Sprintf(", n=%d", most)
	}
	return ""
}

// ownN says the number of samples of one cell that have a metric, where sameN does not.
func ownN(m *analysis.Matrix, i analysis.Interval) string {
	if least, most := m.SampleCounts(); least == most && i.N == most || i.N == 0 {
		return ""
	}
	return fmt.Sprintf(" n=%d", i.N)
}

// summaryCell is the median of a metric, its interval and, where need be, the number of samples.
func summaryCell(m *analysis.Matrix, cell *analysis.Cell, metric string) string {
	i := m.Summary(cell, metric)
	return formatInterval(i, metric) + ownN(m, i)
}

func mainCell(m *analysis.Matrix, w analysis.Work, c analysis.Column, metric string) string {
	cell := m.Cell(w, c)
	if cell == nil {
		return ""
	}
	text := summaryCell(m, cell, metric)
	if c.IsSerial() || m.Serial(w) == nil {
		return text
	}
	return text + " " + formatSpeedup(analysis.Speedup(m.Serial(w), cell, metric))
}

// formatSpeedup is "1.98×" where it is clear who is faster, "~1.01×" where the
// interval holds 1, and "(1.98×)" where there is no interval.
func formatSpeedup(s analysis.Interval, ok bool) string {
	text := analysis.Times(s.Center)
	switch {
	case !ok:
		return ""
	case !s.Known():
		return "(" + text + ")"
	case s.Lo <= 1 && s.Hi >= 1:
		return "~" + text
	}
	return text
}

// formatInterval is "9.795µs ±2%", with ±∞ where there are too few samples, and ±? where some
// are zero.
func formatInterval(i analysis.Interval, metric string) string {
	if math.IsNaN(i.Center) {
		return "-"
	}
	spread := "∞"
	switch {
	case i.Known() && i.Lo == i.Hi:
		spread = "0%"
	case i.Known() && i.Lo == 0: // no part of the median says how far that is, nor does benchstat
		spread = "?"
	case i.Known() && i.Spread() >= 1e6:
		spread = strconv.FormatFloat(100*i.Spread(), 'g', 3, 64) + "%"
	case i.Known():
		spread = fmt.Sprintf("%.0f%%", 100*i.Spread())
	}
	return formatValue(i.Center, metric) + " ±" + spread
}

// formatValue spells a value in its unit's numerator: time and bytes with a
// prefix, counts as they are.
func formatValue(v float64, metric string) string {
	numerator, _, _ := strings.Cut(metric, "/")
	switch {
	case numerator == "sec" || strings.HasSuffix(numerator, "-sec"):
		return benchunit.Scale(v, benchunit.Decimal) + "s"
	case numerator == "B" || strings.HasSuffix(numerator, "-B") || strings.HasSuffix(numerator, "bytes"):
		return benchunit.Scale(v, benchunit.Binary) + "B"
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return analysis.Number(v, 4)
}

// metricTable has all metrics of one work down and strategies across.
func metricTable(m *analysis.Matrix, w analysis.Work) *table {
	t := &table{title: strings.Join(nonEmpty("Every metric of", m.Heading, w.Name), " ") + sameN(m), head: []string{"metric"}}
	cells := m.Row(w)
	if n := len(cells); n > widest {
		t.title += fmt.Sprintf(", %d of %d strategies", widest, n)
		cells = cells[:widest]
	}
	for _, cell := range cells {
		t.head = append(t.head, columnName(cell.Column))
	}
	for _, metric := range m.Metrics() {
		row := []string{analysis.Untidy(metric)}
		for _, cell := range cells {
			row = append(row, summaryCell(m, cell, metric))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// plainTable is for a benchmark of strangers, without strategies: work down,
// metrics across.
func plainTable(m *analysis.Matrix) *table {
	t := &table{title: m.Heading + sameN(m), head: []string{m.Bench}}
	metrics := m.Metrics()
	for _, metric := range metrics {
		t.head = append(t.head, analysis.Untidy(metric))
	}
	for _, w := range m.Works {
		for _, cell := range m.Row(w) {
			row := []string{orDash(strings.Join(nonEmpty(w.Name, cell.Column.Name), " "))}
			for _, metric := range metrics {
				row = append(row, summaryCell(m, cell, metric))
			}
			t.rows = append(t.rows, row)
		}
	}
	return t
}
