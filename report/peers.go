package report

import (
	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/plots"
)

// addPeers says how handoff's strategies stand among other people's pools, if
// the run has any: rows for each work, and a picture of the first work that
// others did, too.
func (r *Report) addPeers() {
	m := analysis.PeersMatrix(r.matrices)
	if m == nil {
		return
	}
	r.peersOf = m
	drawn := false
	for _, w := range m.Works {
		p, err := analysis.NewPeers(m, w)
		if err != nil {
			r.warn("%v", err)
			continue
		}
		r.peers = append(r.peers, p)
		if p.HasPeers() && !drawn {
			drawn = true
			r.addPeersPlot(p)
		}
	}
}

func (r *Report) addPeersPlot(p *analysis.Peers) {
	r.Plots = append(r.Plots, Plot{
		Name: "peers", Title: p.Title(), Picture: plots.Peers(p, r.caption()),
		Reading: "A dot is what one item takes, on a logarithmic axis; the line is the time of serial divided among the workers, which no pool can beat.",
	})
}

// peersTables are one a work.
func (r *Report) peersTables() []*table {
	var all []*table
	for _, p := range r.peers {
		all = append(all, peersTable(r.peersOf, p))
	}
	return all
}

// peersTable has the pools of one work down, the fastest first.
func peersTable(m *analysis.Matrix, p *analysis.Peers) *table {
	t := &table{
		title: m.Bench + ", " + p.Work.Words() + ": time per item, and as a multiple of serial's time divided among the workers",
		head:  []string{m.Bench, "strategy", "time per item", "of ideal", "n"},
	}
	for _, row := range p.Rows {
		t.rows = append(t.rows, []string{
			row.Label, row.Column.Strategy, formatInterval(row.Time, analysis.MetricItem),
			analysis.Times(row.OverIdeal.Center), formatValue(float64(row.Time.N), "samples"),
		})
	}
	return t
}

// goalsTable says what was to be reached, and what was.
func goalsTable(goals []analysis.Goal) *table {
	t := &table{
		title: "What is to be reached, as ratios within a round",
		head:  []string{"goal", "bar", "stretch", "measured", "95% interval", "n", "reached"},
	}
	for _, g := range goals {
		row := []string{g.Words, g.Spell(g.Bar), g.Spell(g.Stretch), "-", "-", "-", "not in this run: " + g.Missing}
		if g.Missing == "" {
			row[3], row[4] = g.Spell(g.Measured.Center), goalInterval(g)
			row[5], row[6] = formatValue(float64(g.Measured.N), "samples"), orDash(g.Verdict())
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func goalInterval(g analysis.Goal) string {
	if !g.Measured.Known() {
		return "too few rounds"
	}
	return g.Spell(g.Measured.Lo) + " to " + g.Spell(g.Measured.Hi)
}
