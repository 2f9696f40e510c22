//go:build unix

package transport

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// TestSweepRuns: only a mark whose process has ended is swept, once, and a run
// that ends as it should leaves nothing.
func TestSweepRuns(t *testing.T) {
	const live, ended = 0xfeed0001, 0xfeed0002
	swept := func() (found []uint64) {
		SweepRuns(func(runs []uint64) { found = append(found, runs...) })
		return found
	}
	mark, err := MarkRun(live)
	if err != nil {
		t.Fatal(err)
	}
	stale, err := MarkRun(ended)
	if err != nil {
		t.Fatal(err)
	}
	if found := swept(); slices.Contains(found, live) || slices.Contains(found, ended) {
		t.Errorf("swept %x, and all live", found)
	}
	stale.lock.Close() // as the end of the process does
	if found := swept(); !slices.Contains(found, ended) || slices.Contains(found, live) {
		t.Errorf("swept %x, want %x and not %x", found, ended, live)
	}
	if found := swept(); slices.Contains(found, ended) {
		t.Errorf("%x is swept again", ended)
	}
	mark.Remove()
	var none *RunMark
	none.Remove()
	if _, err := os.Stat(filepath.Join(marksDir(), strconv.FormatUint(live, 16))); !os.IsNotExist(err) {
		t.Errorf("the mark is left: %v", err)
	}
	if found := swept(); slices.Contains(found, live) {
		t.Errorf("a run is swept that removed its mark")
	}
}
