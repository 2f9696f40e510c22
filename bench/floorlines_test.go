package bench

import (
	"errors"
	"os/exec"
	"testing"
)

// Every floor brings back what went, one at a time and in chunks, and leaves no
// process behind.
func TestFloors(t *testing.T) {
	for _, f := range floors {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range floorCells {
				if f.here && c.window > 1 || testing.Short() && c.payload > 4<<10 {
					continue
				}
				lines, err := openLines(t, f, c)
				if errors.Is(err, errors.ErrUnsupported) {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				if err := lines[0].check(); err == nil {
					t.Errorf("%+v: nothing came back yet, and that is right", c)
				}
				if err := passAll(lines, 3*c.workers*c.chunk*c.window, c.chunk, c.window); err != nil {
					t.Fatalf("%+v: %v", c, err)
				}
				for _, l := range lines {
					if err := l.check(); err != nil {
						t.Errorf("%+v: %v", c, err)
					}
				}
			}
		})
	}
}

// The items of a cell are whole chunks for each of its workers: time per item is
// by as many as went.
func TestFloorCellsAreWhole(t *testing.T) {
	for _, c := range floorCells {
		if each := 8 * c.workers * c.chunk; c.items%each != 0 {
			t.Errorf("%+v: want a multiple of %d items", c, each)
		}
	}
}

func TestMessagesNoticeWhatIsWrong(t *testing.T) {
	m := newMessages(4, 1, 2)
	copy(m.place(), m.next(1))
	if m.came(3) != 0 || m.check() == nil {
		t.Error("three bytes of four are no message")
	}
	if got := m.came(1); got != 1 {
		t.Errorf("%d messages, want 1", got)
	}
	copy(m.place(), m.next(1))
	if m.came(4) != 1 || m.check() != nil {
		t.Error("all is there, and is said to be wrong")
	}
	m.in[5]++
	if m.check() == nil {
		t.Error("a wrong byte is not noticed")
	}
}

// Neither an echo nor a worker process starts an echo: nothing can multiply.
func TestFloorStartsNothingFromBelow(t *testing.T) {
	for _, name := range []string{floorVar, "HANDOFF_DEPTH"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "1")
			if _, err := openPipe(64, 1, 1); err == nil || err.Error() != "an echo or a worker starts no echo" {
				t.Errorf("error %v", err)
			}
			if err := startAndWait(1); err == nil {
				t.Error("a process was started")
			}
		})
	}
}

func TestEchoWithoutSense(t *testing.T) {
	cmd, err := floorCommand("nonsense")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = nil
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("%v, want exit status 2", err)
	}
}
