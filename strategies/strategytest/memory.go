//go:build linux

package strategytest

import (
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

var memoryFaults = []fault{
	{7, "killed-for-memory", processes, killedForMemory},
	{7, "memory-limit", processes, memoryLimit},
	{47, "memory-watched", processes, memoryWatched},
	{0, "recycled", processes, recycled},
	{0, "recycled-killed", processes, recycledKilled},
}

// killedForMemory ends a worker as the system does that has no memory left,
// and wants the error to say how large it had grown.
func killedForMemory(t *testing.T, e env) {
	e.spec.Silence, e.spec.Retries = 400*time.Millisecond, 1 // a worker says more often how it does
	pool := open(t, e, endure)
	items := illAt(40, "linger", "", 7)
	replies, err := pool.Map(within(t, patience), items)
	_, lost := lostAt(t, items, replies, err, 7)
	if text := lost.Error(); !strings.Contains(text, "signal: killed") || lost.PeakRSS < 1<<20 || !strings.Contains(text, " MiB") {
		t.Errorf("the error does not name the signal and the peak size: %v", lost)
	}
	survives(t, pool)
}

// memoryLimit wants an item that takes too much to end its worker, not the
// machine, and the runtime's word for it to be in the error.
func memoryLimit(t *testing.T, e env) {
	if raceDetector() {
		t.Skip("the race detector takes more memory than any limit")
	}
	e.spec.Memory = 256 << 20
	pool := open(t, e, endure)
	works(t, pool)
	items := illAt(20, "eat", "", 7)
	replies, err := pool.Map(within(t, patience), items)
	_, lost := lostAt(t, items, replies, err, 7)
	if !strings.Contains(lost.Stderr, "out of memory") && !strings.Contains(lost.Cause, "memory=") {
		t.Errorf("the error does not say that memory was out: %.1000v", lost)
	}
	if text := lost.Error(); !strings.Contains(text, "over memory=256MiB") {
		t.Errorf("the error does not name the key: %.1000s", text)
	}
	survives(t, pool)
}

// memoryWatched has items take memory that no limit of the process counts. They
// alone fail, and the error names the limit, what was seen, and the item. Memory
// that is shared with others does not count.
func memoryWatched(t *testing.T, e env) {
	if raceDetector() {
		t.Skip("the race detector takes more memory than any limit")
	}
	const retries = 1
	e.spec.Memory, e.spec.Retries = 128<<20, retries
	pool := open(t, e, endure)
	bad := []int{11}
	items := illAt(20, "swell", "", bad...)
	items[7].Act = "share"
	replies, err := pool.Map(within(t, patience), items)
	right(t, items, replies, bad...)
	for i, f := range failures(t, err, len(bad)) {
		if f.Index != bad[i] || f.Attempts != retries+1 {
			t.Errorf("item %d failed after %d attempts, want item %d after %d", f.Index, f.Attempts, bad[i], retries+1)
		}
		if text := f.Error(); !memorySeen.MatchString(text) {
			t.Errorf("the error does not name the limit and what was seen: %s", text)
		}
	}
	survives(t, pool)
}

var memorySeen = regexp.MustCompile(`item \d+.*worker \d.*took 1[2-9]\d MiB of memory, over memory=128MiB`)

// raceDetector reports whether this test binary was built with -race.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// recycled wants workers to be replaced after some items, without a death and
// without a retry.
func recycled(t *testing.T, e env) {
	e.spec.Recycle = 25
	pool := open(t, e, endure)
	items, seen := orders(300, ""), map[int]bool{}
	for _, replies := range [][]reply{mapAll(t, pool, items), streamAll(t, pool, items)} {
		right(t, items, replies)
		for _, r := range replies {
			seen[r.PID] = true
		}
	}
	// Each process has at most what one window holds beyond its number.
	if s := pool.Stats(); s.Deaths != 0 || s.Retries != 0 || s.Restarts < 2 || len(seen) < 4 {
		t.Errorf("%d deaths, %d retries, %d restarts, answers of %d workers; want 0, 0, and some of the others",
			s.Deaths, s.Retries, s.Restarts, len(seen))
	}
	survives(t, pool)
}

// recycledKilled has workers killed while others are replaced.
func recycledKilled(t *testing.T, e env) {
	e.spec.Recycle = 10
	pool, dir := open(t, e, endure), t.TempDir()
	items := illAt(200, "kill", dir, 20, 60, 61, 150)
	right(t, items, mapAll(t, pool, items))
	items = illAt(100, "kill", "", 50)
	replies, err := pool.Map(within(t, patience), items)
	lostAt(t, items, replies, err, 50)
	if s := pool.Stats(); s.Deaths < 5 || s.Restarts < s.Deaths {
		t.Errorf("%d deaths, %d restarts, want at least 5 and as many", s.Deaths, s.Restarts)
	}
	survives(t, pool)
}
