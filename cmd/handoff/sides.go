package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/handoff-go/handoff/bench/runner"
	"github.com/handoff-go/handoff/report/record"
)

// sides are the two that a command line names.
type sides struct {
	base, head string
	recorded   bool // files or folders with samples
	binaries   bool
}

// sources are what is to be measured.
func (s sides) sources() (base, head runner.Source) {
	if s.binaries {
		return runner.Source{Binary: s.base}, runner.Source{Binary: s.head}
	}
	return sourceOf(s.base), sourceOf(s.head)
}

// sourceOf is a revision, or the sources as they are.
func sourceOf(arg string) runner.Source {
	if arg == "." {
		return runner.Source{}
	}
	return runner.Source{Revision: arg}
}

// sidesOf tells from the arguments what is compared. What is there as a file is
// taken for one; a revision of that name can be spelt refs/heads/NAME.
func sidesOf(args []string) (sides, error) {
	switch len(args) {
	case 0:
		return sides{}, nil
	case 1:
		s := sides{filepath.Join(args[0], runner.BaseFile), filepath.Join(args[0], runner.HeadFile), true, false}
		if _, err := os.Stat(s.base); err != nil {
			return s, fmt.Errorf("%s: want BASE and HEAD, or the folder of a comparison, which holds %s and %s", args[0], runner.BaseFile, runner.HeadFile)
		}
		return s, nil
	case 2:
	default:
		return sides{}, fmt.Errorf("got %d arguments, want two, after the flags: BASE and HEAD", len(args))
	}
	if args[0] == record.Stdin && args[1] == record.Stdin {
		return sides{}, errors.New("- and -: standard input can be one side only")
	}
	base, err := kindOf(args[0])
	if err != nil {
		return sides{}, err
	}
	head, err := kindOf(args[1])
	if err != nil {
		return sides{}, err
	}
	if base != head {
		hint := ""
		if i := slices.Index([]sideKind{base, head}, revisionKind); i >= 0 && filepath.Ext(args[1-i]) == "" {
			hint = fmt.Sprintf(" (%s^0 is a revision in any case)", args[1-i])
		}
		return sides{}, fmt.Errorf("%s is %s and %s is %s: want two of a kind%s", args[0], base, args[1], head, hint)
	}
	return sides{args[0], args[1], base == recordedKind, base == binaryKind}, nil
}

// sideKind is what an argument names, in words.
type sideKind string

const (
	revisionKind sideKind = "no file, so a revision"
	binaryKind   sideKind = "a test binary"
	recordedKind sideKind = "a recorded file"
)

func kindOf(arg string) (sideKind, error) {
	if arg == record.Stdin {
		return recordedKind, nil
	}
	info, err := os.Stat(arg)
	switch {
	case arg == ".": // the sources as they are, though there may be a run beside them
		return revisionKind, nil
	case errors.Is(err, fs.ErrNotExist):
		return revisionKind, nil
	case err != nil:
		return "", err
	case info.IsDir():
		if _, err := os.Stat(filepath.Join(arg, record.FileName)); err == nil {
			return recordedKind, nil
		}
		return revisionKind, nil // a folder of the sources, and perhaps a branch
	}
	if !info.Mode().IsRegular() {
		return recordedKind, nil // a pipe, of which nothing must be lost
	}
	f, err := os.Open(arg)
	if err != nil {
		return "", err
	}
	defer f.Close()
	start := make([]byte, 4)
	n, _ := f.Read(start)
	if slices.ContainsFunc(executables, func(magic string) bool { return bytes.HasPrefix(start[:n], []byte(magic)) }) {
		return binaryKind, nil
	}
	return recordedKind, nil
}

// executables are how programs begin: ELF, Mach-O in its four ways, and PE.
var executables = []string{"\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "MZ"}
