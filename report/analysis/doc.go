// Package analysis computes what a recorded run says; it draws and prints
// nothing.
//
//  1. [Matrices] sorts the samples into cells: work down, strategies across.
//  2. [Interval] sums up a cell's samples: median and order-statistic interval.
//  3. [Speedup] and [Cost] compare a cell with serial's cell of the same work,
//     round by round, so that what disturbs a whole round cancels.
//  4. [NewBreakEven] and [NewBreakdown] are the numbers behind one picture each.
//  5. Title methods put a finding into words, by rules that look at intervals.
//
// Values are in base units as benchfmt tidies them: seconds and bytes.
package analysis

// Metrics of a benchmark line, tidied.
const (
	MetricOp      = "sec/op"
	MetricItem    = "sec/item"
	MetricCompute = "compute-sec/item"
)
