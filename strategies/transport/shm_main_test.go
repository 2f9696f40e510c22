package transport

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// envPartner makes the test binary the process at the other end of a
// connection. It is looked at before anything else, and a partner starts
// nothing, so it cannot multiply.
const envPartner = "HANDOFF_TEST_PARTNER"

// partnerLife bounds the life of a partner, whatever goes wrong.
const partnerLife = 2 * time.Minute

func TestMain(m *testing.M) {
	if files, err := strconv.Atoi(os.Getenv(envPartner)); err == nil {
		if err := partner(files); err != nil {
			fmt.Fprintln(os.Stderr, "partner:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// partner sends every frame back, or every one that says Last. It leaves when
// the connection ends, and when its parent is gone.
func partner(files int) error {
	time.AfterFunc(partnerLife, func() { os.Exit(2) })
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var inherited []*os.File
	for i := range files {
		inherited = append(inherited, os.NewFile(uintptr(3+i), "inherited"))
	}
	var c Conn = NewPipe(testRun, partnerLimit, inherited[0], inherited[len(inherited)-1])
	if files != 2 {
		s, err := OpenShm(testRun, partnerLimit, inherited)
		if err != nil {
			return err
		}
		c = s
	}
	return sendBack(c)
}

const partnerLimit = 64 << 20

// sendBack is an echo, as a worker would be one: it decodes what was sent into
// memory of its own, and encodes that.
func sendBack(c Conn) error {
	var f Frame
	var decoded []byte
	for {
		if err := c.Recv(&f); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		decoded = append(decoded[:0], f.Payload...)
		if f.Header.Flags&Last == 0 {
			continue
		}
		f.Payload = append(roomOf(c), decoded...)
		if err := c.Send(&f); err != nil {
			return err
		}
		if err := c.Flush(); err != nil {
			return err
		}
	}
}

// roomOf is where a sender encodes.
func roomOf(c Conn) []byte {
	if s, ok := c.(*Shm); ok {
		return s.Room()
	}
	return nil
}

// startPartner starts the other end of a connection as a process of its own.
func startPartner(t testing.TB, theirs []*os.File) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envPartner+"="+strconv.Itoa(len(theirs)))
	cmd.ExtraFiles = theirs
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	closeFiles(theirs)
	t.Cleanup(func() {
		stdin.Close() // it leaves
		if err := cmd.Wait(); err != nil {
			t.Errorf("partner: %v", err)
		}
	})
}
