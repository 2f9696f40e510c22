package verdict

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// machine is a model of how a machine disturbs measurements. Values are standard
// deviations of logarithms, unless they say otherwise.
type machine struct {
	name    string
	process map[Class]float64 // from one process to the next: addresses, hash seeds, scheduling
	wall    float64           // what the wall clock has on top of the CPU time
	walk    float64           // how far the speed wanders from sample to sample, for all cells alike
	slope   float64           // by how much the machine gets slower over the run, a part
	calm    float64           // mean samples between two bursts of other people's work; 0: no bursts
	burst   float64           // mean samples that a burst lasts
	weight  float64           // mean slowdown in a burst, on the wall clock
	layout  float64           // what relinking does to a row
}

// The machines that the claims are held against. The numbers of the busy one are
// those of a virtual machine with neighbours.
var machines = []machine{
	{name: "quiet", process: map[Class]float64{Compute: 0.005, Codec: 0.012, IPC: 0.02}, wall: 0.004, walk: 0.002, calm: 300, burst: 2, weight: 0.1, layout: 0.004},
	{name: "busy", process: map[Class]float64{Compute: 0.012, Codec: 0.02, IPC: 0.035}, wall: 0.02, walk: 0.01, calm: 12, burst: 4, weight: 0.4, layout: 0.004},
	{name: "drifting", process: map[Class]float64{Compute: 0.006, Codec: 0.012, IPC: 0.025}, wall: 0.005, walk: 0.012, slope: 0.4, calm: 150, burst: 3, weight: 0.2, layout: 0.004},
}

// Part of a burst that CPU time feels too (caches, the sibling of the core), and how
// well pressure tells bursts.
const (
	burstOnCPU   = 0.2
	seenPressed  = 108.0 / 112
	falsePressed = 0.03
	repeats      = 2 // more pairs that a round may take of a cell for want of a quiet one
)

// simCells are the 15 rows of the default comparison, and the canary.
func simCells() []Row {
	var all []Row
	for _, c := range []struct {
		class Class
		n     int
		name  string
	}{
		{Compute, 5, "Factor/strategy=serial/digits=%d"}, {Codec, 3, "Codec/strategy=codec-gob/payload=%d"},
		{IPC, 7, "Handoff/strategy=process-gob/payload=%d/chunk=64"}, {Canary, 1, "Canary"},
	} {
		for i := range c.n {
			name := c.name
			if c.class != Canary {
				name = fmt.Sprintf(name, i+1)
			}
			all = append(all, Row{Cell: name, Class: c.class})
		}
	}
	return all
}

// experiment is one comparison to be simulated.
type experiment struct {
	rounds  int
	effect  map[string]float64 // slowdown of head by cell, a part
	phase   string             // where it is; "": in the whole
	relinks bool               // head is another binary: rows have a layout of their own
	phases  bool               // simulate the phases, too
}

// simulator makes the samples of an experiment.
type simulator struct {
	machine
	random *rand.Rand
	level  float64 // of the machine's speed, a logarithm
	inside bool    // a burst is going on
	force  float64 // of this burst
}

func simulate(m machine, seed uint64, x experiment) []Row {
	s := &simulator{machine: m, random: rand.New(rand.NewPCG(seed, 77))}
	cells := simCells()
	layout := s.layouts(cells, x)
	metrics := []string{"ns/item", "cpu-ns/item"}
	if x.phases {
		metrics = append(metrics, units("phases")...)
	}
	rows := make([][]Row, len(cells)) // by cell and metric
	for i, c := range cells {
		for _, metric := range metrics {
			c.Metric = metric
			rows[i] = append(rows[i], c)
		}
	}
	for round := range x.rounds {
		for _, i := range s.random.Perm(len(cells)) {
			for range 1 + repeats {
				if quiet := s.pair(rows[i], round+1, float64(round)/float64(x.rounds), layout[i], x); quiet {
					break
				}
			}
		}
	}
	var all []Row
	for m := range metrics {
		for i := range cells {
			all = append(all, rows[i][m])
		}
	}
	return all
}

func (s *simulator) layouts(cells []Row, x experiment) []float64 {
	all := make([]float64, len(cells))
	for i, c := range cells {
		if x.relinks && c.Class != Canary {
			all[i] = s.layout * s.random.NormFloat64()
		}
	}
	return all
}

// pair takes one sample of each side, in random order, and reports whether it looked
// quiet.
func (s *simulator) pair(rows []Row, round int, progress, layout float64, x experiment) bool {
	headFirst := s.random.IntN(2) == 0
	pressed := false
	for turn := range 2 {
		head := (turn == 0) == headFirst
		if s.sample(rows, round, progress, layout, head, x) {
			pressed = true
		}
	}
	for i := range rows {
		rows[i].Base[len(rows[i].Base)-1].Pressed = pressed
		rows[i].Head[len(rows[i].Head)-1].Pressed = pressed
	}
	return !pressed
}

// sample runs one process: all metrics of a cell share its luck.
func (s *simulator) sample(rows []Row, round int, progress, layout float64, head bool, x experiment) (pressed bool) {
	s.step()
	process := rows[0].Class
	if process == Canary {
		process = Compute
	}
	cpu := s.level + math.Log1p(s.slope*progress) + s.process[process]*s.random.NormFloat64()
	wall := s.wall * math.Abs(s.random.NormFloat64())
	if s.inside {
		cpu += math.Log1p(burstOnCPU * s.force)
		wall += math.Log1p((1 - burstOnCPU) * s.force)
	}
	effect := 0.0
	if head {
		cpu += layout
		effect = math.Log1p(x.effect[rows[0].Cell])
	}
	for i := range rows {
		r := &rows[i]
		v := cpu
		switch {
		case r.Metric == "ns/item":
			v += wall + effect
		case r.Metric == "cpu-ns/item":
			v += effect
		default: // a phase has some luck of its own
			v += s.process[process]*s.random.NormFloat64()/2 + wall/2
			if r.Metric == x.phase {
				v += effect
			}
		}
		sample := Sample{Round: round, Value: 1000 * math.Exp(v)}
		if head {
			r.Head = append(r.Head, sample)
		} else {
			r.Base = append(r.Base, sample)
		}
	}
	if s.inside {
		return s.random.Float64() < seenPressed
	}
	return s.random.Float64() < falsePressed
}

// step moves the machine on by one sample.
func (s *simulator) step() {
	s.level += s.walk * s.random.NormFloat64()
	if s.calm == 0 {
		return
	}
	if s.inside {
		s.inside = s.random.Float64() >= 1/s.burst
	} else if s.inside = s.random.Float64() < 1/s.calm; s.inside {
		s.force = s.weight * s.random.ExpFloat64()
	}
}
