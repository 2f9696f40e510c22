package report

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/internal/wholefile"
)

// pageOf renders the page of a report that is written into dir.
func pageOf(t *testing.T, r *Report, dir string) string {
	t.Helper()
	svgs, err := r.svgs()
	if err != nil {
		t.Fatal(err)
	}
	page, err := r.page(svgs, r.filesBeside(dir)).render()
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

var tag = regexp.MustCompile(`<[^>]*>`)

// words is a page's text without its tags.
func words(page string) string { return html.UnescapeString(tag.ReplaceAllString(page, "")) }

func TestPageIsWritten(t *testing.T) {
	dir := t.TempDir()
	r := parse(t, hostile)
	if _, err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, pageName))
	if err != nil || string(data) != string(wholefile.Mark(pageName, []byte(pageOf(t, r, dir)))) || !strings.HasSuffix(string(data), "</html>\n") {
		t.Errorf("wrote a page of %d bytes (%v), want the whole", len(data), err)
	}
}

// TestPageSaysAll: all that summary.md says stands in the page, too.
func TestPageSaysAll(t *testing.T) {
	for _, name := range []string{"run", "floors", "peers"} {
		r := openRun(t, filepath.Join("testdata", name))
		text := words(pageOf(t, r, t.TempDir()))
		wants := append([]string{r.Name()}, r.Warnings...)
		for _, m := range r.methods() {
			wants = append(wants, strings.ReplaceAll(m, "`", ""))
		}
		for _, p := range r.machineLines() {
			wants = append(wants, p.Key, p.Value)
		}
		for _, p := range r.Plots {
			wants = append(wants, p.Title, p.Reading, strings.ReplaceAll(p.Picture.Conditions(), "`", ""))
		}
		for _, table := range append(r.tables(), r.details()...) {
			wants = append(append(wants, table.title), table.head...)
			for _, row := range table.rows {
				wants = append(wants, row...)
			}
		}
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page does not say %q", name, want)
			}
		}
	}
}

var (
	image     = regexp.MustCompile(`<img src="([^"]{0,40})`)
	reference = regexp.MustCompile(`(?i)(?:\b(?:src|href|srcset|action|data|poster)=|url\(|@import)\s*["']?([^"')\s>]*)`)
)

// TestPageLoadsNothing: pictures are inside, and every reference is to a place
// in the page or to a file beside it.
func TestPageLoadsNothing(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "run"))
	page := pageOf(t, r, t.TempDir())
	images := image.FindAllStringSubmatch(page, -1)
	if len(images) != len(r.Plots) {
		t.Errorf("%d images for %d pictures", len(images), len(r.Plots))
	}
	for _, m := range images {
		if !strings.HasPrefix(m[1], `data:image/svg&#43;xml;base64,`) {
			t.Errorf("an image is %s", m[1])
		}
	}
	for _, m := range reference.FindAllStringSubmatch(page, -1) {
		inside := strings.HasPrefix(m[1], "#") || strings.HasPrefix(m[1], "data:")
		if !inside && (strings.Contains(m[1], ":") || strings.HasPrefix(m[1], "/") || strings.Contains(m[1], "..")) {
			t.Errorf("the page refers to %s", m[1])
		}
	}
}

// hostile is a run in which all names that somebody else chooses try to break
// out of where they stand.
const hostile = "goos: linux\ncpu: </style><script>hacked=1</script>\npkg: \"><img/src=x/onerror=hacked=2>\n" +
	"# run: <script>hacked=3</script>\n# note: `<b onclick='hacked=4'>` & <!-- `\n# commit: '\"><svg/onload=hacked=5>\n" +
	"# command: javascript:hacked=6\n" +
	"BenchmarkX/strategy=serial/a=<script>hacked=7</script>-2 1 10 ns/op 10 ns/item 9 compute-ns/item 1 </td>/x\n" +
	"BenchmarkX/strategy=process-</text><script>hacked=8</script>/a=<script>hacked=7</script>/workers=2-2 1 9 ns/op 9 ns/item 8 compute-ns/item 2 </td>/x\n" +
	"BenchmarkX/strategy=process-{{.}}${hacked}&amp;/a=<script>hacked=7</script>/workers=2-2 1 9 ns/op 9 ns/item 8 compute-ns/item 2 </td>/x\n"

