package analysis

import (
	"cmp"
	"slices"
	"strings"
)

// peerPrefix begins the names of strategies that are other people's pools.
const peerPrefix = "peer-"

// peerWords are the peers in the words of pictures. Whether work goes to other
// processes decides whom a peer is compared with.
var peerWords = map[string]struct {
	label     string
	processes bool
	chunk     func(Column) string // the words for how many items go at a time; nil = one, always
}{
	"peer-ants-pool":       {label: "ants Pool"},
	"peer-ants-func":       {label: "ants PoolWithFunc"},
	"peer-pond":            {label: "pond"},
	"peer-errgroup":        {label: "errgroup"},
	"peer-conc-pool":       {label: "conc pool"},
	"peer-conc-itermap":    {label: "conc iter.Map"},
	"peer-plugin-netrpc":   {"go-plugin net/rpc", true, callWords},
	"peer-plugin-grpc":     {"go-plugin gRPC", true, callWords},
	"peer-python-pool":     {"Python Pool.map", true, chunksizeWords},
	"peer-python-executor": {"Python Executor.map", true, chunksizeWords},
}

func callWords(c Column) string {
	words := ", " + c.key("chunk") + " a call"
	if window := c.key("window"); window != "" && window != "1" {
		words += ", " + window + " in flight"
	}
	return words
}

func chunksizeWords(c Column) string {
	if chunk := c.key("chunk"); chunk != "auto" {
		return ", chunksize " + chunk
	}
	return ", default chunksize"
}

// Peers is one work as done by handoff's strategies and by other people's
// pools: the numbers behind the picture "peers". Times are seconds per item.
type Peers struct {
	Work    Work
	Workers int      // of all rows but serial's
	Ideal   Interval // serial's time, divided among the workers
	Rows    []PeerRow
}

// PeerRow is one pool and its set-up.
type PeerRow struct {
	Column    Column
	Label     string // "conc iter.Map", "go-plugin net/rpc, 256 a call"
	Ours      bool
	Processes bool // work goes to other processes
	Time      Interval
	OverIdeal Interval // time as a multiple of Ideal, paired by rounds

	cell *Cell
}

// PeersMatrix returns the first matrix with other people's pools in it, nil
// where there is none.
func PeersMatrix(all []*Matrix) *Matrix {
	for _, m := range all {
		if slices.ContainsFunc(m.Columns, Column.isPeer) {
			return m
		}
	}
	return nil
}

func (c Column) isPeer() bool { return strings.HasPrefix(c.Strategy, peerPrefix) }

// NewPeers computes the rows of one work, fastest first. The error is a
// *MissingError that names what the file lacks.
func NewPeers(m *Matrix, w Work) (*Peers, error) {
	serial := m.Serial(w)
	if serial == nil || len(serial.Values(MetricItem)) == 0 {
		return nil, &MissingError{"peers", "metric " + Untidy(MetricItem) + " of strategy=" + Serial + " for " + w.Name}
	}
	p := &Peers{Work: w, Workers: m.commonWorkers()}
	if p.Workers == 0 {
		return nil, &MissingError{"peers", "workers= in the names of " + m.Bench}
	}
	p.Ideal = NewInterval(scaled(serial.Values(MetricItem), 1/float64(p.Workers)))
	for _, cell := range m.Row(w) {
		c := cell.Column
		if len(cell.Values(MetricItem)) == 0 || !c.IsSerial() && c.Workers() != p.Workers {
			continue
		}
		p.Rows = append(p.Rows, newPeerRow(serial, cell, p.Workers))
	}
	slices.SortStableFunc(p.Rows, func(a, b PeerRow) int { return cmp.Compare(a.Time.Center, b.Time.Center) })
	return p, nil
}

func newPeerRow(serial, cell *Cell, workers int) PeerRow {
	c := cell.Column
	row := PeerRow{Column: c, Label: c.Label, Ours: !c.isPeer(), Time: NewInterval(cell.Values(MetricItem)), cell: cell}
	row.OverIdeal = ratio(serial, cell, float64(workers))
	if row.Ours {
		row.Processes = c.IsAway()
		return row
	}
	if words, ok := peerWords[c.Strategy]; ok {
		row.Label, row.Processes = words.label, words.processes
		if words.chunk != nil {
			row.Label += words.chunk(c)
		}
	}
	return row
}

func scaled(values []float64, by float64) []float64 {
	for i := range values {
		values[i] *= by
	}
	return values
}

// HasPeers reports whether there is a row that is not ours.
func (p *Peers) HasPeers() bool {
	return slices.ContainsFunc(p.Rows, func(r PeerRow) bool { return !r.Ours })
}

// Samples returns the smallest and the largest number of samples of a row.
func (p *Peers) Samples() (least, most int) {
	var all []Interval
	for _, r := range p.Rows {
		all = append(all, r.Time)
	}
	return samples(all)
}
