package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// views are what a page is looked at with.
var views = []struct {
	name   string
	width  int64
	height int64
	mobile bool
	scheme string
}{
	{"desk, light", 1280, 900, false, "light"},
	{"desk, dark", 1280, 900, false, "dark"},
	{"tablet, light", 800, 1100, true, "light"},
	{"phone, light", 360, 740, true, "light"},
	{"phone, dark", 360, 740, true, "dark"},
}

// look is what the page says of itself when it is asked in the browser.
type look struct {
	Images, Broken int
	Wider          float64 // by how many pixels the page is wider than its window
	Out            []string
	Paper, Ink     float64 // lightness, 0 to 255
	Card           float64 // the darkest paper under a picture
	Hacked         bool
}

// looking fills a look. Out are elements that reach beyond the window although
// no box with a scroll bar of its own holds them.
const looking = `(() => {
	const lightness = (color) => { const [r, g, b] = color.match(/[0-9.]+/g).map(Number); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const style = getComputedStyle(document.body), width = document.documentElement.clientWidth;
	const out = [...document.body.querySelectorAll("*")].filter((e) =>
		!e.closest(".scroll, .card")?.parentElement?.contains(e) && e.getBoundingClientRect().right > width + 1);
	return {
		Images: document.images.length,
		Broken: [...document.images].filter((i) => !i.complete || i.naturalWidth === 0 || i.getBoundingClientRect().width < 100).length,
		Wider: document.documentElement.scrollWidth - width,
		Out: out.map((e) => e.tagName + "." + e.className),
		Paper: lightness(style.backgroundColor), Ink: lightness(style.color),
		Card: Math.min(255, ...[...document.querySelectorAll(".card")].map((e) => lightness(getComputedStyle(e).backgroundColor))),
		Hacked: typeof hacked !== "undefined",
	};
})()`

// images is how many pictures each page has at least.
var images = map[string]int{"run": 10, "floors": 2, "peers": 2, "hostile": 1, "two runs": 3}

// TestBrowser starts one browser for all that is to be seen.
func TestBrowser(t *testing.T) {
	browser := start(t)
	all := pages(t)
	t.Run("notices", func(t *testing.T) { testNotices(t, openTab(t, browser)) })
	t.Run("pages", func(t *testing.T) { testPages(t, openTab(t, browser), all) })
	t.Run("sorting", func(t *testing.T) { testSorting(t, openTab(t, browser), all["run"]) })
	t.Run("without script", func(t *testing.T) { testWithoutScript(t, openTab(t, browser), all["run"]) })
}

// testPages looks at every page in every view.
func testPages(t *testing.T, tab *tab, all map[string]string) {
	for _, v := range views {
		call(t, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: v.width, Height: v.height, DeviceScaleFactor: 1, Mobile: v.mobile})
		call(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}}})
		for name, path := range all {
			tab.load(t, path)
			got := ask[look](t, tab, looking)
			complaints, requests := tab.heard()
			if len(complaints) > 0 {
				t.Errorf("%s, %s: the console says %s", name, v.name, complaints)
			}
			if !slices.Equal(requests, []string{"file://" + path}) {
				t.Errorf("%s, %s: asked for %s, want the page alone", name, v.name, requests)
			}
			got.check(t, name+", "+v.name, images[name], v.scheme == "dark")
		}
	}
}

func (l look) check(t *testing.T, name string, images int, dark bool) {
	t.Helper()
	if l.Images < images || l.Broken > 0 {
		t.Errorf("%s: %d images, %d of them broken; want at least %d", name, l.Images, l.Broken, images)
	}
	if l.Wider > 0 || len(l.Out) > 0 {
		t.Errorf("%s: %g pixels wider than the window; beyond it are %s", name, l.Wider, l.Out)
	}
	if (l.Paper < l.Ink) != dark || max(l.Paper, l.Ink)-min(l.Paper, l.Ink) < 150 {
		t.Errorf("%s: ink of lightness %.0f on paper of %.0f", name, l.Ink, l.Paper)
	}
	if l.Card < 250 {
		t.Errorf("%s: a picture lies on %.0f, want on white: it is drawn in ink", name, l.Card)
	}
	if l.Hacked {
		t.Errorf("%s: a name was run as a script", name)
	}
}

