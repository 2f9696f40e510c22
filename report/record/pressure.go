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
	ofCell := map[ID][]Sample{}
	for _, s := range r.Samples {
		ofCell[s.ID] = append(ofCell[s.ID], s)
	}
	usual, window := map[ID]float64{}, map[ID]float64{}
	for c, samples := range ofCell {
		usual[c], window[c] = median(samples, Sample.pressure), median(samples, Sample.window)
	}
	type turn struct {
		cell  ID
		round int
	}
	again := map[turn]bool{}
	for i := len(r.Samples) - 1; i >= 0; i-- {
		s := &r.Samples[i]
		c := s.ID
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
func median(samples []Sample, of func(Sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
