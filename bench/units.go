package bench

import (
	"fmt"
	"io"
)

// units are the units of all metrics. Less of each is better; wire-B/item is
// the same in every sample, whatever the machine.
var units = []struct {
	name  string
	exact bool
}{
	{"ns/op", false},
	{"ns/item", false},
	{"compute-ns/item", false},
	{"serialize-ns/item", false},
	{"worker-decode-ns/item", false},
	{"worker-encode-ns/item", false},
	{"worker-transfer-ns/item", false},
	{"worker-wait-ns/item", false},
	{"sender-encode-ns/item", false},
	{"sender-transfer-ns/item", false},
	{"sender-wait-ns/item", false},
	{"receiver-decode-ns/item", false},
	{"receiver-transfer-ns/item", false},
	{"receiver-wait-ns/item", false},
	{"cpu-ns/item", false},
	{"coord-user-ns/item", false},
	{"coord-sys-ns/item", false},
	{"worker-user-ns/item", false},
	{"worker-sys-ns/item", false},
	{"wire-B/item", true},
	{"frames/item", false},
	{"inflight-B", false},
	{"coord-B/item", false},
	{"coord-allocs/item", false},
	{"worker-B/item", false},
	{"worker-allocs/item", false},
	{"coord-peak-RSS-bytes", false},
	{"worker-peak-RSS-bytes", false},
	{"deaths/op", false},
	{"restarts/op", false},
	{"retries/op", false},
	{"late/op", false},
	{"splits/op", false},
}

// WriteUnits writes the Unit lines of all metrics, in the Go benchmark format.
// Print them to stdout in TestMain, before the benchmarks, when there are any
// to run.
func WriteUnits(w io.Writer) error {
	for _, u := range units {
		line := "Unit " + u.name + " better=lower"
		if u.exact {
			line += " assume=exact"
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
