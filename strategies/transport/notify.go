package transport

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// rescan is how long a reader trusts that it would have been told.
const rescan = 50 * time.Millisecond

// Polling begins with a pause of pollFirst, doubles it, and stays at pollLast.
const (
	pollFirst = 50 * time.Microsecond
	pollLast  = 2 * time.Millisecond
)

// waiter waits for files to come.
type waiter interface {
	// wait returns when there may be a new file, or after a while, and at
	// once when one of the signals is given. It is the idle-th wait in a row.
	wait(idle int, signals ...*signal)
	close()
}

// newWaiter returns one that is told, or where that cannot be had, polls.
func newWaiter(c FileConfig) waiter {
	if c.Poll {
		return poller{}
	}
	w, err := newNotified(c.In)
	if err == nil {
		return w
	}
	if c.Warn != nil {
		c.Warn(fmt.Sprintf("no notification of new files in %s, looking for them all the time instead: %v "+
			"(raise fs.inotify.max_user_instances, or say wait=poll)", c.In, err))
	}
	return poller{}
}

// notified is told by the system.
type notified struct {
	watcher *fsnotify.Watcher
	rescan  time.Duration
	wake    chan struct{} // holds one: there was something new
	ended   chan struct{}
}

func newNotified(dir string) (*notified, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watcher.Add(dir); err != nil {
		watcher.Close()
		return nil, err
	}
	n := &notified{watcher: watcher, rescan: rescan, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go n.listen()
	return n, nil
}

// listen takes every event at once, so that the queue in the system does not
// overflow with those that mean nothing to us. An error is one lost event or
// many: look.
func (n *notified) listen() {
	defer close(n.ended)
	for {
		select {
		case e, ok := <-n.watcher.Events:
			if !ok {
				return
			}
			if e.Has(fsnotify.Create) && filepath.Ext(e.Name) == frames {
				n.tell()
			}
		case _, ok := <-n.watcher.Errors:
			if !ok {
				return
			}
			n.tell()
		}
	}
}

// tell wakes the reader, now or at its next wait.
func (n *notified) tell() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *notified) wait(_ int, signals ...*signal) {
	timer := time.NewTimer(n.rescan)
	defer timer.Stop()
	select {
	case <-n.wake:
	case <-timer.C:
	case <-signals[0].c:
	case <-signals[1].c:
	}
}

func (n *notified) close() {
	n.watcher.Close()
	<-n.ended
}

// poller looks again and again.
type poller struct{}

func (poller) wait(idle int, signals ...*signal) {
	d := pollLast
	if idle < 5 {
		d = pollFirst << idle
	}
	pause(d)
}

func (poller) close() {}
