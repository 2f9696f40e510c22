package strategies

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Of what a worker printed, the text of an error shows so many bytes: how a crash
// began, and the end; or the end alone. A line is shown up to longestLine.
const (
	lastWords   = 2048
	firstWords  = 1400
	longestLine = 400
)

// indent shows what a worker printed at last, below the line that says so.
func indent(text string) string {
	return "\t\t" + strings.Join(condense(text), "\n\t\t")
}

// condense returns the lines of text that tell why a worker ended.
func condense(text string) []string {
	lines := strings.Split(strings.TrimRight(plainText(text), "\n"), "\n")
	if at := crashLine(lines); at >= 0 {
		lines = causes(lines[at:])
	}
	for i, line := range lines {
		lines[i] = cutMiddle(line)
	}
	return middleOut(lines)
}

// middleOut leaves out what is more than lastWords, but for the first lines of
// a crash.
func middleOut(lines []string) []string {
	size := 0
	for _, line := range lines {
		size += len(line) + 1
	}
	if size <= lastWords {
		return lines
	}
	var head []string
	room := lastWords
	if isCrash(lines[0]) {
		for used := 0; len(lines) > 0 && used+len(lines[0]) < firstWords; lines = lines[1:] {
			head = append(head, lines[0])
			used += len(lines[0]) + 1
		}
		room -= firstWords
	}
	first := len(lines)
	for used := 0; first > 0 && used+len(lines[first-1]) < room; first-- {
		used += len(lines[first-1]) + 1
	}
	return append(append(head, "…"), lines[first:]...)
}

var (
	goroutineHead = regexp.MustCompile(`^(goroutine \d+ .*\[.*\]|runtime stack):$`)
	registerLine  = regexp.MustCompile(`^\w+ +0x[0-9a-f]+$`)
	frameRest     = regexp.MustCompile(` \+0x[0-9a-f]+( fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+)?$`)
	// ours is what runs in every worker, and says nothing of a task: our packages,
	// the runtime, and what waits for the system.
	ours = regexp.MustCompile(`^(created by )?(` + regexp.QuoteMeta(ownPath) + `(/codec|/transport)?|runtime|internal/[a-z/]+|os|syscall|bufio|io)\.[^/]*$`)
)

const ownPath = "github.com/handoff-go/handoff/strategies"

func isCrash(line string) bool { return crashWordIn([]byte(line)) >= 0 }

// crashLine returns the line at which the latest crash begins, -1 if there is none:
// the first of those that stand close before the stacks.
func crashLine(lines []string) int {
	const close = 20
	at, stack := -1, -1
	for i := len(lines) - 1; i >= 0; i-- {
		switch {
		case goroutineHead.MatchString(lines[i]):
			if at >= 0 {
				return at // another crash, before
			}
			stack = i
		case at >= 0 && at-i > close:
			return at
		case stack >= 0 && isCrash(lines[i]):
			at = i
		}
	}
	return at
}

// causes returns what a crash says, without what says nothing of the cause: our
// own frames and those of the runtime, goroutines that have no others, and the
// processor's registers.
func causes(lines []string) (kept []string) {
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && !goroutineHead.MatchString(lines[n]) {
			n++
		}
		section := lines[:n]
		lines = lines[n:]
		if !goroutineHead.MatchString(section[0]) {
			if gap := slices.Index(section, crashGap); gap >= 0 { // behind it stands the rest of a stack
				section = append(section[:gap+1:gap+1], frames(section[gap+1:])...)
			}
			kept = append(kept, section...)
		} else if frames := frames(section[1:]); len(frames) > 0 {
			kept = append(append(kept, section[0]), frames...)
		}
	}
	return kept
}

// frames returns the lines of a stack that are not ours. Each frame is two lines.
func frames(lines []string) (kept []string) {
	user := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		frame := i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t")
		switch {
		case line == "" || line == crashGap || strings.HasPrefix(line, "\t") || registerLine.MatchString(line):
		case !frame:
			kept, user = append(kept, line), true
		case ours.MatchString(function(line)):
			i++
		default:
			kept = append(kept, line, frameRest.ReplaceAllString(lines[i+1], ""))
			// A goroutine that is nowhere but in the program's main is not it.
			user = user || line != "main.main()"
			i++
		}
	}
	if !user {
		return nil
	}
	return kept
}

// function returns the name of a frame's function, without its arguments.
func function(line string) string {
	line, _, _ = strings.Cut(line, " in goroutine ")
	if at := strings.LastIndexByte(line, '('); at > 0 && strings.HasSuffix(line, ")") {
		return line[:at]
	}
	return line
}

var escapes = regexp.MustCompile("\x1b(\\[[0-9;?]*[ -/]*[@-~]|\\][^\a\x1b]*(\a|\x1b\\\\)?)")

// plainText makes of what a process printed what may stand in an error: without
// colours, and with what cannot be shown spelled out.
func plainText(text string) string {
	text = escapes.ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "")
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i])+0x100, 16)[1:])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// cutMiddle leaves out the middle of a long line.
func cutMiddle(line string) string {
	if len(line) <= longestLine {
		return line
	}
	const head = longestLine * 3 / 4
	return strings.ToValidUTF8(line[:head], "") + "…" + strings.ToValidUTF8(line[len(line)-(longestLine-head):], "")
}
