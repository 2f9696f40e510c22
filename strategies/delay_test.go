package strategies

import (
	"math"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// A delay is put into one phase, in one of the two processes, and must appear
// in that phase and nowhere else. The clock of these tests stands still but for
// the delays, and moves only when no other lane of its process would notice, so
// that a busy machine makes no difference. BenchmarkDelay does the same with
// real time.

const (
	envDelay = "HANDOFF_TEST_DELAY" // how, then side:phase for each process
	delay    = time.Millisecond     // for each item, at chunk=1
)

// injected is where this process delays; "" for nowhere.
var injected string

// standing is the clock that moves with delays only, if that is in use.
var standing struct {
	on    bool
	now   atomic.Int64
	lanes atomic.Pointer[[]*lane] // of the only connection
}

func init() {
	how, wheres, _ := strings.Cut(os.Getenv(envDelay), ",")
	inject(strings.Split(wheres, ","))
	setClock(how) // in a worker; tests do it themselves
	clock = func() int64 {
		if standing.on {
			return standing.now.Load()
		}
		return transport.Clock()
	}
	lookupCodec = func(name string) (codec.Codec, bool) {
		c, ok := codec.Lookup(name)
		return slowCodec{c}, ok
	}
	wrapConn = func(c transport.Conn, lanes ...*lane) transport.Conn {
		if _, ok := c.(transport.Lender); ok && IsWorker() {
			lanes = nil // it is the lane's own goroutine that receives
		}
		standing.lanes.Store(&lanes)
		return slowConn{c}
	}
}

// inject takes what is for this process.
func inject(wheres []string) {
	injected = ""
	for _, where := range wheres {
		if side, phase, _ := strings.Cut(where, ":"); (side == "worker") == IsWorker() {
			injected = phase
		}
	}
}

// setClock chooses the clock: real, standing, or standing with every other
// chunk sampled. Some chunks lie in shared memory before they are waited for; where
// every 64th chunk is sampled, none of those few may be among them.
func setClock(how string) {
	standing.on = how != "real" && how != ""
	maxDistance = 64
	if how == "dense" {
		maxDistance = 2
	}
}

// spend is busy for the delay if that is the phase for it.
func spend(phase string) {
	if injected != phase {
		return
	}
	if standing.on {
		awaitOthers(phase)
		standing.now.Add(int64(delay))
		return
	}
	for end := time.Now().Add(delay); time.Now().Before(end); {
	}
}

// awaitOthers returns once the lanes that share the clock wait: all of them but
// the one in which the delay is spent. What a worker receives is read by another
// goroutine than its lane's.
func awaitOthers(phase string) {
	lanes := *standing.lanes.Load()
	switch {
	case IsWorker() && phase != "receive":
		return
	case IsWorker():
	case phase == "encode" || phase == "transfer":
		lanes = lanes[1:] // the receiver's
	default:
		lanes = lanes[:1]
	}
	end := time.Now().Add(10 * time.Second)
	for !allWait(lanes) {
		if time.Now().After(end) {
			panic("delay_test: the other lane does not come to wait")
		}
		time.Sleep(time.Microsecond)
	}
}

func allWait(lanes []*lane) bool {
	for _, l := range lanes {
		l.mu.Lock()
		phase := l.phase
		l.mu.Unlock()
		if phase != phaseWait {
			return false
		}
	}
	return true
}

type slowCodec struct{ codec.Codec }

func (c slowCodec) NewEncoder() codec.Encoder { return slowEncoder{c.Codec.NewEncoder()} }
func (c slowCodec) NewDecoder() codec.Decoder { return slowDecoder{c.Codec.NewDecoder()} }

type slowEncoder struct{ codec.Encoder }

func (e slowEncoder) Encode(dst []byte, v any) ([]byte, error) {
	spend("encode")
	return e.Encoder.Encode(dst, v)
}

type slowDecoder struct{ codec.Decoder }

func (d slowDecoder) Decode(src []byte, v any) error {
	spend("decode")
	return d.Decoder.Decode(src, v)
}

func (d slowDecoder) DecodeKeep(src []byte, v any) (kept bool, err error) {
	if k, ok := d.Decoder.(codec.Keeper); ok {
		spend("decode")
		return k.DecodeKeep(src, v)
	}
	return false, d.Decode(src, v)
}

type slowConn struct{ transport.Conn }

func (c slowConn) Send(f *transport.Frame) error {
	if k := f.Header.Kind; k == transport.Work || k == transport.Answer {
		spend("transfer")
	}
	return c.Conn.Send(f)
}

func (c slowConn) Recv(f *transport.Frame) error {
	if err := c.Conn.Recv(f); err != nil {
		return err
	}
	if standing.on && f.Arrived != 0 {
		f.Arrived = clock()
	}
	if f.Header.Kind == transport.Work || f.Header.Kind == transport.Answer {
		spend("receive")
	}
	return nil
}

// laneTimes is the time in every phase of every lane but waiting.
type laneTimes map[string]time.Duration

// spentPhases runs so many items of a shape once, with delays where it says, in
// one phase of each process at most.
func spentPhases(t testing.TB, how, spec string, shape delayShape, items int, wheres ...string) laneTimes {
	t.Helper()
	t.Setenv(envDelay, how+","+strings.Join(wheres, ","))
	inject(wheres)
	setClock(how)
	defer func() {
		setClock("real")
		injected = ""
	}()
	before, after := shape.run(t, spec, items)
	w := after.Workers[0].Lane.Sub(before.Workers[0].Lane)
	s, r := after.Sender.Sub(before.Sender), after.Receiver.Sub(before.Receiver)
	return laneTimes{
		"worker:decode": w.Decode, "worker:compute": w.Compute, "worker:encode": w.Encode, "worker:transfer": w.Transfer,
		"sender:encode": s.Encode, "sender:transfer": s.Transfer, "sender:decode": s.Decode, "sender:compute": s.Compute,
		"receiver:encode": r.Encode, "receiver:transfer": r.Transfer, "receiver:decode": r.Decode, "receiver:compute": r.Compute,
	}
}

// delayCase is where a delay is put, and the phase in which it must appear.
type delayCase struct{ where, phase string }

var workerDelays = []delayCase{
	{"worker:decode", "worker:decode"},
	{"worker:compute", "worker:compute"},
	{"worker:encode", "worker:encode"},
	{"worker:transfer", "worker:transfer"},
	{"worker:receive", "worker:transfer"},
}

var coordinatorDelays = []delayCase{
	{"coordinator:encode", "sender:encode"},
	{"coordinator:transfer", "sender:transfer"},
	{"coordinator:receive", "receiver:transfer"},
	{"coordinator:decode", "receiver:decode"},
}

// delayRounds are delays in both processes at once, whose clocks are not the
// same: each case is in one of them.
func delayRounds() (rounds [][]delayCase) {
	for i, w := range workerDelays {
		rounds = append(rounds, []delayCase{w, coordinatorDelays[i%len(coordinatorDelays)]})
	}
	return rounds
}

func TestDelaysAppearWhereTheyArePut(t *testing.T) {
	for i, name := range codec.Names() {
		c, _ := codec.Lookup(name)
		for j, shape := range delayShapes {
			if testing.Short() && i%len(delayShapes) != j {
				continue // each codec and each shape once
			}
			if !shape.carriedBy(c) {
				continue
			}
			testDelays(t, "process-"+name+",workers=1,chunk=1,window=1", shape, delayRounds())
		}
	}
	for _, strategy := range []string{"process-unix-gob", "process-tcp-json", "process-shm-binary", "shared-file"} {
		if _, err := Parse(strategy); err == nil {
			testDelays(t, strategy+",workers=1,chunk=1,window=1", delayShapes[0], delayRounds())
		}
	}
	// Where the worker has more than one chunk, the coordinator's lanes are
	// busy at the same time, and what a worker receives is hidden behind what
	// it computes.
	var rounds [][]delayCase
	for _, w := range workerDelays[:4] {
		rounds = append(rounds, []delayCase{w})
	}
	testDelays(t, "process-json,workers=1,chunk=1,window=8", delayShapes[0], rounds)
}

func testDelays(t *testing.T, spec string, shape delayShape, rounds [][]delayCase) {
	how, items := "standing", 100
	if strings.HasPrefix(spec, "process-shm") {
		how, items = "dense", 1000
	}
	for _, cases := range rounds {
		var wheres []string
		want := laneTimes{}
		for _, c := range cases {
			wheres = append(wheres, c.where)
			want[c.phase] += time.Duration(items) * delay
		}
		t.Run(spec+"/"+shape.name()+"/"+strings.Join(wheres, "+"), func(t *testing.T) {
			got := spentPhases(t, how, spec, shape, items, wheres...)
			for phase, spent := range got {
				slack := 0.02 * float64(items) * float64(delay)
				if want[phase] > 0 {
					slack = 0.05 * float64(items) * float64(delay)
				}
				if math.Abs(float64(spent-want[phase])) > slack {
					t.Errorf("%v in %s, want %v; all: %v", spent, phase, want[phase], got)
				}
			}
		})
	}
}

// A payload of 4 KiB and more is timed like what may block.
func TestDelaysOfLargeItems(t *testing.T) {
	shape := delayed[[]byte, []byte]{
		task: delayedLarge,
		item: func(int) []byte { return make([]byte, 2*timedAt) },
	}
	testDelays(t, "process-gob,workers=1,chunk=1,window=1", shape, delayRounds())
}

// misplaced compares runs without and with the delay: how far its phase is
// from having grown by the delay, and how far any other has moved, as parts of
// the delay.
func misplaced(plain, slow laneTimes, phase string, items int) (own, other float64) {
	for p := range slow {
		moved := float64(slow[p]-plain[p]) / float64(items) / float64(delay)
		if p == phase {
			own = math.Abs(moved - 1)
		} else {
			other = max(other, math.Abs(moved))
		}
	}
	return own, other
}

// BenchmarkDelay puts the delay into each phase in real time and prints, in
// percent of it, by how much it missed its phase and by how much it moved
// another: the medians over the iterations. Wanted: under 5 and under 2.
func BenchmarkDelay(b *testing.B) {
	const spec, items = "process-gob,workers=1,chunk=1,window=1", 1000
	for _, c := range slices.Concat(workerDelays, coordinatorDelays) {
		b.Run("strategy=process-gob/in="+strings.ReplaceAll(c.where, ":", "."), func(b *testing.B) {
			var own, other []float64
			for b.Loop() {
				plain := spentPhases(b, "real", spec, delayShapes[0], items)
				slow := spentPhases(b, "real", spec, delayShapes[0], items, c.where)
				x, y := misplaced(plain, slow, c.phase, items)
				own, other = append(own, x), append(other, y)
			}
			slices.Sort(own)
			slices.Sort(other)
			b.ReportMetric(100*own[len(own)/2], "%-missed")
			b.ReportMetric(100*other[len(other)/2], "%-elsewhere")
		})
	}
}