// testNotices: what testPages looks for is noticed where it is.
func testNotices(t *testing.T, tab *tab) {
	path := filepath.Join(t.TempDir(), "bad.html")
	const bad = `<!doctype html><meta name="viewport" content="width=device-width"><body style="background: #777; color: #888">
		<div class="card" style="background: #000"></div><div style="width: 5000px">x</div>
		<img src="http://handoff.invalid/x.png"><script>var hacked = 1; nothing();</script>`
	if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	tab.load(t, path)
	got := ask[look](t, tab, looking)
	complaints, requests := tab.heard()
	if !strings.Contains(strings.Join(complaints, "\n"), "nothing is not defined") {
		t.Errorf("an error is not noticed: %s", complaints)
	}
	if !slices.Contains(requests, "http://handoff.invalid/x.png") {
		t.Errorf("a request is not noticed: %s", requests)
	}
	if got.Images != 1 || got.Broken != 1 || got.Wider < 1000 || len(got.Out) != 1 || got.Card != 0 || got.Paper < 100 || got.Ink < 100 || !got.Hacked {
		t.Errorf("%+v: not all was noticed", got)
	}
}

// column is the first table's column of serial: ns, µs and ms in one column.
const (
	headOfSerial  = chromedp.CSS(`table th:nth-child(2) button`)
	orderOfSerial = `[...document.querySelector("table").tBodies[0].rows].map((row) => row.cells[0].textContent.match(/digits=([0-9]+)/)[1]).join(" ")`
	sortOfSerial  = `document.querySelector("table th:nth-child(2)").getAttribute("aria-sort") ?? "none"`
)

// testSorting sorts by a click, then by the keyboard alone. A larger number
// takes longer to factor, so the order is known; that of the texts is another.
func testSorting(t *testing.T, tab *tab, path string) {
	tab.load(t, path)
	first := ask[string](t, tab, orderOfSerial)
	digits := strings.Fields(first)
	if len(digits) < 4 {
		t.Fatalf("the first table has the rows %s", first)
	}
	slices.Reverse(digits)
	reversed := strings.Join(digits, " ")
	for _, step := range []struct {
		what   string
		action chromedp.Action[chromedp.Void]
		sort   string
		order  string
	}{
		{"a click", chromedp.Click(headOfSerial), "ascending", first},
		{"a second click", chromedp.Click(headOfSerial), "descending", reversed},
		{"enter", chromedp.SendKeys(headOfSerial, kb.Enter), "none", first},
		{"space", chromedp.SendKeys(headOfSerial, " "), "ascending", first},
		{"enter again", chromedp.SendKeys(headOfSerial, kb.Enter), "descending", reversed},
	} {
		tab.do(t, step.action)
		sort, order := ask[string](t, tab, sortOfSerial), ask[string](t, tab, orderOfSerial)
		if sort != step.sort || order != step.order {
			t.Errorf("after %s: sorted %s, digits %s; want %s, %s", step.what, sort, order, step.sort, step.order)
		}
	}
	if n := ask[int](t, tab, `document.querySelectorAll("[aria-sort]").length`); n != 1 {
		t.Errorf("%d columns say that they are sorted", n)
	}
	if complaints, _ := tab.heard(); len(complaints) > 0 {
		t.Errorf("the console says %s", complaints)
	}
}

// testWithoutScript: the page is whole where scripts are forbidden.
func testWithoutScript(t *testing.T, tab *tab, path string) {
	tab.load(t, path)
	want := ask[string](t, tab, `document.body.innerText`)
	call(t, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	tab.load(t, path)
	if ask[int](t, tab, `document.querySelectorAll("button").length`) > 0 {
		t.Fatal("scripts were not disabled")
	}
	if got := ask[string](t, tab, `document.body.innerText`); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("without scripts the page says\n%s\nwant\n%s", got, want)
	}
}
