// Package analysis computes what a recorded run says; it draws and prints
// nothing.
//
//  1. [Matrices] sorts the samples into cells: work down, strategies across.
//  2. [Interval] sums up a cell's samples: median and order-statistic interval.
//  3. [Speedup] and [Cost] compare a cell with serial's cell of the same work,
//     round by round, so that what disturbs a whole round cancels.
//  4. [NewBreakdown], [NewBreakEven], [NewBest], [NewPayload], [NewCodecs], [NewMemory],
//     [NewRoofline], [NewChunks], [NewWorkers], [NewSpread] and [NewPeers] are the
//     numbers behind one picture each.
//  5. [NewLanes] says where the wall time of every lane goes, so that it adds up.
//  6. [Answers] and the Title methods put findings into words, by rules that look
//     at intervals: who wins is at least 5 % ahead, and clearly so.
//
// The roofline in one paragraph: a worker's goroutine computes an item and
// serializes it, one after the other, so P workers handle at most P/(c + s)
// items a second, with c the compute of an item and s its serialization on the
// worker's side. Where items are small that is the flat roof P/s, which
// serialization allows; where they are large the slope P/c, which computing
// allows. CPUs set a limit of their own, CPUs/(c + h), with h the CPU time of an
// item beside c in all processes: it is the lower one where workers and coordinator
// share few CPUs. How far a measured point lies below is what scheduling and
// waiting cost: nobody computed or serialized meanwhile.
//
// Values are in base units as benchfmt tidies them: seconds and bytes.
package analysis

// Metrics of a benchmark line, tidied.
const (
	MetricOp      = "sec/op"
	MetricItem    = "sec/item"
	MetricCompute = "compute-sec/item"
)
