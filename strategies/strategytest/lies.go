//go:build linux

package strategytest

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/transport"
)

var lieFaults = []fault{
	{10, "half-frame", byBytes, halfFrame},
	{11, "flipped-bit", byBytes, flippedBit},
	{12, "absurd-length", byBytes, absurdLength},
	{13, "over-limit", processes, overLimit},
	{24, "other-build", processes, otherBuild},
	{24, "other-types", processes, otherTypes},
	{27, "mute", processes, mute},
	{27, "mute-at-restart", processes, muteAtRestart},
	{27, "aloof", connecting, aloof},
	{34, "late-answer", processes, lateAnswer},
}

// lies are what a worker process can be told to do wrong.
var lies = map[string]lie{
	"die":            {start: func() { fmt.Fprintln(os.Stderr, "no luck today"); os.Exit(7) }},
	"mute":           {start: func() { fmt.Fprintln(os.Stderr, "not a word more"); time.Sleep(time.Hour) }},
	"aloof":          {aloof: true},
	"build":          {hello: func(h map[string]any) { h["Build"] = "another build" }},
	"types":          {hello: func(h map[string]any) { h["Results"] = "another type" }},
	"version":        {hello: func(h map[string]any) { h["Version"] = 99 }},
	"half-frame":     {answer: sayHalf},
	"flipped-bit":    {answer: sayFlipped(false)},
	"flipped-header": {answer: sayFlipped(true)},
	"absurd-length":  {answer: sayAbsurd(0xfffffff0)},
	"over-length":    {answer: sayAbsurd(strategies.DefaultFrameLimit + 1)},
	"twice":          {answer: sayTwice},
	"last-answers":   {answer: sayLast},
	"torn":           {answer: sayTorn},
}

// lying makes the worker processes of the test lie: one of them ("once"), all
// ("always"), or all that start after arm ("armed"). It returns the directory
// of their marks.
func lying(t *testing.T, name, when string) (dir string) {
	t.Helper()
	if _, ok := lies[name]; !ok {
		t.Fatalf("there is no lie %q", name)
	}
	dir = t.TempDir()
	t.Setenv(envLie, name+":"+when)
	t.Setenv(envDir, dir)
	return dir
}

// arm makes the workers lie that start from now on.
func arm(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "armed"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// liarsIn is how many processes have lied.
func liarsIn(dir string) int {
	marks, _ := filepath.Glob(filepath.Join(dir, "liar.*"))
	return len(marks)
}

// sayHalf writes half an answer and dies.
func sayHalf(l *liar, f *transport.Frame) {
	b := l.data.frame(l.honest(f))
	l.data.write(b[:len(b)/2])
	dieHere()
}

// sayFlipped writes an answer in which bits of a number are changed, so that
// it can be read all the same, or a bit of the header.
func sayFlipped(header bool) func(*liar, *transport.Frame) {
	return func(l *liar, f *transport.Frame) {
		items := l.items(f)
		b := l.data.frame(l.reply(f, items, 0))
		if header {
			b[25] ^= 1 // of the number of the chunk
		} else {
			copy(b[transport.HeaderSize:], l.reply(f, items, 1).Payload) // as long, in gob and in JSON
		}
		l.data.write(b)
	}
}

// sayAbsurd writes a header with a length that no frame may have; its checksum
// is right.
func sayAbsurd(length uint32) func(*liar, *transport.Frame) {
	return func(l *liar, f *transport.Frame) {
		b := l.data.frame(l.honest(f))
		binary.LittleEndian.PutUint32(b[48:], length)
		binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], crc32.MakeTable(crc32.Castagnoli)))
		l.data.write(b)
	}
}

// sayTwice answers a chunk, then again with other numbers, and then one that
// it never had.
func sayTwice(l *liar, f *transport.Frame) {
	items := l.items(f)
	stranger := l.reply(f, items, 3)
	stranger.Header.Chunk += 1 << 40
	for _, f := range []*transport.Frame{l.reply(f, items, 0), l.reply(f, items, 1), stranger} {
		l.data.write(l.data.frame(f))
	}
}

// lastAnswers is how many chunks a liar answers before it dies.
const lastAnswers = 300

// sayLast waits for some more chunks than it answers, and dies with the rest.
func sayLast(l *liar, f *transport.Frame) {
	if l.held = append(l.held, *l.honest(f)); len(l.held) <= lastAnswers {
		return
	}
	var all []byte
	for i := range lastAnswers {
		all = append(all, l.data.frame(&l.held[i])...)
	}
	l.data.write(all)
	dieHere()
}

// sayTorn writes its answers slowly, and the file after the next before the
// next. Through a pipe it cannot but be slow.
func sayTorn(l *liar, f *transport.Frame) {
	d, ok := l.data.w.(*fileDropper)
	first, second := l.data.frame(l.honest(f)), []byte(nil)
	first, second = first[:len(first)/2], first[len(first)/2:]
	if !ok {
		l.data.write(first)
		time.Sleep(10 * time.Millisecond)
		l.data.write(second)
		return
	}
	names := []string{d.next(), d.next()}
	aside := filepath.Join(d.dir, filepath.Base(names[0])+".tmp")
	must(os.WriteFile(aside, first[:len(first)/2], 0o600))
	must(os.WriteFile(names[1], second, 0o600))
	time.Sleep(20 * time.Millisecond)
	must(os.WriteFile(aside, first, 0o600))
	must(os.Rename(aside, names[0]))
}

