package strategies

import (
	"bytes"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kinRounds bounds how often endKin looks: until what it has killed is gone, and
// has not just started another process.
const (
	kinRounds = 50
	kinPause  = time.Millisecond
)

// endKin kills the processes of this user that carry a kinship which is
// meant, but not this one. Where /proc does not show the processes that this one
// sees, it does nothing. It costs some microseconds for each process that there is.
func endKin(meant func(kinship) bool) {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return
	}
	s := kinScan{meant: meant, environ: make([]byte, 16<<10)}
	for range kinRounds {
		if !s.look() {
			return
		}
		time.Sleep(kinPause)
	}
}

// kinScan looks through the processes.
type kinScan struct {
	meant   func(kinship) bool
	environ []byte // memory for environments
}

// look reports whether it found one, and so may find another.
func (s *kinScan) look() (found bool) {
	proc, err := os.Open("/proc")
	if err != nil {
		return false
	}
	defer proc.Close()
	for {
		names, err := proc.Readdirnames(1024)
		for _, name := range names {
			pid, notOne := strconv.Atoi(name)
			if notOne != nil || pid == os.Getpid() || !s.carries(name) {
				continue
			}
			found = s.end(pid) || found
		}
		if err != nil {
			return found
		}
	}
}

// end kills a process, if it is still the one that was found: its handle is
// taken first, and then it is looked at again.
func (s *kinScan) end(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	return s.carries(strconv.Itoa(pid)) && p.Signal(syscall.SIGKILL) == nil
}

// carries reports whether a process of this user carries a kinship that is
// meant. Processes of other users and what has just ended cannot be read; a
// process that is to be waited for has no environment any more.
func (s *kinScan) carries(pid string) bool {
	fd, err := unix.Open("/proc/"+pid+"/environ", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	env := s.read(fd)
	if env == nil || !s.means(variable(env, envRun)) {
		return false
	}
	var st unix.Stat_t // who is root may read them all
	return unix.Fstat(fd, &st) == nil && int(st.Uid) == os.Geteuid()
}

func (s *kinScan) means(value []byte) bool {
	if len(value) == 0 {
		return false
	}
	for _, k := range kinships(string(value)) {
		if s.meant(k) {
			return true
		}
	}
	return false
}

func (s *kinScan) read(fd int) []byte {
	n := 0
	for {
		got, err := unix.Read(fd, s.environ[n:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil
		}
		if got == 0 {
			return s.environ[:n]
		}
		if n += got; n == len(s.environ) {
			s.environ = append(s.environ, make([]byte, n)...)
		}
	}
}

// variable returns the value of a variable in an environment as the system shows
// it; the last one counts, as it does for a program's own os.Getenv once it has
// been through os/exec.
func variable(env []byte, name string) []byte {
	key := []byte("\x00" + name + "=")
	at := bytes.LastIndex(env, key)
	switch {
	case at >= 0:
		env = env[at+len(key):]
	case bytes.HasPrefix(env, key[1:]):
		env = env[len(key)-1:]
	default:
		return nil
	}
	value, _, _ := bytes.Cut(env, []byte{0})
	return value
}

// hadChildren reports whether this process has children, or has had some. What
// they in turn have started may be anywhere. Where children are not waited for,
// nobody counts them.
func hadChildren() bool {
	err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT|unix.WALL, nil)
	var of unix.Rusage
	return !errors.Is(err, unix.ECHILD) ||
		unix.Getrusage(unix.RUSAGE_CHILDREN, &of) != nil || of.Minflt > 0 || of.Maxrss > 0 ||
		signal.Ignored(syscall.SIGCHLD)
}
