package verdict

// What rules say where they are zero.
const (
	DefaultAlpha     = 0.05
	DefaultThreshold = 0.02 // in rows whose noise floor was measured
	CautionThreshold = 0.05 // in the others
)

// canaryThreshold is from where on the canary has moved, unless its noise floor is larger.
// It is nobody's to change: a strict gate would void comparisons for a hair of drift, a
// lenient one would never find the machine at fault.
const canaryThreshold = CautionThreshold

// Design says how the samples of both sides were taken.
type Design int

// Designs.
const (
	// Interleaved sides were sampled in the same rounds: they are compared in pairs.
	Interleaved Design = iota

	// Plain files have no rounds (go test -bench): they are compared as two heaps,
	// which is fooled by whatever changed between them.
	Plain

	// Apart are two runs: only exact metrics can be compared.
	Apart
)

// Rules say how to judge. The zero value is the default.
type Rules struct {
	Alpha     float64 // chance of a false alarm in a table of one metric; 0: DefaultAlpha
	Threshold float64 // the smallest difference that matters; 0: DefaultThreshold or CautionThreshold
	Floors    *Floors // measured noise of this machine; nil: none
	Gate      Gate
	Design    Design
	GoneOK    bool // what the gate looks at may be missing from head

	// Extended says that rounds were added to the number first fixed: whoever does that
	// for having seen the outcome peeks.
	Extended bool
}

// alpha returns the level in force.
func (r Rules) alpha() float64 {
	if r.Alpha > 0 {
		return r.Alpha
	}
	return DefaultAlpha
}

// threshold returns the smallest difference that matters in a row.
func (r Rules) threshold(floored bool) float64 {
	switch {
	case r.Threshold > 0:
		return r.Threshold
	case floored:
		return DefaultThreshold
	}
	return CautionThreshold
}
