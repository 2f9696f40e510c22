package strategies

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// goCrash is what a Go program says when it panics among n goroutines.
func goCrash(cause string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "panic: %s\n\ngoroutine 7 [running]:\nmain.guilty({0x1, 0x2})\n\t/src/main.go:24 +0x18\n"+
		ownPath+".(*worker).loop(0xc000)\n\t/lib/serve.go:31 +0x1f\ncreated by "+ownPath+".serve in goroutine 1\n\t/lib/worker.go:122 +0xf99\n", cause)
	for i := range n {
		fmt.Fprintf(&b, "\ngoroutine %d [select]:\nruntime.gopark(0x1)\n\t/go/proc.go:1 +0xce fp=0x1 sp=0x2 pc=0x3\n"+ownPath+".(*worker).clerk(0x1)\n\t/lib/worker.go:1 +0x1\n", i+100)
	}
	return b.String()
}

// TestCrashIsKept: how the latest crash began is kept, in whatever pieces it
// comes, and whatever was said before and after.
func TestCrashIsKept(t *testing.T) {
	chatter := strings.Repeat("so far, so good\n", 20<<10)
	for name, text := range map[string]string{
		"alone":          goCrash("boom", 2000),
		"after chatter":  chatter + "panic: not yet\n" + chatter + "fatal error: nor now\n" + chatter + goCrash("boom", 2000),
		"in a line":      chatter + "10 %" + goCrash("boom", 2000),
		"just before":    "recovered panic: x\n" + strings.Repeat("y", 1200) + "\n" + goCrash("boom", 2000),
		"a long text":    goCrash("boom"+strings.Repeat(" panic: in it\n\tpanic: ", 1<<14), 2000),
		"short":          goCrash("boom", 1),
		"and then more":  goCrash("boom", 2000) + chatter,
		"one long line":  strings.Repeat("z", 1<<20) + "\n" + goCrash("boom", 2000),
		"another crash ": goCrash("bang", 2000) + goCrash("boom", 2000),
	} {
		for _, piece := range []int{1 << 20, 4096, 977} {
			var e stderr
			for rest := text; rest != ""; {
				n := min(piece, len(rest))
				e.keep([]byte(rest[:n]))
				rest = rest[n:]
			}
			kept := e.text()
			if len(kept) > tailSize || !strings.HasSuffix(kept, text[max(0, len(text)-1000):]) {
				t.Errorf("%s in pieces of %d: %d bytes are kept, want at most 64 KiB, and the end", name, piece, len(kept))
			}
			shown := indent(kept)
			if first, _, _ := strings.Cut(shown, "\n"); !strings.Contains(first, "panic: boom") {
				t.Errorf("%s in pieces of %d: the first line is %.200q, want the cause", name, piece, first)
			}
			if len(shown) > lastWords+1000 || !strings.Contains(shown, "boom") || strings.Contains(shown, "worker") {
				t.Errorf("%s in pieces of %d: %d bytes, or frames of ours:\n%s", name, piece, len(shown), shown)
			}
		}
	}
}

func TestCondense(t *testing.T) {
	guilty := "panic: boom\n\ngoroutine 7 [running]:\nmain.guilty({0x1, 0x2})\n\t/src/main.go:24"
	for text, want := range map[string]string{
		"":                              "",
		"the end\n":                     "the end",
		"a\nb\n\n":                      "a\nb",
		goCrash("boom", 3):              guilty,
		"before\n" + goCrash("boom", 0): guilty,
		goCrash("boom", 1) + "rax    0x0\nrip    0x4a11e0\ncs     0x33\n": guilty,
		"panic: recovered, and well\nbye\n":                               "panic: recovered, and well\nbye",
		"\x1b[1;31mred\x1b[0m \xff\x00\r\nnext\u202e":                     `red \xff\x00` + "\nnext" + `\u202e`,
		"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t/m.go:1 +0x1\n":                                                                                                      "fatal error: all goroutines are asleep - deadlock!\n",
		"fatal error: x\n[signal SIGSEGV: segmentation violation code=0x1]\n\nruntime stack:\nruntime.throw({0x1})\n\t/p.go:1 +0x1\n\ngoroutine 5 gp=0x1 m=2 [running]:\nuser/strategies.f()\n\t/f.go:3 +0x1 fp=0x1 sp=0x2 pc=0x3\n": "fatal error: x\n[signal SIGSEGV: segmentation violation code=0x1]\n\ngoroutine 5 gp=0x1 m=2 [running]:\nuser/strategies.f()\n\t/f.go:3",
	} {
		if got := strings.Join(condense(text), "\n"); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%q\nis shown as\n%q\nwant\n%q", text, got, want)
		}
	}
	long := strings.Join(condense(strings.Repeat("é", 3000)+"\nbye\n"), "\n")
	if len(long) > longestLine+20 || !strings.HasSuffix(long, "\nbye") || !utf8.ValidString(long) {
		t.Errorf("a long line is shown as %q", long)
	}
}

func TestMemoryHint(t *testing.T) {
	const limit = 256 << 20
	for _, c := range []struct {
		e    LostError
		want bool
	}{
		{LostError{Cause: "exit status 2", Stderr: "fatal error: runtime: out of memory\n", memory: limit}, true},
		{LostError{Cause: "exit status 2", Stderr: "runtime: cannot allocate memory\n", memory: limit}, true},
		{LostError{Cause: "signal: killed", PeakRSS: limit, memory: limit}, true},
		{LostError{Cause: "signal: killed", PeakRSS: 1 << 20, memory: limit}, false},
		{LostError{Cause: "exit status 2", Stderr: "panic: boom\n", PeakRSS: limit, memory: limit}, false},
		{LostError{Cause: "exit status 2", Stderr: "fatal error: runtime: out of memory\n"}, false},
		{LostError{Cause: "it took 300 MiB of memory, over memory=256MiB", Stderr: "out of memory", memory: limit}, false},
	} {
		if got := strings.Contains(c.e.Error(), ", likely over memory=256MiB"); got != c.want {
			t.Errorf("%+v: %q", c.e, c.e.Error())
		}
	}
}
