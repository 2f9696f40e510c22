package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/report/record"
)

// pageFiles are the template of index.html and what it carries inside.
//
//go:embed page/page.html page/page.css page/page.js
var pageFiles embed.FS

var (
	pageStyle    = mustRead("page/page.css")
	pageScript   = mustRead("page/page.js")
	pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(pageStyle) },
		"script": func() template.JS { return template.JS(pageScript) },
		"prose":  prose,
		"spread": spread,
	}).ParseFS(pageFiles, "page/page.html"))
)

func mustRead(name string) string {
	data, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err) // embed has checked that it is there
	}
	return string(data)
}

// page is what index.html shows, of one run or of two: one file that loads
// nothing. Fields that are empty leave their section out.
type page struct {
	Title    string
	Lead     []string // under the title
	Findings []link
	Warnings []string
	Facts    []record.Pair
	About    *pageTable // instead of Facts, where there are two runs
	Pictures [][]figure // those of a row stand beside each other
	Tables   []pageTable
	Methods  []string
	Files    []link
}

type link struct{ URL, Text string }

// figure is a picture with what is said about it, or why it is missing.
type figure struct {
	Plot
	ID         string
	Image      template.URL
	Width      int
	Height     int
	Conditions string
	Machine    string
	Redraw     string
	Files      []link
	Missing    string
}

type pageTable struct {
	ID, Title string
	Head      []pageCell
	Rows      [][]pageCell
	More      string // what is left out, and where it is
}

// pageCell is a cell and the number that it is sorted by, "" for none.
type pageCell struct {
	Text, Number string
	Head         bool // the first of its row
	Words        bool // no cell of its column begins with a number
}

// render returns the page's bytes.
func (p *page) render() ([]byte, error) {
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("%s: %w", pageName, err)
	}
	return out.Bytes(), nil
}

// Policy is the page's own rule for the browser: nothing is loaded, pictures
// are those in the page, and no script runs but the one that is known by its
// sum, whatever a run's names hold.
func (p *page) Policy() string {
	return "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src " + sum(pageStyle) + "; script-src " + sum(pageScript)
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'"
}

// newFigure embeds the SVG as an image, not as elements of the page: so it can
// neither run nor load anything, and its names cannot meet those of another.
func newFigure(p Plot, svg []byte) figure {
	width, height := p.Picture.Size()
	const pixels = 4.0 / 3 // to the point
	return figure{
		Plot: p, ID: p.Name, Conditions: p.Picture.Conditions(),
		Image: template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg)),
		Width: int(width*pixels + 0.5), Height: int(height*pixels + 0.5),
	}
}

// How much a page shows: a browser takes its time for more, and nobody reads it.
// summary.md has all.
const (
	mostTableRows = 500
	mostPageRows  = 2500
)

// newPageTables takes as many rows as a page has room for, and says what it leaves out.
func newPageTables(tables []*table) []pageTable {
	var all []pageTable
	room := mostPageRows
	for i, t := range tables {
		if room <= 0 {
			last := &all[len(all)-1]
			last.More = strings.TrimPrefix(last.More+"; ", "; ") + fmt.Sprintf("%d more tables stand in %s", len(tables)-i, summaryName)
			break
		}
		short := *t
		short.rows = t.rows[:min(len(t.rows), mostTableRows, room)]
		room -= len(short.rows)
		page := newPageTable("table-"+strconv.Itoa(i+1), &short)
		if left := len(t.rows) - len(short.rows); left > 0 {
			page.More = fmt.Sprintf("The first %d of %d rows; all of them stand in %s", len(short.rows), len(t.rows), summaryName)
		}
		all = append(all, page)
	}
	return all
}

func newPageTable(id string, t *table) pageTable {
	p := pageTable{ID: id, Title: t.title, Head: newPageRow(t.head)}
	for _, row := range t.rows {
		p.Rows = append(p.Rows, newPageRow(row))
	}
	for column := range p.Head {
		if !t.hasNumbers(column) {
			p.setWords(column)
		}
	}
	return p
}

func newPageRow(row []string) []pageCell {
	cells := make([]pageCell, len(row))
	for i, text := range row {
		cells[i] = pageCell{Text: text, Head: i == 0}
		if v, ok := sortNumber(text); ok {
			cells[i].Number = strconv.FormatFloat(v, 'g', 6, 64)
		}
	}
	return cells
}

// hasNumbers reports whether some cell of a column begins with a number.
func (t *table) hasNumbers(column int) bool {
	return slices.ContainsFunc(t.rows, func(row []string) bool {
		if column >= len(row) {
			return false
		}
		_, ok := leadingNumber(row[column])
		return ok
	})
}

func (t *pageTable) setWords(column int) {
	t.Head[column].Words = true
	for _, row := range t.Rows {
		if column < len(row) {
			row[column].Words = true
		}
	}
}

// prose sets what stands between backquotes as code, as Markdown does.
func prose(text string) template.HTML {
	return mark(text, "`", "<code>", "</code>")
}

// mark puts every second part of text between the tags before and after; all of
// it is escaped. An odd separator stays as it is.
func mark(text, separator, before, after string) template.HTML {
	parts := strings.Split(template.HTMLEscapeString(text), separator)
	var out strings.Builder
	for i, part := range parts {
		switch {
		case i%2 == 1 && i == len(parts)-1:
			out.WriteString(separator + part)
		case i%2 == 1:
			out.WriteString(before + part + after)
		default:
			out.WriteString(part)
		}
	}
	return template.HTML(out.String())
}

// spread sets the half-widths of intervals in a cell paler than the values.
func spread(text string) template.HTML {
	words := strings.Split(template.HTMLEscapeString(text), " ")
	for i, w := range words {
		if strings.HasPrefix(w, "±") {
			words[i] = `<span class="spread">` + w + `</span>`
		}
	}
	return template.HTML(strings.Join(words, " "))
}

// page puts the page of one run together; svgs are the pictures by name, files
// what stands in the page's folder.
func (r *Report) page(svgs map[string][]byte, files []string) *page {
	p := &page{
		Title: r.Name(), Lead: []string{r.caption().Machine}, Warnings: r.Warnings, Facts: r.facts(),
		Tables: newPageTables(append(r.tables(), r.details()...)), Methods: r.methods(), Files: fileLinks(files),
	}
	for _, plot := range r.Plots {
		p.Findings = append(p.Findings, link{"#" + plot.Name, plot.Title})
		p.Pictures = append(p.Pictures, []figure{r.figure(plot, svgs[plot.Name])})
	}
	return p
}

// figure is the picture with links to its files beside the page.
func (r *Report) figure(plot Plot, svg []byte) figure {
	f := newFigure(plot, svg)
	f.Machine, f.Redraw = r.caption().Machine, r.Redraw()
	for _, ext := range []string{"png", "svg"} {
		f.Files = append(f.Files, link{path.Join(plotsName, plot.Name+"."+ext), strings.ToUpper(ext)})
	}
	return f
}

// facts are the lines about the machine, commands set as code.
func (r *Report) facts() []record.Pair {
	facts := r.machineLines()
	for i := range facts {
		facts[i].Value = code(facts[i])
	}
	return facts
}

func fileLinks(files []string) []link {
	links := make([]link, len(files))
	for i, f := range files {
		links[i] = link{(&url.URL{Path: f}).String(), f}
	}
	return links
}
