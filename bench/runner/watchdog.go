package runner

import (
	"io"
	"os/exec"
	"strconv"
	"sync"
)

// watchdog is a shell that waits for this process to end, and then kills the process
// group that was named to it last: that of the sample under way. The system ends the
// sample itself with its parent, but not what the sample has started. It sleeps while
// it waits.
type watchdog struct {
	mu   sync.Mutex
	line io.WriteCloser
	cmd  *exec.Cmd
}

const watchdogScript = `trap "" HUP INT TERM; g=; while read -r l; do g=$l; done; [ -z "$g" ] || kill -s KILL -- "-$g"`

// startWatchdog returns nil where there is no shell: what a sample started is then
// found by the next run.
func startWatchdog() *watchdog {
	if !hasGroups {
		return nil
	}
	d := &watchdog{cmd: exec.Command("sh", "-c", watchdogScript)}
	d.cmd.Dir = "/"
	ownGroup(d.cmd)
	var err error
	if d.line, err = d.cmd.StdinPipe(); err != nil {
		return nil
	}
	if err := d.cmd.Start(); err != nil {
		return nil
	}
	return d
}

// watch names the group to be killed, 0 for none.
func (d *watchdog) watch(group int) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	line := "\n"
	if group > 0 {
		line = strconv.Itoa(group) + line
	}
	io.WriteString(d.line, line)
}

// end sends it home.
func (d *watchdog) end() {
	if d == nil {
		return
	}
	d.watch(0)
	d.line.Close()
	d.cmd.Wait()
}
