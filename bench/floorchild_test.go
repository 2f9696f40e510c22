package bench

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// floorVar makes the test binary the echo at the other end of a line, or end at
// once. It is looked at before anything else, and an echo starts nothing.
const floorVar = "HANDOFF_FLOOR" // which echo, and how many bytes it takes at a time

const (
	floorStart = "start"
	floorLife  = 2 * time.Minute // of an echo, whatever goes wrong
)

// serveFloor is the other process's main. In the process that measures it
// returns.
func serveFloor() {
	kind, size, _ := strings.Cut(os.Getenv(floorVar), ":")
	switch kind {
	case "":
		return
	case floorStart:
		os.Exit(0)
	}
	echo, ok := echoes[kind]
	bytes, err := strconv.Atoi(size)
	if !ok || err != nil {
		fmt.Fprintf(os.Stderr, "%s=%q is not ours\n", floorVar, os.Getenv(floorVar))
		os.Exit(2)
	}
	time.AfterFunc(floorLife, func() { os.Exit(3) })
	go func() { // who started this is gone when its end of stdin is
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := echo(bytes); err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, "floor:", kind+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// echoes are what the other process does: it takes messages into memory of its
// own and sends them back from there, until there are no more.
var echoes = map[string]func(bytes int) error{"whole": echoWhole, "piece": echoPiece, "file": echoFile, "shm": echoShm}

// inherited is the i-th of the files that came with the process.
func inherited(i int) *os.File { return os.NewFile(uintptr(3+i), "inherited") }

// floorChild is a process at the other end of a line.
type floorChild struct {
	cmd  *exec.Cmd
	life io.Closer // it ends with this
}

// startEcho starts an echo that takes so many bytes at a time, in a directory or
// in this one, and gives it the files, which are closed here.
func startEcho(kind string, bytes int, dir string, files ...*os.File) (*floorChild, error) {
	defer closeAll(files)
	if runtime.GOOS == "windows" {
		return nil, fmt.Errorf("descriptors for a child on Windows: %w", errors.ErrUnsupported)
	}
	cmd, err := floorCommand(kind + ":" + strconv.Itoa(bytes))
	if err != nil {
		return nil, err
	}
	cmd.Dir, cmd.ExtraFiles = dir, files
	// There is one goroutine, and nobody who would look for a second.
	cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start an echo: %w", err)
	}
	return &floorChild{cmd, life}, nil
}

// floorCommand is a copy of this program that echoes, or ends at once.
func floorCommand(value string) (*exec.Cmd, error) {
	if os.Getenv(floorVar) != "" || os.Getenv("HANDOFF_DEPTH") != "" {
		return nil, errors.New("an echo or a worker starts no echo")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), floorVar+"="+value)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// close ends the process and waits for it.
func (c *floorChild) close() error {
	c.life.Close()
	late := time.AfterFunc(10*time.Second, func() { c.cmd.Process.Kill() })
	defer late.Stop()
	return c.cmd.Wait()
}

// startAndWait starts so many processes side by side that end at once.
func startAndWait(workers int) error {
	var started []*exec.Cmd
	var err error
	for range workers {
		cmd, wrong := floorCommand(floorStart)
		if wrong == nil {
			wrong = cmd.Start()
		}
		if wrong != nil {
			err = wrong
			break
		}
		started = append(started, cmd)
	}
	for _, cmd := range started {
		err = cmp.Or(err, cmd.Wait())
	}
	return err
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