// survivesLie runs items until a liar has lied, and wants all of them to be
// right and the liar to be replaced.
func survivesLie(t *testing.T, e env, name string) {
	t.Helper()
	dir := lying(t, name, "once")
	pool := open(t, e, endure)
	defer pool.Close()
	for range 20 {
		items := orders(40, "nap")
		replies := mapAll(t, pool, items)
		right(t, items, replies)
		for i, r := range replies {
			if r.Text == liarsMark {
				t.Errorf("%s: results[%d] is the liar's", name, i)
			}
		}
		if pool.Stats().Deaths > 0 {
			break
		}
	}
	if n := liarsIn(dir); n != 1 {
		t.Errorf("%d processes lied, want 1", n)
	}
	survives(t, pool)
	if s := pool.Stats(); s.Deaths != 1 || s.Restarts != 1 || s.Retries < 1 {
		t.Errorf("%s: %d deaths, %d restarts, %d retries, want 1, 1 and at least 1", name, s.Deaths, s.Restarts, s.Retries)
	}
}

// failsByLie has all workers lie, and wants the error of every item to say
// what was wrong.
func failsByLie(t *testing.T, e env, name string, want ...string) {
	t.Helper()
	e.spec.Retries = strategies.None
	lying(t, name, "always")
	pool := open(t, e, endure)
	defer pool.Close()
	_, err := pool.Map(within(t, patience), orders(2, ""))
	for _, failed := range failures(t, err, 2) {
		for _, text := range want {
			if !strings.Contains(failed.Error(), text) {
				t.Errorf("%s: the error does not say %q: %v", name, text, failed)
			}
		}
	}
}

func halfFrame(t *testing.T, e env) {
	survivesLie(t, e, "half-frame")
	failsByLie(t, e, "half-frame", "worker ", "signal: killed")
}

func flippedBit(t *testing.T, e env) {
	for _, name := range []string{"flipped-bit", "flipped-header"} {
		survivesLie(t, e, name)
		failsByLie(t, e, name, "checksum")
	}
}

// absurdLength wants the limit to be named, and nothing of that size to be
// allocated.
func absurdLength(t *testing.T, e env) {
	survivesLie(t, e, "absurd-length")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	failsByLie(t, e, "absurd-length", "limit", fmt.Sprint(uint32(0xfffffff0)))
	failsByLie(t, e, "over-length", "limit", fmt.Sprint(strategies.DefaultFrameLimit+1))
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > strategies.DefaultFrameLimit/2 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func otherBuild(t *testing.T, e env) {
	lying(t, "build", "always")
	openFails(t, e, endure, "another build")
	openFails(t, e, endure, "build: coordinator has ")
	lying(t, "version", "always")
	openFails(t, e, endure, fmt.Sprintf("protocol version: coordinator has %d, worker has 99", transport.Version))
}

func otherTypes(t *testing.T, e env) {
	lying(t, "types", "always")
	openFails(t, e, endure, "another type")
	openFails(t, e, endure, "type of the results: coordinator has ")
}

// mute wants the start to end at its deadline, with what the worker printed.
func mute(t *testing.T, e env) {
	lying(t, "mute", "once")
	soon := strategies.WithStartTimeout(300 * time.Millisecond)
	promptly(t, "Open with a worker that says nothing", func() {
		openFails(t, e, endure, "not a word more", soon)
	})
	lying(t, "mute", "always")
	openFails(t, e, endure, "300ms", soon)
}

// byBytes selects the strategies whose frames travel as a stream of bytes. For
// shared memory, where nobody can write half a record, package transport's own
// tests change every bit of it.
func byBytes(s strategies.Spec) bool {
	return processes(s) && !strings.HasPrefix(s.Strategy, "process-shm-")
}

// connecting selects the strategies whose workers make the connection.
func connecting(s strategies.Spec) bool { return strings.HasPrefix(s.Strategy, "process-tcp-") }

// aloof wants the start to end at its deadline when workers say hello, and do
// not make their connection.
func aloof(t *testing.T, e env) {
	lying(t, "aloof", "always")
	promptly(t, "Open with workers that do not connect", func() {
		openFails(t, e, endure, "300ms", strategies.WithStartTimeout(300*time.Millisecond))
	})
}

// muteAtRestart wants the other worker to do it all while a replacement says
// nothing.
func muteAtRestart(t *testing.T, e env) {
	dir := lying(t, "mute", "armed")
	pool := open(t, e, endure, strategies.WithStartTimeout(400*time.Millisecond))
	arm(t, dir)
	items := illAt(40, "kill", t.TempDir(), 7)
	right(t, items, mapAll(t, pool, items))
	shortly(t, "a replacement was started in vain", func() bool { return liarsIn(dir) > 0 })
	works(t, pool)
	if err := os.Remove(filepath.Join(dir, "armed")); err != nil {
		t.Error(err)
	}
	survives(t, pool)
}

// lateAnswer wants the second answer to a chunk to be dropped and counted,
// whatever it says.
func lateAnswer(t *testing.T, e env) {
	dir := lying(t, "twice", "always")
	pool := open(t, e, endure)
	for range 3 {
		items := orders(60, "")
		right(t, items, mapAll(t, pool, items))
	}
	if liarsIn(dir) == 0 {
		t.Error("nobody lied")
	}
	shortly(t, "late answers are counted", func() bool {
		s := pool.Stats()
		return s.Late == 2*s.Chunks
	})
	if n := pool.Stats().Deaths; n != 0 {
		t.Errorf("%d workers were lost", n)
	}
}
