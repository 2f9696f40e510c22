package record

import "slices"

// PressedShare is from where on a sample counts as disturbed: the part of the time that
// the cell's samples usually take for which other tasks have waited for a CPU, beyond
// what is usual for the cell. Pools make their own processes wait, so what is usual is
// the median of the cell's samples in the file. The times that were measured say
// nothing here of a single sample, so that none is chosen for being fast.
const PressedShare = 0.15

// markPressed fills in Excess and Pressed. Where the file does not tell the pressure, it
// may still tell that a sample was taken again in the same round.
func (r *Run) markPressed() {
	cells := make([]int, len(r.Samples)) // of each sample
	numbers := map[ID]int{}
	var ofCell [][]int // samples of each cell
	for i, s := range r.Samples {
		c, known := numbers[s.ID]
		if !known {
			c = len(ofCell)
			numbers[s.ID], ofCell = c, append(ofCell, nil)
		}
		cells[i], ofCell[c] = c, append(ofCell[c], i)
	}
	usual, window := make([]float64, len(ofCell)), make([]float64, len(ofCell))
	for c, samples := range ofCell {
		usual[c], window[c] = r.median(samples, Sample.pressure), r.median(samples, Sample.window)
	}
	type turn struct{ cell, round int }
	again := map[turn]bool{}
	for i := len(r.Samples) - 1; i >= 0; i-- {
		s := &r.Samples[i]
		c := cells[i]
		t := turn{c, s.Round}
		if s.Pressure >= 0 && window[c] > 0 {
			s.Excess = max(0, (s.Pressure-usual[c])/window[c])
			s.Pressed = s.Excess > PressedShare
		} else {
			s.Pressed = s.Round > 0 && again[t]
		}
		again[t] = true
	}
}

func (s Sample) pressure() float64 { return s.Pressure }

// window is the time in seconds that the loop took, 0 where the line does not say.
func (s Sample) window() float64 { return s.Values["sec/op"] * float64(s.Iters) }

// median returns the upper one of two.
func (r *Run) median(samples []int, of func(Sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(r.Samples[s])
	}
	slices.Sort(values)
	return values[len(values)/2]
}
