package bench

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	_ "unsafe" // for linkname

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// This binary can be made slower by a known amount, so that handoff selfcheck
// sees what a comparison finds of it. slowVar lists where and by how much, of
// which cells: "compute:10:Factor/strategy=serial", separated by commas. A cell
// is meant if its name has the third part in it.
//
//	compute  so many percent of the items are factored twice
//	encode   encoding takes so many percent longer, in coordinator, worker and BenchmarkCodec
//	decode   the same of decoding
//	trip     the coordinator waits so many percent of a round trip before it sends
const slowVar = "HANDOFF_SLOW"

// slow is by which part of its time each of these is slower in this process.
var slow = slowness(os.Getenv(slowVar), os.Args)

func slowness(text string, args []string) map[string]float64 {
	parts := map[string]float64{}
	for rule := range strings.SplitSeq(text, ",") {
		fields := strings.SplitN(rule, ":", 3)
		if len(fields) < 3 || !strings.Contains(cellOf(args), fields[2]) {
			continue
		}
		percent, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			panic(slowVar + ": " + err.Error())
		}
		parts[fields[0]] = percent / 100
	}
	return parts
}

// cellOf is what a process is to measure. Workers have the arguments of their
// coordinator.
func cellOf(args []string) string {
	for _, arg := range args {
		if pattern, ok := strings.CutPrefix(arg, "-test.bench="); ok {
			return strings.NewReplacer("^", "", "$", "").Replace(pattern)
		}
	}
	return ""
}

// The seams of package strategies are not for those who use it, so this file
// reaches for them. The declaration is that of seams.go, word for word.
//
//go:linkname setSeams github.com/handoff-go/handoff/strategies.setSeams
func setSeams(lookup func(name string) (codec.Codec, bool), wrap func(c transport.Conn) transport.Conn) (restore func())

func init() {
	if slow["encode"] > 0 || slow["decode"] > 0 {
		setSeams(func(name string) (codec.Codec, bool) {
			c, ok := codec.Lookup(name)
			return slowCodec{c}, ok
		}, nil)
	}
	if slow["trip"] > 0 && !strategies.IsWorker() {
		setSeams(nil, func(c transport.Conn) transport.Conn { return &slowConn{Conn: c} })
	}
}

// slowDown returns the shape with a slower task, if that is wanted.
func slowDown(s factor.Shape[uint64, []uint64]) factor.Shape[uint64, []uint64] {
	if slow["compute"] > 0 {
		s.Factor = slowFactor
	}
	return s
}

var slowFactor = strategies.Define("factor-slowly", func(_ context.Context, n uint64) ([]uint64, error) {
	if twice(slowItems.Add(1), slow["compute"]) {
		factor.Factorize(n)
	}
	return factor.Factorize(n), nil
})

var slowItems atomic.Int64

// twice says of the nth whether it is among the part to be done twice.
func twice(n int64, part float64) bool {
	return int64(float64(n)*part) > int64(float64(n-1)*part)
}

// dally takes a part of the time since began.
func dally(began time.Time, part float64) {
	if part == 0 {
		return
	}
	now := time.Now()
	for end := now.Add(time.Duration(part * float64(now.Sub(began)))); time.Now().Before(end); {
	}
}

type slowCodec struct{ codec.Codec }

func (c slowCodec) NewEncoder() codec.Encoder { return slowEncoder{c.Codec.NewEncoder()} }
func (c slowCodec) NewDecoder() codec.Decoder { return slowDecoder{c.Codec.NewDecoder()} }

type slowEncoder struct{ codec.Encoder }

func (e slowEncoder) Encode(dst []byte, v any) ([]byte, error) {
	defer dally(time.Now(), slow["encode"])
	return e.Encoder.Encode(dst, v)
}

type slowDecoder struct{ codec.Decoder }

func (d slowDecoder) Decode(src []byte, v any) error {
	defer dally(time.Now(), slow["decode"])
	return d.Decoder.Decode(src, v)
}

func (d slowDecoder) DecodeKeep(src []byte, v any) (kept bool, err error) {
	if k, ok := d.Decoder.(codec.Keeper); ok {
		defer dally(time.Now(), slow["decode"])
		return k.DecodeKeep(src, v)
	}
	return false, d.Decode(src, v)
}

// slowConn is slow between two messages that go out: where one item is on its
// way at a time, that is a round trip.
type slowConn struct {
	transport.Conn
	last time.Time
}

// longestTrip is what no round trip takes: then nothing was on its way.
const longestTrip = 10 * time.Millisecond

func (c *slowConn) Send(f *transport.Frame) error {
	if !c.last.IsZero() && time.Since(c.last) < longestTrip {
		dally(c.last, slow["trip"])
	}
	c.last = time.Now()
	return c.Conn.Send(f)
}