var element = regexp.MustCompile(`<(?:svg|b|!--|img)[ />-][^>]{0,40}|<script[^>]*>`)

func TestPageEscapes(t *testing.T) {
	r := parse(t, hostile)
	page := pageOf(t, r, t.TempDir())
	for _, found := range element.FindAllString(page, -1) {
		if found != "<script>" && !strings.HasPrefix(found, `<img src="data:image/svg&#43;xml;base64,`) {
			t.Errorf("the page holds the element %s", found)
		}
	}
	if n := strings.Count(page, "<script>"); n != 1 {
		t.Errorf("%d scripts, want the page's own alone", n)
	}
	for _, want := range []string{"<script>hacked=3</script>", "process-{{.}}${hacked}&amp;", "</style><script>hacked=1</script>"} {
		if !strings.Contains(page, html.EscapeString(want)) && !strings.Contains(html.UnescapeString(page), want) {
			t.Errorf("the page does not show %s as it is", want)
		}
	}
	if len(r.Plots) == 0 {
		t.Error("no picture with hostile names in it")
	}
	for _, p := range r.Plots {
		if svg, err := p.Picture.SVG(); err != nil || strings.Contains(string(svg), "<script") {
			t.Errorf("%s: a script in the picture (%v)", p.Name, err)
		}
	}
}

// TestPolicy holds the sums in the page's policy against what stands in it:
// a browser would refuse a style or script that is not what was summed.
func TestPolicy(t *testing.T) {
	page := pageOf(t, openRun(t, filepath.Join("testdata", "run")), t.TempDir())
	for _, name := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(page, "<"+name+">")
		text, _, ok := strings.Cut(rest, "</"+name+">")
		if !ok || !strings.Contains(html.UnescapeString(page), name+"-src "+sum(text)) {
			t.Errorf("the %s in the page is not the one that its policy allows", name)
		}
	}
}

// TestPageLinks: what is in the folder is linked to, and nothing else.
func TestPageLinks(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a:b %41.txt": inventedRun(1, 6), "profiles/flame-process-gob.html": "", "profiles/timeline.json": "", "plots/timeline-process-gob.svg": "", "profiles/other.html": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := openRun(t, filepath.Join(dir, "a:b %41.txt"))
	page := pageOf(t, r, dir)
	for _, want := range []string{`href="summary.md"`, `href="./a:b%20%2541.txt"`, `href="profiles/flame-process-gob.html"`, `href="profiles/timeline.json"`, `href="plots/timeline-process-gob.svg"`, `href="plots/phases.png"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no link %s", want)
		}
	}
	if strings.Contains(page, "other.html") {
		t.Error("a link to what is no flame graph")
	}
	if page := pageOf(t, r, t.TempDir()); strings.Contains(page, "flame-") || strings.Contains(page, "%2541") {
		t.Error("links to files that are not in the page's folder")
	}
}

// TestPageNumbers: cells carry the number that they are sorted by, and columns
// where none stands first are set as words.
func TestPageNumbers(t *testing.T) {
	page := newPageTable("x", &table{head: []string{"a", "b", "c"}, rows: [][]string{{"n=1", "9.5µs ±2%", "from 2 ms"}, {"n=2", "-", "never"}, {"short"}}})
	if got := page.Rows[0][1]; got.Number != "9.5e-06" || got.Words {
		t.Errorf("a time: %+v", got)
	}
	if got := page.Rows[1][1]; got.Number != "" || got.Words {
		t.Errorf("a gap among times: %+v", got)
	}
	if got := page.Rows[0][2]; got.Number != "0.002" || !got.Words || !page.Head[2].Words || !page.Rows[0][0].Head {
		t.Errorf("words: %+v", page)
	}
}

func TestMark(t *testing.T) {
	for text, want := range map[string]string{
		"plain":            "plain",
		"a `b` c":          "a <code>b</code> c",
		"`<i>`":            "<code>&lt;i&gt;</code>",
		"an odd ` is kept": "an odd ` is kept",
		"`a` and ` b":      "<code>a</code> and ` b",
	} {
		if got := string(prose(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
