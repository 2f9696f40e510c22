package strategies

import (
	"context"
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
// the delays, so that a busy machine makes no difference; BenchmarkDelay does
// the same with real time.

const (
	envDelay   = "HANDOFF_TEST_DELAY" // how, side, phase
	delayItems = 1000                 // many: where the clock stands still, chunks look short and are sampled seldom
	delay      = time.Millisecond     // for each item, at chunk=1
)

// injected is where this process delays; "" for nowhere.
var injected string

// standing is the clock that moves with delays only, if that is in use.
var standing struct {
	on  bool
	now atomic.Int64
}

func init() {
	how, where, _ := strings.Cut(os.Getenv(envDelay), ",")
	if side, phase, _ := strings.Cut(where, ":"); (side == "worker") == IsWorker() {
		injected = phase
	}
	standing.on = how == "standing" // in a worker; tests set it themselves
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
	wrapConn = func(c transport.Conn) transport.Conn { return slowConn{c} }
}

// spend is busy for the delay if that is the phase for it.
func spend(phase string) {
	if injected != phase {
		return
	}
	if standing.on {
		standing.now.Add(int64(delay))
		return
	}
	for end := time.Now().Add(delay); time.Now().Before(end); {
	}
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

type slowConn struct{ transport.Conn }

func (c slowConn) Send(f *transport.Frame) error {
	if k := f.Header.Kind; k == transport.Work || k == transport.Answer {
		spend("transfer")
	}
	return c.Conn.Send(f)
}

func (c slowConn) Recv(f *transport.Frame) error {
	err := c.Conn.Recv(f)
	if standing.on && f.Arrived != 0 {
		f.Arrived = clock()
	}
	if f.Header.Kind == transport.Work || f.Header.Kind == transport.Answer {
		spend("receive")
	}
	return err
}

var delayed = Define("delay-test", func(_ context.Context, n uint64) (uint64, error) {
	spend("compute")
	return n + 1, nil
})

// spentPhases runs the items once, with the delay where it says, and returns
// the time in every phase of every lane.
func spentPhases(t testing.TB, how, spec, where string) map[string]time.Duration {
	t.Helper()
	t.Setenv(envDelay, how+","+where)
	standing.on = how == "standing"
	defer func() { standing.on, injected = false, "" }()
	if side, phase, _ := strings.Cut(where, ":"); side == "coordinator" {
		injected = phase
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	pool, err := Open(ctx, delayed, MustParse(spec))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	items := make([]uint64, delayItems)
	before := pool.Stats()
	if _, err := pool.Map(ctx, items); err != nil {
		t.Fatal(err)
	}
	after := pool.Stats()
	w := after.Workers[0].Lane.Sub(before.Workers[0].Lane)
	s, r := after.Sender.Sub(before.Sender), after.Receiver.Sub(before.Receiver)
	return map[string]time.Duration{
		"worker:decode": w.Decode, "worker:compute": w.Compute, "worker:encode": w.Encode, "worker:transfer": w.Transfer,
		"coordinator:encode": s.Encode, "coordinator:transfer": s.Transfer + r.Transfer, "coordinator:decode": r.Decode,
	}
}

var delayCases = []struct{ where, phase string }{
	{"worker:decode", "worker:decode"},
	{"worker:compute", "worker:compute"},
	{"worker:encode", "worker:encode"},
	{"worker:transfer", "worker:transfer"},
	{"worker:receive", "worker:transfer"},
	{"coordinator:encode", "coordinator:encode"},
	{"coordinator:transfer", "coordinator:transfer"},
	{"coordinator:receive", "coordinator:transfer"},
	{"coordinator:decode", "coordinator:decode"},
}

func TestDelaysAppearWhereTheyArePut(t *testing.T) {
	for _, spec := range []string{
		"process-gob,workers=1,chunk=1,window=1",
		"process-json,workers=1,chunk=1,window=8",
		"shared-file,workers=1,chunk=1,window=1",
	} {
		for _, c := range delayCases {
			if c.where == "worker:receive" && !strings.HasSuffix(spec, "window=1") {
				continue // reading ahead is hidden behind the task, and not in the lane
			}
			t.Run(spec+"/"+c.where, func(t *testing.T) {
				got := spentPhases(t, "standing", spec, c.where)
				own, other := misplaced(map[string]time.Duration{}, got, c.phase)
				// Goroutines share the clock: one may still stand in another
				// phase while another moves it on, the worker's reader seldom,
				// the coordinator's two lanes often.
				slack := 0.001
				switch {
				case c.where == "worker:receive":
					slack = 0.05
				case strings.HasPrefix(c.where, "coordinator"):
					slack = 0.3
				}
				if own > slack || other > slack {
					t.Errorf("phases %v: want %v in %s and nothing elsewhere", got, delayItems*delay, c.phase)
				}
			})
		}
	}
}

// misplaced compares runs without and with the delay: how far its phase is
// from having grown by the delay, and how far any other has moved, as parts of
// the delay.
func misplaced(plain, slow map[string]time.Duration, phase string) (own, other float64) {
	for p := range slow {
		moved := float64(slow[p]-plain[p]) / float64(delayItems*delay)
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
	for _, c := range delayCases {
		b.Run("strategy=process-gob/in="+strings.ReplaceAll(c.where, ":", "."), func(b *testing.B) {
			var own, other []float64
			for b.Loop() {
				plain := spentPhases(b, "real", "process-gob,workers=1,chunk=1,window=1", "")
				slow := spentPhases(b, "real", "process-gob,workers=1,chunk=1,window=1", c.where)
				x, y := misplaced(plain, slow, c.phase)
				own, other = append(own, x), append(other, y)
			}
			slices.Sort(own)
			slices.Sort(other)
			b.ReportMetric(100*own[len(own)/2], "%-missed")
			b.ReportMetric(100*other[len(other)/2], "%-elsewhere")
		})
	}
}
