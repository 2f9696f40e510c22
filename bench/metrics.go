package bench

import (
	"slices"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// metric is one value of a benchmark line.
type metric struct {
	unit  string
	value float64
}

// spending is what the timed part of a benchmark has spent.
type spending struct {
	wall  time.Duration // of all operations
	ops   int           // calls of Map
	items int           // of one operation

	before, after strategies.Stats
}

// metrics returns what b.ReportMetric is to report, in the order of the line.
func (s spending) metrics() []metric {
	all := []metric{{"ns/item", s.perItem(int64(s.wall))}}
	all = append(all, s.phases()...)
	all = append(all, s.resources()...)
	all = append(all, s.mishaps()...)
	return kept(all)
}

// kept leaves out values of 0, which would split benchstat's tables.
func kept(all []metric) []metric {
	return slices.DeleteFunc(all, func(m metric) bool { return m.value <= 0 })
}

// phases are times per item, summed over the workers, of the three kinds of
// lanes; each kind sums up to workers × wall, the worker's with compute. What
// all of them spend on encode, transfer and decode is the serialization cost.
func (s spending) phases() []metric {
	worker := s.lanes()
	sender := s.after.Sender.Sub(s.before.Sender)
	receiver := s.after.Receiver.Sub(s.before.Receiver)
	all := worker.Add(sender).Add(receiver)
	time := func(unit string, d time.Duration) metric { return metric{unit, s.perItem(int64(d))} }
	return []metric{
		time("compute-ns/item", worker.Compute),
		time("serialize-ns/item", all.Encode+all.Transfer+all.Decode),
		time("worker-decode-ns/item", worker.Decode),
		time("worker-encode-ns/item", worker.Encode),
		time("worker-transfer-ns/item", worker.Transfer),
		time("worker-wait-ns/item", worker.Wait),
		time("sender-encode-ns/item", sender.Encode),
		time("sender-transfer-ns/item", sender.Transfer),
		time("sender-wait-ns/item", sender.Wait),
		time("receiver-decode-ns/item", receiver.Decode),
		time("receiver-transfer-ns/item", receiver.Transfer),
		time("receiver-wait-ns/item", receiver.Wait),
	}
}

// lanes sums up what the workers' lanes have spent.
func (s spending) lanes() strategies.Phases {
	var sum strategies.Phases
	for i, w := range s.after.Workers {
		sum = sum.Add(w.Lane.Sub(s.worker(i).Lane))
	}
	return sum
}

// worker is what worker i had spent before.
func (s spending) worker(i int) strategies.WorkerStats {
	if i < len(s.before.Workers) {
		return s.before.Workers[i]
	}
	return strategies.WorkerStats{}
}

// resources are CPU time, bytes, allocations and memory, of the coordinator's
// process and of the worker processes. In process there is the coordinator's
// only, and what its workers use is in it.
func (s spending) resources() []metric {
	coordinator := s.after.Coordinator.Sub(s.before.Coordinator)
	workers := s.processes()
	return []metric{
		{"cpu-ns/item", s.perItem(int64(s.cpu()))},
		{"coord-user-ns/item", s.perItem(int64(coordinator.User))},
		{"coord-sys-ns/item", s.perItem(int64(coordinator.System))},
		{"worker-user-ns/item", s.perItem(int64(workers.User))},
		{"worker-sys-ns/item", s.perItem(int64(workers.System))},
		{"wire-B/item", s.perItem(s.after.Wire - s.before.Wire)},
		{"frames/item", s.perItem(s.after.Frames - s.before.Frames)},
		{"inflight-B", float64(s.after.InFlight)},
		{"coord-B/item", s.perItem(coordinator.Bytes)},
		{"coord-allocs/item", s.perItem(coordinator.Allocs)},
		{"worker-B/item", s.perItem(workers.Bytes)},
		{"worker-allocs/item", s.perItem(workers.Allocs)},
		{"coord-peak-RSS-bytes", float64(coordinator.PeakRSS)},
		{"worker-peak-RSS-bytes", float64(workers.PeakRSS)},
	}
}

// cpu is the CPU time of all processes.
func (s spending) cpu() time.Duration {
	used := s.after.Coordinator.Sub(s.before.Coordinator).Add(s.processes())
	return used.User + used.System
}

// processes sums up what the worker processes have used; the peak is that of
// the largest.
func (s spending) processes() strategies.Process {
	var sum strategies.Process
	for i, w := range s.after.Workers {
		sum = sum.Add(w.Process.Sub(s.worker(i).Process))
	}
	return sum
}

// mishaps should all be left out.
func (s spending) mishaps() []metric {
	count := func(unit string, after, before int64) metric {
		return metric{unit, float64(after-before) / float64(s.ops)}
	}
	return []metric{
		count("deaths/op", s.after.Deaths, s.before.Deaths),
		count("restarts/op", s.after.Restarts, s.before.Restarts),
		count("retries/op", s.after.Retries, s.before.Retries),
		count("late/op", s.after.Late, s.before.Late),
		count("splits/op", s.after.Splits, s.before.Splits),
	}
}

func (s spending) perItem(n int64) float64 {
	if s.items == 0 || s.ops == 0 {
		return 0
	}
	return float64(n) / float64(s.ops) / float64(s.items)
}
