package analysis

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// metricOrder is the order of rows in tables of all metrics: time, its phases,
// CPU, bytes, memory. Others follow by name.
var metricOrder = []string{
	MetricItem, MetricOp, MetricCompute, "serialize-sec/item",
	"worker-decode-sec/item", "worker-encode-sec/item", "worker-transfer-sec/item", "worker-wait-sec/item",
	"sender-encode-sec/item", "sender-transfer-sec/item", "sender-wait-sec/item",
	"receiver-decode-sec/item", "receiver-transfer-sec/item", "receiver-wait-sec/item",
	// Runs of before the coordinator's lanes were told apart.
	"coord-encode-sec/item", "coord-decode-sec/item", "coord-transfer-sec/item",
	"cpu-sec/item", "coord-user-sec/item", "coord-sys-sec/item", "worker-user-sec/item", "worker-sys-sec/item",
	"wire-B/item", "frames/item", "inflight-B",
	"coord-B/item", "coord-allocs/item", "worker-B/item", "worker-allocs/item",
	"coord-peak-RSS-bytes", "worker-peak-RSS-bytes", "peak-RSS-bytes",
}

// CompareMetrics orders tidied units as tables show them.
func CompareMetrics(a, b string) int {
	return cmp.Or(metricRank(a)-metricRank(b), strings.Compare(a, b))
}

func metricRank(metric string) int {
	if i := slices.Index(metricOrder, metric); i >= 0 {
		return i
	}
	return len(metricOrder)
}

// Metrics returns all metrics that some sample of the cell has, in the order of tables.
func (c *Cell) Metrics() []string { return slices.SortedFunc(maps.Keys(c.metrics()), CompareMetrics) }

// Metrics returns all metrics that some sample of the matrix has, in the order
// of tables.
func (m *Matrix) Metrics() []string {
	return slices.SortedFunc(maps.Keys(m.having), CompareMetrics)
}

// SampleCounts returns the smallest and the largest number of samples of a cell.
func (m *Matrix) SampleCounts() (least, most int) { return m.least, m.most }
