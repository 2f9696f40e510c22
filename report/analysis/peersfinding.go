package analysis

import "fmt"

// Title puts the finding about peers into words: how far our fastest row is
// ahead of the fastest peer's, in process and between processes, where the
// interval of the ratio carries it and it is at least 5%.
func (p *Peers) Title() string {
	const neutral = "What an item costs, in our pools and in others"
	if least, _ := p.Samples(); least < MinSamples {
		return neutral
	}
	inside, insideLead := p.lead(false)
	between, betweenLead := p.lead(true)
	switch {
	case insideLead.wins() && betweenLead.wins():
		return fmt.Sprintf("Ours are fastest: in process by %s, between processes by %s", Times(insideLead.Center), Times(betweenLead.Center))
	case betweenLead.wins():
		return fmt.Sprintf("Between processes ours is fastest, by %s over %s", Times(betweenLead.Center), between.Label)
	case insideLead.wins():
		return fmt.Sprintf("In process ours is fastest, by %s over %s", Times(insideLead.Center), inside.Label)
	case insideLead.Below(1) && betweenLead.Below(1):
		return "Others are faster: " + inside.Label + " in process, " + between.Label + " between"
	}
	return neutral
}

// lead compares our fastest row with the fastest peer, both of them in process
// or both between processes: their ratio, paired by rounds, is above 1 where
// ours is faster. Without one of them it has no samples.
func (p *Peers) lead(processes bool) (peer PeerRow, lead Interval) {
	ours, okOurs := p.fastest(true, processes)
	peer, okPeer := p.fastest(false, processes)
	if !okOurs || !okPeer {
		return peer, NewInterval(nil)
	}
	lead, _ = Speedup(peer.cell, ours.cell, MetricItem)
	return peer, lead
}

// fastest relies on the order of rows. Serial is no pool.
func (p *Peers) fastest(ours, processes bool) (PeerRow, bool) {
	for _, r := range p.Rows {
		if r.Ours == ours && r.Processes == processes && !r.Column.IsSerial() {
			return r, true
		}
	}
	return PeerRow{}, false
}
