package verdict

import (
	"strings"
	"unicode/utf8"
)

// grid is a table to be shown. Its last column may hold what takes no room on a
// terminal, such as colours.
type grid struct {
	head []string
	rows [][]string
}

// text aligns the first and the last column to the left, those between them, which are
// numbers, to the right.
func (g grid) text() string {
	all := append([][]string{g.head}, g.rows...)
	widths := make([]int, len(g.head))
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for _, row := range all {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				line += cell + pad
			case len(row) - 1:
				line += "  " + cell
			default:
				line += "  " + pad + cell
			}
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

// markdown sets the same as a table that GitHub renders.
func (g grid) markdown() string {
	var out strings.Builder
	line := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(g.head)
	rules := make([]string, len(g.head))
	for i := range rules {
		rules[i] = "--:"
	}
	rules[0], rules[len(rules)-1] = ":--", ":--"
	line(rules)
	for _, row := range g.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		line(cells)
	}
	return out.String()
}
