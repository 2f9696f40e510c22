package analysis

// costPair is one round's handoff cost: o = P·wall/N − c, with c the compute
// per item as serial measured it in that round, so that what contention adds
// counts as cost.
type costPair struct {
	key     pairKey
	cost    float64 // o, seconds per item; noise can make it negative
	compute float64 // c, seconds per item
	wall    float64 // P·wall/N, seconds per item
}

func costPairs(serial, other *Cell) []costPair {
	workers := 0.0
	if other != nil {
		workers = float64(other.Column.Workers())
	}
	var all []costPair
	for _, p := range pairs(serial, other) {
		c, okC := p.serial.Values[MetricCompute]
		t, okT := p.other.Values[MetricItem]
		if okC && okT && workers > 0 && c > 0 && t > 0 {
			all = append(all, costPair{p.key, workers*t - c, c, workers * t})
		}
	}
	return all
}

// Cost returns the handoff cost per item in seconds, paired with serial's cell
// of the same work round by round. ok is false where serial's compute, the
// time per item or the number of workers is missing.
func Cost(serial, other *Cell) (cost Interval, ok bool) {
	all := costPairs(serial, other)
	return NewInterval(costs(all)), len(all) > 0
}

func costs(all []costPair) []float64 {
	values := make([]float64, len(all))
	for i, p := range all {
		values[i] = p.cost
	}
	return values
}
