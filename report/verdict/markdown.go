package verdict

import (
	"fmt"
	"strings"
)

// Markdown shows the table as a summary of a CI job: the headline, the rows that
// changed, and the rest folded.
func (t *Table) Markdown(about About) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n", t.Headline())
	for _, failed := range t.files.failed() {
		fmt.Fprintf(&out, "**%s**\n\n", failed)
	}
	changed, rest := t.split()
	for _, g := range t.grids(changed, false) {
		fmt.Fprintf(&out, "%s\n", g.markdown())
	}
	if len(changed) == 0 {
		out.WriteString("No row changed.\n\n")
	}
	fmt.Fprintf(&out, "%s\n\n", legend)
	remarks := append(t.onlyLines(), t.remarks()...)
	for _, remark := range remarks {
		fmt.Fprintf(&out, "- %s\n", remark)
	}
	if len(remarks) > 0 {
		out.WriteString("\n")
	}
	fold(&out, t.restWords(rest), t.grids(rest, false))
	fold(&out, "benchstat's table of the same samples", t.benchstat())
	for _, line := range append(about.lines(), t.conditions()) {
		fmt.Fprintf(&out, "- %s\n", line)
	}
	if about.Command != "" {
		fmt.Fprintf(&out, "\nRepeat with:\n\n```\n%s\n```\n", about.Command)
	}
	return out.String()
}

// legend says how to read the rows.
const legend = "p is corrected for all rows of a metric; *visible from* is the smallest change that this comparison could have shown; " +
	"an inconclusive row passes where its interval ends within what the gate tolerates."

// split parts the rows that changed, or may break a gate, from the rest.
func (t *Table) split() (changed, rest []Judged) {
	for _, j := range t.all() {
		moved := j.Verdict == Slower || j.Verdict == Faster
		if moved || j.Outcome == Failed {
			changed = append(changed, j)
		} else {
			rest = append(rest, j)
		}
	}
	return changed, rest
}

// restWords sums up the rows that are folded: "13 other rows: 10 same, 3 inconclusive".
func (t *Table) restWords(rest []Judged) string {
	var parts []string
	for _, v := range verdictOrder {
		if n := count(rest, func(j Judged) bool { return j.Verdict == v }); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return plural(len(rest), "other row") + ": " + strings.Join(parts, ", ")
}

func fold(out *strings.Builder, summary string, grids []grid) {
	if len(grids) == 0 {
		return
	}
	fmt.Fprintf(out, "<details><summary>%s</summary>\n\n", summary)
	for _, g := range grids {
		fmt.Fprintf(out, "%s\n", g.markdown())
	}
	out.WriteString("</details>\n\n")
}
