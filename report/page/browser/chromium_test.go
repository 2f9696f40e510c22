package browser

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// required is the value of HANDOFF_BROWSER that makes a missing browser a
// failure; without it the tests are skipped then.
const required = "required"

// deadline is for all that a test does with its browser, patience for one step.
const (
	deadline = 2 * time.Minute
	patience = 30 * time.Second
)

// executables are the names under which Chromium and its kin are installed.
var executables = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

func executable(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	for _, name := range executables {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("HANDOFF_BROWSER") == required {
		t.Fatalf("HANDOFF_BROWSER=%s, but none of %s is installed", required, strings.Join(executables, ", "))
	}
	t.Skipf("no browser: none of %s is installed", strings.Join(executables, ", "))
	return ""
}

// start starts a headless browser with an empty profile, which ends with the
// test. It resolves no name, so nothing that a page asks for leaves the machine.
func start(t *testing.T) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(executable(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
	}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to run as root otherwise
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel) // waits for the browser's end
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// tab is a tab of the browser, and all that it complained of and asked for.
type tab struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string // on the console, errors and warnings
	requests   []string // URLs, but those inside the page
}

// openTab opens a tab that ends with the test.
func openTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	tab := &tab{ctx: ctx}
	if err := chromedp.Listen(ctx, tab.hear); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	return tab
}

// hear is called by the goroutine that reads what the tab says.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, said(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, "console."+string(e.Type))
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, string(e.Entry.Level)+": "+e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			b.requests = append(b.requests, e.Request.URL)
		}
	}
}

// said is the text of an exception, and what was thrown where it tells.
func said(e *runtime.ExceptionDetails) string {
	if e.Exception == nil {
		return e.Text
	}
	return e.Text + " " + e.Exception.Description
}

// heard returns what was heard since the last call.
func (b *tab) heard() (complaints, requests []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	complaints, requests = b.complaints, b.requests
	b.complaints, b.requests = nil, nil
	return complaints, requests
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// call sends a command of the browser's protocol.
func call[P, R any](t *testing.T, b *tab, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		t.Fatalf("%s: %v", command.Method, err)
	}
}

// load opens the file and waits until it and its images are there.
func (b *tab) load(t *testing.T, path string) {
	t.Helper()
	b.do(t, chromedp.Navigate("file://"+path))
}

// ask evaluates an expression of JavaScript in the page.
func ask[T any](t *testing.T, b *tab, expression string) T {
	t.Helper()
	answer, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%v\nin %s", err, expression)
	}
	return answer
}
