package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report"
	"github.com/handoff-go/handoff/report/record"
)

// testdata is that of package report: small runs that live in the repository.
const testdata = "../../testdata"

// pages writes the pages of all kinds of runs and returns their paths by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	run := open(t, filepath.Join(testdata, "run"))
	hostile := filepath.Join(t.TempDir(), "hostile.txt")
	if err := os.WriteFile(hostile, []byte(hostileRun), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"run":      write(t, report.New(run)),
		"floors":   write(t, report.New(open(t, filepath.Join(testdata, "floors")))),
		"peers":    write(t, report.New(open(t, filepath.Join(testdata, "peers")))),
		"hostile":  write(t, report.New(open(t, hostile))),
		"two runs": write(t, report.NewBeside(run, open(t, hostile))),
	}
}

func open(t *testing.T, path string) *record.Run {
	t.Helper()
	run, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// write writes what a report writes, and returns the path of its page.
func write(t *testing.T, r interface {
	Write(dir string) ([]string, error)
}) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "index.html")
}

// hostileRun has names that would set the variable hacked if they were taken
// for anything but text, and some that are as long as they can be.
var hostileRun = strings.ReplaceAll(`goos: linux
cpu: </style></script><script>hacked=1</script>
pkg: "><img/src=x/onerror=hacked=2>
# run: <script>hacked=3</script>LONG
# note: a <b onclick='hacked=4'>warning</b> LONG
# commit: '"><svg/onload=hacked=5>
# command: javascript:hacked=6
# cpus: 2
BenchmarkX/strategy=serial/a=<script>hacked=7</script>-2 1 10 ns/op 10 ns/item 9 compute-ns/item 1 LONG/x
BenchmarkX/strategy=process-</text><script>hacked=8</script>/a=<script>hacked=7</script>/workers=2-2 1 9 ns/op 9 ns/item 8 compute-ns/item 2 LONG/x
BenchmarkX/strategy=process-LONG&amp;{{.}}]]>/a=<script>hacked=7</script>/workers=2-2 1 8 ns/op 8 ns/item 8 compute-ns/item 2 LONG/x
`, "LONG", strings.Repeat("very-long", 30))
