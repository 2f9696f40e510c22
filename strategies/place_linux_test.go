package strategies_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// placed says where it is: the inode of its working directory. It first kills its
// worker if it is told to.
var placed = strategies.Define("placed", func(_ context.Context, die bool) (uint64, error) {
	if die {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	var st syscall.Stat_t
	err := syscall.Stat(".", &st)
	return st.Ino, err
})

// TestPlace wants workers and their replacements to be where the pool was opened, also
// when that directory has been removed, before or after.
func TestPlace(t *testing.T) {
	for _, early := range []bool{true, false} {
		t.Run(fmt.Sprintf("removed before Open %v", early), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "place")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			var st syscall.Stat_t
			if err := syscall.Stat(".", &st); err != nil {
				t.Fatal(err)
			}
			remove := func() {
				if err := os.Remove(dir); err != nil {
					t.Fatal(err)
				}
			}
			if early {
				remove()
			}
			pool, err := strategies.Open(t.Context(), placed, strategies.MustParse("process-gob,workers=1,retries=1"),
				strategies.WithStderr(io.Discard))
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			if !early {
				remove()
			}
			if _, err := pool.Map(t.Context(), []bool{true}); err == nil {
				t.Error("the worker did not die")
			}
			got, err := pool.Map(t.Context(), []bool{false})
			if err != nil || got[0] != st.Ino {
				t.Errorf("the replacement is in %v (%v), want %d", got, err, st.Ino)
			}
		})
	}
}
