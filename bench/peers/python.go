package peers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const python = "python3"

// pythonScript finds the script where this source is: the package is run from
// its own directory, by go test as by handoff run.
var pythonScript = filepath.Join("python", "pool.py")

// pythonVersion asks the interpreter once a process. It imports what the pools
// stand on too, because some small installations lack that.
var pythonVersion = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, python, "-S", "-c",
		"import sys, _multiprocessing; print('%d.%d.%d' % sys.version_info[:3])").Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("not installed")
	}
	if err != nil {
		return "", fmt.Errorf("does not run: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
})

// needPython says what is missing for the Python peers.
func needPython() error {
	if _, err := pythonVersion(); err != nil {
		return fmt.Errorf("%s: %w", python, err)
	}
	return nil
}

// pythonPool is a Python program with a pool in it.
type pythonPool struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

func openPython(ctx context.Context, p Peer) (Pool, error) {
	if depth() > 0 {
		return nil, ErrInside
	}
	kind := strings.TrimPrefix(p.Strategy, "peer-python-")
	py := &pythonPool{cmd: exec.CommandContext(ctx, python, pythonScript, kind, strconv.Itoa(Workers), p.Chunk)}
	py.cmd.Stderr = &py.stderr
	ownGroup(py.cmd)
	py.cmd.Cancel = func() error { return killGroup(py.cmd) }
	py.cmd.WaitDelay = time.Second
	var err error
	if py.in, err = py.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := py.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	py.out = bufio.NewReaderSize(out, 1<<20)
	return py, py.cmd.Start()
}

// ask sends a command and reads its reply.
func (p *pythonPool) ask(command string, argument, reply any) error {
	line, err := json.Marshal([]any{command, argument})
	if err != nil {
		return err
	}
	_, err = p.in.Write(append(line, '\n'))
	if err == nil {
		line, err = p.out.ReadBytes('\n')
	}
	if err == nil {
		err = json.Unmarshal(line, reply)
	}
	if err != nil {
		return fmt.Errorf("peers: %s %s: %w\n%s", pythonScript, command, err, p.lastWords())
	}
	return nil
}

// lastWords is what the program complained about: its pipes have broken, so it
// is about to end.
func (p *pythonPool) lastWords() string {
	p.end(5 * time.Second)
	return p.stderr.String()
}

func (p *pythonPool) Load(numbers []uint64) error {
	var none int
	return p.ask("load", numbers, &none)
}

func (p *pythonPool) Run(n int) (took time.Duration, err error) {
	err = p.ask("run", n, &took)
	return took, err
}

func (p *pythonPool) Answers() (answers [][]uint64, err error) {
	err = p.ask("answers", nil, &answers)
	return answers, err
}

func (p *pythonPool) Compute(n int) (time.Duration, error) {
	var took time.Duration
	err := p.ask("compute", n, &took)
	return took / time.Duration(max(1, n)), err
}

// Close closes the program's input, at which it ends its pool and itself.
func (p *pythonPool) Close() error { return p.end(10 * time.Second) }

// end waits for the program's end, and ends what is left of it after a while.
func (p *pythonPool) end(patience time.Duration) error {
	if p.cmd.ProcessState != nil {
		return nil
	}
	p.in.Close()
	late := time.AfterFunc(patience, func() { killGroup(p.cmd) })
	defer late.Stop()
	io.Copy(io.Discard, p.out) // Wait wants the pipe read to its end
	return p.cmd.Wait()
}
